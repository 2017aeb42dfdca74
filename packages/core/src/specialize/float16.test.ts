import { expect, test } from "vitest";
import { constantValue, Graph } from "../ir/graph.js";
import { createOps } from "../ir/ops/index.js";
import { writeModel } from "../onnx/write.js";
import { createRng } from "../rng.js";
import { numbers, size, tensor, type Shape } from "../tensor.js";
import { runtime } from "../testing/models.js";
import { openModel } from "../model/load.js";
import { vjp } from "../model/vjp.js";

/** Convolution, pools that tile and overlap, a gather with repeated indices, softmax: what scatters and sums in the backward pass. */
function network(dtype: "float16" | "float32"): Uint8Array {
  const graph = new Graph("half");
  const op = createOps(graph, "cpu", "net");
  const rng = createRng(3);
  const weight = (name: string, shape: Shape) =>
    constantValue(name, tensor(dtype, rng.split(name).normals(size(shape), 0, 0.3), shape));
  const x = graph.input("x", { dtype, shape: [1, 3, 12, 12] });
  const conv = op.relu(op.conv(x, weight("w", [4, 3, 3, 3]), { pads: [1, 1, 1, 1] }, weight("b", [4])));
  const tiled = op.maxPool(conv, { kernel: [2, 2], strides: [2, 2] });
  const overlapping = op.maxPool(tiled, { kernel: [3, 3], strides: [2, 2] });
  const repeated = op.gather(overlapping, op.ints([0, 1, 1, 3]), 1);
  graph.publish(op.softmax(op.reduceMean(repeated, [2, 3]), 1), "y");
  return writeModel(graph, { opsets: new Map([["", 20]]) });
}

async function gradientOf(dtype: "float16" | "float32"): Promise<{ dtype: string; values: number[] }> {
  const shape = [1, 3, 12, 12];
  const run = await vjp(openModel(network(dtype), { runtime }), { shapes: new Map([["x", shape]]) });
  const x = tensor(dtype, createRng(5).uniforms(size(shape), -1, 1), shape);
  const { gradient } = await run.run({ x }, tensor(dtype, [1, 0, -1, 2], [1, 4]));
  await run.release();
  return { dtype: gradient.dtype, values: numbers(gradient) };
}

test("a float16 model has the gradient of its float32 twin, up to rounding", async () => {
  const [half, single] = [await gradientOf("float16"), await gradientOf("float32")];
  expect(half.dtype).toBe("float16");
  const largest = Math.max(...single.values.map(Math.abs));
  expect(largest).toBeGreaterThan(0);
  single.values.forEach((value, i) => expect(Math.abs(half.values[i]! - value)).toBeLessThan(0.02 * largest));
});

test("a query of a float16 model that sees no key gets zeros, and gives no gradient", async () => {
  const graph = new Graph("half");
  const op = createOps(graph, "cpu", "net");
  const x = graph.input("x", { dtype: "float16", shape: [1, 1, 2, 2] });
  const mask = constantValue("mask", tensor("bool", [0, 0, 1, 1], [2, 2]));
  graph.publish(op.emit("Attention", [x, x, x, mask], [x.type])[0]!, "y");
  const model = openModel(writeModel(graph, { opsets: new Map([["", 23]]) }), { runtime });
  const run = await vjp(model, { shapes: new Map([["x", x.shape]]) });
  const { output, gradient } = await run.run(
    { x: tensor("float16", [1, 2, 3, -1], x.shape) },
    tensor("float16", [5, 7, 0, 0], x.shape),
  );
  await run.release();
  expect(numbers(output).slice(0, 2)).toEqual([0, 0]);
  expect(numbers(output)[2]).toBeCloseTo(3, 1);
  expect(numbers(gradient)).toEqual([0, 0, 0, 0]);
});
