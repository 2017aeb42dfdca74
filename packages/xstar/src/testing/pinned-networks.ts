import {
  createOps,
  createRng,
  Graph,
  openModel,
  tensor,
  writeModel,
  type LoadedModel,
  type Ops,
  type Tensor,
} from "@xstar/core";
import { nodeRuntime } from "../runtime.js";
import { writeNetwork } from "../train/evaluate.js";
import { initialWeights } from "../train/network.js";

/** One thread: with more, the order in which numbers are added is not always the same. */
export const runtime = nodeRuntime({ threads: 1 });

/** Weights as He et al. (2015) draw them: each from a stream of its own. */
function weightsFor(op: Ops, seed: number) {
  const rng = createRng(seed);
  return (name: string, shape: readonly number[], inputs: number) => {
    const bound = Math.sqrt(6 / inputs);
    const count = shape.reduce((a, b) => a * b, 1);
    return op.constant(tensor("float32", rng.split(name).uniforms(count, -bound, bound), shape), name);
  };
}

function build(input: readonly number[], make: (op: Ops, x: ReturnType<Graph["input"]>) => object, batch?: string) {
  const graph = new Graph("pinned");
  const op = createOps(graph);
  const layers = Object.entries(make(op, graph.input("x", { dtype: "float32", shape: input })));
  for (const [name, value] of layers) value.name = graph.uniqueName(name);
  graph.output(layers.at(-1)![1]);
  const options = { opsets: new Map([["", 20]]), ...(batch && { freeBatch: batch }) };
  return openModel(writeModel(graph, options), { runtime });
}

export const networks = {
  article: () => openModel(writeNetwork(initialWeights(createRng(1), 10), new Map()), { runtime }),
  /** Grey pictures, one at a time. */
  grey: () =>
    build([1, 1, 12, 12], (op, x) => {
      const w = weightsFor(op, 2);
      const first = op.relu(op.conv(x, w("first", [6, 1, 3, 3], 9), { pads: [1, 1, 1, 1] }));
      const pool = op.maxPool(first, { kernel: [2, 2], strides: [2, 2] });
      const second = op.relu(op.conv(pool, w("second", [8, 6, 3, 3], 54), {}, w("bias", [8], 54)));
      const scores = op.gemm(op.reshape(second, [1, 128]), w("scores", [128, 4], 128));
      return { first, pool, second, scores };
    }),
  /** Pictures of blue, green and red with the channels last; ends in probabilities. */
  colour: () =>
    build(
      [1, 16, 16, 3],
      (op, x) => {
        const w = weightsFor(op, 3);
        const low = op.relu(op.conv(op.transpose(x, [0, 3, 1, 2]), w("low", [8, 3, 3, 3], 27), { pads: [1, 1, 1, 1] }));
        const path = op.conv(low, w("path", [8, 8, 3, 3], 72), { strides: [2, 2], pads: [1, 1, 1, 1] });
        const mixed = op.relu(op.add(path, op.averagePool(low, { kernel: [2, 2], strides: [2, 2] })));
        const deep = op.sigmoid(op.conv(mixed, w("deep", [12, 8, 3, 3], 72), {}, w("bias", [12], 72)));
        const features = op.flatten(op.globalAveragePool(deep));
        const scores = op.gemm(features, w("scores", [12, 5], 3));
        return { low, mixed, deep, features, scores, probabilities: op.softmax(scores, 1) };
      },
      "N",
    ),
  /** Pictures as large as photographs, of which recipes take their shares of pixels. */
  photograph: () =>
    build(
      [1, 3, 128, 128],
      (op, x) => {
        const w = weightsFor(op, 5);
        const low = op.relu(op.conv(x, w("low", [6, 3, 5, 5], 75), { strides: [4, 4], pads: [2, 2, 2, 2] }));
        const mixed = op.relu(op.conv(low, w("mixed", [8, 6, 3, 3], 54), { strides: [2, 2], pads: [1, 1, 1, 1] }));
        const scores = op.gemm(op.flatten(op.globalAveragePool(mixed)), w("scores", [8, 5], 2));
        return { low, mixed, scores };
      },
      "N",
    ),
  /** Makes grey pictures from six numbers. */
  decoder: () =>
    build([1, 6], (op, x) => {
      const w = weightsFor(op, 4);
      const hidden = op.relu(op.gemm(x, w("hidden", [6, 16], 6)));
      return { pictures: op.reshape(op.tanh(op.gemm(hidden, w("pixels", [16, 144], 16))), [1, 1, 12, 12]) };
    }),
} satisfies Record<string, () => LoadedModel>;

/** Of one picture for each network. */
/** A checkerboard on a gradientNorm, of other proportions than what the networks take. */
export function drawPicture(channels: number): Tensor {
  const [height, width] = [20, 24];
  const data = Float32Array.from({ length: channels * height * width }, (_, i) => {
    const [c, y, x] = [Math.floor(i / (height * width)), Math.floor(i / width) % height, i % width];
    return (x / width + (c * y) / height / 2 + (((x >> 2) + (y >> 2)) % 2)) / 3;
  });
  return tensor("float32", data, [channels, height, width]);
}
