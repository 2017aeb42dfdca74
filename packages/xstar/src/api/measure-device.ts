import {
  canonicalOpset,
  compileAscent,
  createOps,
  createRng,
  Graph,
  openModel,
  size,
  tensor,
  writeModel,
  type Runtime,
  type Value,
} from "@xstar/core";
import { emitNetwork, initialWeights, side } from "../train/network.js";

/** Milliseconds of a step of an ascent, of the article's network and of one of SqueezeNet's size. */
export interface DeviceSpeed {
  readonly article: number;
  /** Undefined where the first is too slow for it. */
  readonly squeezeNet: number | undefined;
}

/** Milliseconds of a step of the article's network beyond which the larger one is not waited for. */
const slow = 500;

/** Measures a device by networks with random weights: `auto`'s steps, one picture. */
export async function measureDevice(runtime: Runtime): Promise<DeviceSpeed> {
  const article = await measureStep(articleNetwork(), runtime);
  return { article, squeezeNet: article > slow ? undefined : await measureStep(squeezeNet(), runtime) };
}

/** The best of three steps after a first one. */
async function measureStep(bytes: Uint8Array, runtime: Runtime): Promise<number> {
  const { step, begin } = await compileAscent(openModel(bytes, { runtime }), "logit:0", { recipe: "auto" });
  const session = await runtime.open(step.bytes, { files: step.files });
  const feeds = { ...begin(0), ...step.settings, ...step.sample(0) };
  await session.run(feeds);
  let best = Infinity;
  for (let i = 0; i < 3 && best > slow * i; i++) {
    const began = performance.now();
    await session.run(feeds);
    best = Math.min(best, performance.now() - began);
  }
  await session.release();
  return best;
}

const write = (graph: Graph) => writeModel(graph, { opsets: new Map([["", canonicalOpset]]) });

/** The network of the article, with random weights. */
export function articleNetwork(): Uint8Array {
  const graph = new Graph("article");
  const op = createOps(graph);
  const x = graph.input("x", { dtype: "float32", shape: [1, 1, side, side] });
  const weights = Object.entries(initialWeights(createRng(0), 10)).map(([name, t]) => [name, op.constant(t, name)]);
  graph.output(emitNetwork(op, x, Object.fromEntries(weights) as Record<string, Value>)["logits"]!);
  return write(graph);
}

/** Iandola et al. (2016), version 1.1: the channels that a fire module squeezes to, and expands to by each of its two kernels. */
const fires = [
  [16, 64],
  [16, 64],
  "pool",
  [32, 128],
  [32, 128],
  "pool",
  [48, 192],
  [48, 192],
  [64, 256],
  [64, 256],
] as const;

/** A network of the layers of SqueezeNet 1.1, with random weights. */
export function squeezeNet(): Uint8Array {
  const graph = new Graph("squeezenet");
  const op = createOps(graph);
  const rng = createRng(0);
  const conv = (x: Value, channels: number, kernel: number, stride = 1) => {
    const shape = [channels, x.shape[1]!, kernel, kernel];
    const bound = Math.sqrt(6 / size(shape.slice(1)));
    const weights = op.constant(tensor("float32", rng.uniforms(size(shape), -bound, bound), shape), "weights");
    const pad = stride === 1 ? (kernel - 1) / 2 : 0;
    return op.relu(op.conv(x, weights, { strides: [stride, stride], pads: [pad, pad, pad, pad] }));
  };
  const pool = (x: Value) => op.maxPool(x, { kernel: [3, 3], strides: [2, 2] });
  const input = graph.input("x", { dtype: "float32", shape: [1, 3, 224, 224] });
  const features = fires.reduce<Value>(
    (x, fire) => {
      if (fire === "pool") return pool(x);
      const squeezed = conv(x, fire[0], 1);
      return op.concat([conv(squeezed, fire[1], 1), conv(squeezed, fire[1], 3)], 1);
    },
    pool(conv(input, 64, 3, 2)),
  );
  graph.output(op.reduceMean(conv(features, 1000, 1), [2, 3]));
  return write(graph);
}
