import { describe, expect, it } from "vitest";
import { constantValue, Graph, Node, Value, type Attribute } from "../ir/graph.js";
import { openModel } from "../model/load.js";
import { vjp } from "../model/vjp.js";
import { writeModel } from "../onnx/write.js";
import { createRng } from "../rng.js";
import { randomTensor, runtime } from "../testing/models.js";
import { numbers, tensor } from "../tensor.js";

const [features, outputs, rows] = [40, 3, 2];

interface Packed {
  readonly bits: 4 | 8;
  readonly length: number;
  readonly zeros?: "packed" | "floats";
  readonly hasBias?: true;
}

/** y = x W^T, W in blocks of whole numbers that are packed into bytes, with the weights as floats. */
function packed({ bits, length, zeros, hasBias }: Packed) {
  const rng = createRng(2);
  const blocks = Math.ceil(features / length);
  const draw = (count: number) => Array.from({ length: count }, () => rng.int(2 ** bits));
  const pack = (list: readonly number[]) =>
    bits === 8
      ? list
      : Array.from({ length: Math.ceil(list.length / 2) }, (_, i) => list[2 * i]! + 16 * (list[2 * i + 1] ?? 0));
  const levels = Array.from({ length: outputs }, () => draw(blocks * length));
  const points = Array.from({ length: outputs }, () => (zeros ? draw(blocks) : Array(blocks).fill(2 ** (bits - 1))));
  const scales = Array.from({ length: outputs * blocks }, () => 0.01 + 0.05 * rng.uniform());
  const weights = levels.map((row, n) =>
    row
      .slice(0, features)
      .map((q, k) => (q - points[n]![Math.floor(k / length)]!) * scales[n * blocks + Math.floor(k / length)]!),
  );
  const graph = new Graph();
  const x = graph.input("x", { dtype: "float32", shape: [rows, features] });
  const constant = (name: string, dtype: "float32" | "uint8", values: readonly number[], shape: readonly number[]) =>
    constantValue(name, tensor(dtype, values, shape));
  const bytes = levels.flatMap(pack);
  const zeroPoints =
    zeros === "packed"
      ? constant("zeros", "uint8", points.flatMap(pack), [points.flatMap(pack).length])
      : zeros && constant("zeros", "float32", points.flat(), [outputs, blocks]);
  const bias = hasBias && constant("bias", "float32", [1, 2, 3], [outputs]);
  const inputs = [
    x,
    constant("packed", "uint8", bytes, [outputs, blocks, (length * bits) / 8]),
    constant("scales", "float32", scales, [outputs * blocks]),
    zeroPoints,
    undefined,
    bias,
  ];
  while (inputs.at(-1) === undefined) inputs.pop();
  const attributes = new Map<string, Attribute>(
    Object.entries({ K: features, N: outputs, bits, block_size: length }).map(([name, value]) => [
      name,
      { kind: "int", value },
    ]),
  );
  const y = new Value("y");
  graph.append(new Node("MatMulNBits", inputs, [y], attributes, "com.microsoft", "product"));
  graph.output(y);
  const opsets = new Map([
    ["", 17],
    ["com.microsoft", 1],
  ]);
  return { bytes: writeModel(graph, { opsets }), weights };
}

describe("MatMulNBits", () => {
  it.each<Packed>([
    { bits: 4, length: 16 },
    { bits: 4, length: 16, zeros: "packed" },
    { bits: 4, length: 32, zeros: "floats", hasBias: true },
    { bits: 8, length: 16, zeros: "packed" },
  ])("computes the same and passes on the gradient: %j", async (one) => {
    const { bytes, weights } = packed(one);
    const x = randomTensor([rows, features], 3);
    const session = await runtime.open(bytes);
    const plain = numbers((await session.run({ x }))["y"]!);
    await session.release();
    const u = randomTensor([rows, outputs], 4);
    const product = await vjp(openModel(bytes, { runtime, contract: null }), { shapes: new Map([["x", x.shape]]) });
    const { output, gradient } = await product.run({ x }, u);
    await product.release();
    numbers(output).forEach((value, i) => expect(value).toBeCloseTo(plain[i]!, 4));
    const expected = Array.from({ length: rows * features }, (_, i) =>
      weights.reduce(
        (sum, row, n) => sum + row[i % features]! * numbers(u)[Math.floor(i / features) * outputs + n]!,
        0,
      ),
    );
    numbers(gradient).forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 4));
  });
});
