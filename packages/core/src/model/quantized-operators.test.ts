import ort from "onnxruntime-node";
import { describe, expect, it } from "vitest";
import { createRng } from "../rng.js";
import { constantValue, Graph, Node, Value, type Attribute } from "../ir/graph.js";
import { writeModel } from "../onnx/write.js";
import { fromOrt } from "../runtime.js";
import { numbers, size, tensor, type Shape } from "../tensor.js";
import { openModel } from "./load.js";
import { quantizedOperators } from "./quantized-operators.js";
import { vjp } from "./vjp.js";

const runtime = fromOrt(ort);
const ints = (value: readonly number[]): Attribute => ({ kind: "ints", value });

interface QuantizedCase {
  readonly x: Shape;
  /** Shapes of further operands; they are constant. */
  readonly others?: readonly Shape[];
  readonly attributes?: Readonly<Record<string, Attribute>>;
  /** The operator on floats that it stands for. */
  readonly plain: string;
  readonly resultFirst?: true;
}

const cases: Readonly<Record<string, QuantizedCase>> = {
  QLinearConv: { x: [1, 2, 5, 5], others: [[3, 2, 3, 3]], attributes: { pads: ints([1, 1, 1, 1]) }, plain: "Conv" },
  QLinearMatMul: { x: [2, 3], others: [[3, 4]], plain: "MatMul" },
  "com.microsoft::QLinearAdd": { x: [2, 3], others: [[3]], plain: "Add" },
  "com.microsoft::QLinearMul": { x: [2, 3], others: [[2, 3]], plain: "Mul" },
  "com.microsoft::QLinearConcat": {
    x: [2, 3],
    others: [[2, 2]],
    attributes: { axis: { kind: "int", value: 1 } },
    plain: "Concat",
    resultFirst: true,
  },
  "com.microsoft::QLinearSigmoid": { x: [2, 3], plain: "Sigmoid" },
  "com.microsoft::QLinearLeakyRelu": {
    x: [2, 3],
    attributes: { alpha: { kind: "float", value: 0.2 } },
    plain: "LeakyRelu",
  },
  "com.microsoft::QLinearAveragePool": {
    x: [1, 2, 4, 4],
    attributes: { kernel_shape: ints([2, 2]), strides: ints([2, 2]) },
    plain: "AveragePool",
  },
  "com.microsoft::QLinearGlobalAveragePool": { x: [1, 2, 4, 4], plain: "GlobalAveragePool" },
};

/** A model of one operator: on floats, or on whole numbers with a scale of 1/32 between quantizing and dequantizing. */
function modelOf(name: string, one: QuantizedCase, isQuantized: boolean): Uint8Array {
  const rng = createRng(4);
  const graph = new Graph();
  const constant = (dtype: "float32" | "uint8", values: ArrayLike<number>, shape: Shape = []) =>
    constantValue(graph.uniqueName("constant"), tensor(dtype, values, shape));
  const parameters = [constant("float32", [1 / 32]), constant("uint8", [128])];
  const node = (type: string, inputs: readonly Value[], attributes: readonly (readonly [string, Attribute])[] = []) => {
    const [domain, opType] = type.includes("::") ? type.split("::") : ["", type];
    const made = new Node(
      opType!,
      [...inputs],
      [new Value(graph.uniqueName(type))],
      new Map(attributes),
      domain,
      graph.uniqueName("node"),
    );
    graph.append(made);
    return made.outputs[0]!;
  };
  const x = graph.input("x", { dtype: "float32", shape: one.x });
  const others = (one.others ?? []).map((shape) => {
    const levels = Array.from({ length: size(shape) }, () => 112 + rng.int(32));
    const floats = levels.map((level) => (level - 128) / 32);
    return isQuantized ? constant("uint8", levels, shape) : constant("float32", floats, shape);
  });
  const attributes = Object.entries(one.attributes ?? {});
  if (isQuantized) {
    const operands = [node("QuantizeLinear", [x, ...parameters]), ...others].flatMap((q) => [q, ...parameters]);
    const y = node(name, one.resultFirst ? [...parameters, ...operands] : [...operands, ...parameters], attributes);
    graph.output(node("DequantizeLinear", [y, ...parameters]));
  } else graph.output(node(one.plain, [x, ...others], attributes));
  return writeModel(graph, {
    opsets: new Map([
      ["", 17],
      ["com.microsoft", 1],
    ]),
  });
}

async function gradientOf(bytes: Uint8Array, one: QuantizedCase, cotangent: (shape: Shape) => Float32Array) {
  const model = openModel(bytes, { runtime });
  const shapes = new Map([["x", one.x]]);
  const { shape } = (await model.at(shapes)).graph.outputs[0]!;
  const run = await vjp(model, { shapes });
  const away = createRng(1)
    .uniforms(size(one.x), -0.9, 0.9)
    .map((value) => value + 0.1 * Math.sign(value));
  const x = tensor("float32", away, one.x);
  const result = await run.run({ x }, { dtype: "float32", shape, data: cotangent(shape) });
  await run.release();
  return { y: numbers(result.output), dx: numbers(result.gradient) };
}

describe("operators on whole numbers", () => {
  it("all have a case", () => {
    expect(Object.keys(cases)).toEqual(Object.keys(quantizedOperators));
  });

  it.each(Object.entries(cases))("%s passes on the gradient of its float kin", async (name, one) => {
    const cotangent = (shape: Shape) => createRng(2).normals(size(shape));
    const quantized = await gradientOf(modelOf(name, one, true), one, cotangent);
    const plain = await gradientOf(modelOf(name, one, false), one, cotangent);
    quantized.y.forEach((y, i) => expect(Math.abs(y - plain.y[i]!)).toBeLessThan(0.25));
    quantized.dx.forEach((dx, i) => expect(Math.abs(dx - plain.dx[i]!)).toBeLessThan(0.03));
    expect(Math.hypot(...quantized.dx)).toBeGreaterThan(0.05);
  });
});
