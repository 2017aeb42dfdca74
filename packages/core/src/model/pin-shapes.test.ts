import { AttributeProto_AttributeType as Kind } from "onnx-buf";
import { describe, expect, it } from "vitest";
import { numbers, tensor, type Shape } from "../tensor.js";
import { open, randomTensor, runtime } from "../testing/models.js";
import { declare, encodeModel } from "../testing/protos.js";
import { vjp } from "./vjp.js";

type Nodes = NonNullable<Parameters<typeof encodeModel>[0]["node"]>;

const int = (name: string, i: number) => ({ name, type: Kind.INT, i: BigInt(i) });
const ints = (name: string, values: readonly number[]) => ({ name, type: Kind.INTS, ints: values.map(BigInt) });
const text = (name: string, s: string) => ({ name, type: Kind.STRING, s: new TextEncoder().encode(s) });
const floats = (name: string, dims: Shape, seed = 1) => ({
  name,
  dataType: 1,
  dims: dims.map(BigInt),
  floatData: [...(randomTensor(dims, seed).data as Float32Array)],
});

const norm: Nodes = [
  { opType: "Relu", input: ["h"], output: ["r"] },
  { opType: "InstanceNormalization", input: ["r", "s", "b"], output: ["y"] },
];
const mean: Nodes = [{ opType: "GlobalAveragePool", input: ["h"], output: ["y"] }];
const same: Nodes = [{ opType: "Tanh", input: ["h"], output: ["y"] }];

const pool = (opType: string): Nodes[number] => ({
  opType,
  input: ["x"],
  output: ["h"],
  attribute: [
    text("auto_pad", "SAME_UPPER"),
    int("ceil_mode", 1),
    ints("kernel_shape", [2, 1]),
    ints("strides", [1, 2]),
  ],
});
const transposed = (auto: string, stride: number): Nodes[number] => ({
  opType: "ConvTranspose",
  input: ["x", "w"],
  output: ["h"],
  attribute: [text("auto_pad", auto), ints("strides", [stride, stride]), ints("output_padding", [1, 1])],
});
const phantom: Nodes[number] = {
  opType: "MaxPool",
  input: ["x"],
  output: ["h"],
  attribute: [int("ceil_mode", 1), ints("kernel_shape", [1, 1]), ints("strides", [3, 2])],
};
const resized: Nodes[number] = {
  opType: "Resize",
  input: ["x", "", "scales"],
  output: ["h"],
  attribute: [text("mode", "linear")],
};

/** Nodes of which ONNX Runtime infers another shape than it computes, and what is behind them. */
const cases: Readonly<Record<string, readonly [Nodes[number], Nodes, Shape, bigint]>> = {
  "AveragePool, mean": [pool("AveragePool"), mean, [1, 2, 3, 2], 20n],
  "AveragePool, same": [pool("AveragePool"), same, [1, 2, 3, 2], 20n],
  "LpPool, same": [pool("LpPool"), same, [1, 2, 3, 2], 20n],
  "ConvTranspose, mean": [transposed("SAME_UPPER", 2), mean, [1, 2, 3, 4], 20n],
  "ConvTranspose, same": [transposed("SAME_UPPER", 2), same, [1, 2, 3, 4], 20n],
  "ConvTranspose of odd padding": [transposed("SAME_UPPER", 3), same, [1, 2, 3, 4], 20n],
  "ConvTranspose of odd padding, more before": [transposed("SAME_LOWER", 3), same, [1, 2, 3, 4], 20n],
  "MaxPool of ceil_mode, normalization": [phantom, norm, [1, 2, 5, 4], 17n],
  "Resize of a rounded scale beside one that is no ratio": [
    { ...resized, input: ["x", "", "uneven"] },
    same,
    [1, 2, 5, 3],
    17n,
  ],
  "Resize of a rounded scale, normalization": [resized, norm, [1, 2, 6, 3], 17n],
};

describe.each(Object.entries(cases))("%s", (_, [first, behind, shape, opset]) => {
  it("gives what ONNX Runtime computes, and its gradient", async () => {
    const bytes = encodeModel(
      {
        name: "wrong",
        input: [declare("x", shape)],
        output: [declare("y", [undefined, undefined, undefined, undefined])],
        initializer: [
          floats("w", [2, 2, 3, 3]),
          floats("s", [2], 2),
          floats("b", [2], 3),
          { name: "scales", dataType: 1, dims: [4n], floatData: [1, 1, 10 / 6, 1] },
          { name: "uneven", dataType: 1, dims: [4n], floatData: [1, 1, 1.4, 1.4] },
        ],
        node: [first, ...behind],
      },
      { opsetImport: [{ domain: "", version: opset }] },
    );
    const model = open(bytes);
    const shapes = new Map([["x", shape]]);
    const output = (await model.at(shapes)).graph.outputs[0]!.shape;
    const cotangent = randomTensor(output, 4);
    const run = await vjp(model, { shapes });
    const x = randomTensor(shape, 5);
    const objective = async (at: readonly number[]) => {
      const { output: y } = await run.run({ x: tensor("float32", at, shape) }, cotangent);
      expect(y.shape).toEqual(output);
      return numbers(y).reduce((sum, value, i) => sum + value * numbers(cotangent)[i]!, 0);
    };
    const { output: y, gradient } = await run.run({ x }, cotangent);
    const original = await runtime.open(bytes, { optimization: "disabled" });
    const { y: wanted } = await original.run({ x });
    await original.release();
    expect(y.shape).toEqual(wanted!.shape);
    numbers(y).forEach((value, i) => expect(value).toBeCloseTo(numbers(wanted!)[i]!, 5));
    const direction = numbers(randomTensor(shape, 6));
    const moved = (by: number) => numbers(x).map((value, i) => value + by * direction[i]!);
    const slope = ((await objective(moved(1e-3))) - (await objective(moved(-1e-3)))) / 2e-3;
    await run.release();
    expect(numbers(gradient).reduce((sum, value, i) => sum + value * direction[i]!, 0)).toBeCloseTo(slope, 1);
  });
});
