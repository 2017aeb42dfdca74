import ort from "onnxruntime-node";
import { describe, expect, it } from "vitest";
import { constantValue, Graph, Node, Value, type Attribute } from "../ir/graph.js";
import { openModel } from "../model/load.js";
import { vjp } from "../model/vjp.js";
import { writeModel } from "../onnx/write.js";
import { createRng } from "../rng.js";
import { fromOrt } from "../runtime/from-ort.js";
import { numbers, size, tensor, type Shape } from "../tensor.js";

const runtime = fromOrt(ort);
const [steps, batch, features, hidden] = [4, 2, 5, 3];

/** One layer in both directions; of whole numbers with a scale for each direction or each column, or of the floats they stand for. */
function layer({ isQuantized = true, byColumn = false } = {}): Uint8Array {
  const rng = createRng(5);
  const graph = new Graph();
  const constant = (dtype: "float32" | "int8", values: ArrayLike<number>, shape: Shape) =>
    constantValue(graph.uniqueName("constant"), tensor(dtype, values, shape));
  const columns = 4 * hidden;
  const weights = (inputs: number) => {
    const of = byColumn ? [2, columns] : [2];
    const q = Array.from({ length: 2 * inputs * columns }, () => rng.int(60) - 30);
    const scale = Array.from({ length: size(of) }, (_, i) => (2 + (i % 3)) / 64);
    // ONNX Runtime takes levels of columns around 0 only
    const zero = Array.from({ length: size(of) }, (_, i) => (byColumn ? 0 : i - 1));
    const levels = (i: number) => {
      const direction = Math.floor(i / (inputs * columns));
      return byColumn ? direction * columns + (i % columns) : direction;
    };
    const floats = (d: number, column: number, input: number) => {
      const i = (d * inputs + input) * columns + column;
      return (q[i]! - zero[levels(i)]!) * scale[levels(i)]!;
    };
    const turned = Array.from({ length: q.length }, (_, i) =>
      floats(Math.floor(i / (columns * inputs)), Math.floor(i / inputs) % columns, i % inputs),
    );
    return {
      plain: constant("float32", turned, [2, columns, inputs]),
      whole: constant("int8", q, [2, inputs, columns]),
      levels: [constant("float32", scale, of), constant("int8", zero, of)],
    };
  };
  const x = graph.input("x", { dtype: "float32", shape: [steps, batch, features] });
  const [w, r] = [weights(features), weights(hidden)];
  const bias = constant("float32", rng.normals(2 * 2 * columns), [2, 2 * columns]);
  const attributes = new Map<string, Attribute>([
    ["hidden_size", { kind: "int", value: hidden }],
    ["direction", { kind: "string", value: "bidirectional" }],
  ]);
  const y = new Value("y");
  const none = Array.from({ length: 4 }, () => undefined);
  graph.append(
    isQuantized
      ? new Node(
          "DynamicQuantizeLSTM",
          [x, w.whole, r.whole, bias, ...none, ...w.levels, ...r.levels],
          [y],
          attributes,
          "com.microsoft",
        )
      : new Node("LSTM", [x, w.plain, r.plain, bias], [y], attributes),
  );
  graph.output(y);
  return writeModel(graph, {
    opsets: new Map([
      ["", 17],
      ["com.microsoft", 1],
    ]),
  });
}

async function gradientOf(bytes: Uint8Array) {
  const run = await vjp(openModel(bytes, { runtime }));
  const x = tensor("float32", createRng(1).normals(steps * batch * features), [steps, batch, features]);
  const y: Shape = [steps, 2, batch, hidden];
  const { output, gradient } = await run.run({ x }, tensor("float32", createRng(2).normals(size(y)), y));
  await run.release();
  const session = await runtime.open(bytes);
  const { y: expected } = await session.run({ x });
  await session.release();
  return { output: numbers(output), gradient: numbers(gradient), expected: numbers(expected!) };
}

describe("DynamicQuantizeLSTM", () => {
  it.each([false, true])("computes the same and passes on the gradient, levels by column: %s", async (byColumn) => {
    const quantized = await gradientOf(layer({ byColumn }));
    const plain = await gradientOf(layer({ byColumn, isQuantized: false }));
    quantized.expected.forEach((y, i) => expect(quantized.output[i]).toBeCloseTo(y, 5));
    quantized.gradient.forEach((g, i) => expect(Math.abs(g - plain.gradient[i]!)).toBeLessThan(0.03));
    expect(Math.hypot(...plain.gradient)).toBeGreaterThan(0.5);
  });
});
