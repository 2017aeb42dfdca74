import {
  createOps,
  Graph,
  inline,
  rangeOf,
  writeModel,
  XstarError,
  type Contract,
  type Ops,
  type Value,
} from "@xstar/core";
import { countConfusions, type ImageDataset } from "@xstar/results";
import type { ModelFile } from "@xstar/runs";
import { loadModel } from "../load.js";
import { nodeRuntime } from "../runtime.js";
import { classify } from "../train/evaluate.js";
import { side } from "../train/network.js";
import { freeBatch } from "./free-batch.js";
import type { ArticleNetwork } from "./network.js";

/**
 * A network from a file, of any format, tested on MNIST. Throws what `loadModel` does, and `bad-data` for one that does not tell
 * the digits of 28x28 pictures apart.
 */
export async function readNetwork(path: string, test: ImageDataset): Promise<ArticleNetwork> {
  const began = performance.now();
  const model = asArticleNetwork(await loadModel(path));
  const predicted = await classify(nodeRuntime(), model, test);
  const confusion = countConfusions(predicted, test.labels, test.classes);
  const seconds = (performance.now() - began) / 1000;
  return { file: path, seed: null, threads: null, model, confusion, seconds, cached: false };
}

/** The network as the article takes it: pictures [N, 1, 28, 28] with values 0..1 in, probabilities [N, 10] out. */
function asArticleNetwork({ source, contract, files, name, path = name }: ModelFile): Uint8Array {
  const [input] = source.inputs;
  const dims = (input?.dims ?? []).slice(1);
  const isOfDigits = source.inputs.length === 1 && input?.dtype === "float32" && sizeOf(dims) === side * side;
  if (!isOfDigits)
    throw new XstarError("bad-data", `The network does not take pictures of ${side}x${side} pixels (in "${path}")`, {
      hint: `Its inputs are ${source.inputs.map((one) => `${one.name} [${one.dims.join(", ")}]`).join(", ")}`,
    });
  const graph = new Graph("article_network");
  const op = createOps(graph);
  const pictures = graph.input("image", { dtype: "float32", shape: [1, 1, side, side] });
  // of one channel: every layout has the same numbers in the same order
  const shape = [-1, ...(dims as number[])];
  const laidOut = op.emit(
    "Reshape",
    [inRange(op, pictures, contract), op.ints(shape)],
    [{ dtype: "float32", shape: shape.with(0, 1) }],
  );
  const [output] = source.graph.outputs;
  const inside = inline(graph, source.graph, new Map([[source.graph.inputs[0]!, laidOut[0]!]]), [output!]);
  const scores = inside.get(output!)!;
  const type = { dtype: "float32", shape: [1, digits] } as const;
  const probabilities = isSoftmax(scores) ? scores : op.emit("Softmax", [scores], [type], { axis: 1 })[0]!;
  probabilities.type = type;
  graph.output(probabilities);
  if (input.dims[0] === 1) freeBatch(graph);
  return writeModel(graph, { opsets: source.opsets, freeBatch: "N", embed: files });
}

const digits = 10;

const sizeOf = (dims: readonly unknown[]) => dims.reduce((product: number, dim) => product * Number(dim), 1);

function inRange(op: Ops, pictures: Value, contract: Contract | undefined): Value {
  const [low, high] = (contract && rangeOf(contract)[0]) ?? [0, 1];
  return low === 0 && high === 1 ? pictures : op.add(op.mul(pictures, high - low), low);
}

/** Whether a value is what a softmax gives. */
function isSoftmax({ node }: Value): boolean {
  return node?.opType === "Softmax" || (node?.opType === "Identity" && isSoftmax(node.inputs[0]!));
}
