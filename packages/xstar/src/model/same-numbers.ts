import {
  createRng,
  numbers,
  openModel,
  pictureInput,
  prepareModel,
  rangeOf,
  size,
  tensor,
  writeModel,
  type Graph,
  type PreparedModel,
  type Runtime,
  type Tensor,
} from "@xstar/core";
import { nodeRuntime } from "../runtime.js";

/** How far the outputs of a file lie from those of the graph that xstar makes of it. */
export interface Comparison {
  /** The largest difference, relative to the largest number of that output. */
  readonly error: number;
  readonly isSame: boolean;
}

/** What rounding may change. */
const limit = 1e-4;

/**
 * Runs an ONNX file as it is and as xstar folds it, on the same noise; ONNX Runtime optimizes neither. Throws
 * `unsupported-model` for a model without an input of floats.
 */
export async function compareFolded(onnx: Uint8Array, runtime = nodeRuntime()): Promise<Comparison> {
  const model = openModel(onnx, { runtime });
  const { source } = model;
  const { name } = pictureInput(source);
  const others = source.inputs.filter((input) => input.name !== name).map((input) => [input.name, 1] as const);
  const prepared = await prepareModel(model, 1, { inputs: Object.fromEntries(others) });
  const picture = noiseFor(prepared);
  const { normalized } = prepared;
  const written = (graph: Graph, opset: number) =>
    writeModel(graph, { opsets: new Map([...source.opsets, ["", opset]]), embed: model.files });
  // of tokens xstar takes the vectors, the file their numbers
  const isOfTokens = source.inputs.some(({ tokens }) => tokens !== undefined);
  const plain = isOfTokens ? written(source.graph, source.opsets.get("")!) : onnx;
  const feeds = { ...Object.fromEntries(prepared.given[0]!), [name]: picture };
  const expected = await outputsOf(runtime, plain, feeds);
  const found = await outputsOf(runtime, written(normalized.graph, normalized.opset), feeds);
  const error = Math.max(...expected.map((one, i) => differenceOf(found[i]!, one)));
  return { error, isSame: error <= limit };
}

/** Noise in the range that the input takes. */
function noiseFor({ contract, inputShape }: PreparedModel): Tensor {
  const [low, high] = contract ? rangeOf(contract)[0]! : [-1, 1];
  const rng = createRng(0);
  return tensor(
    "float32",
    Float32Array.from({ length: size(inputShape) }, () => low + (high - low) * rng.uniform()),
    inputShape,
  );
}

/** All outputs, in order; of the feeds those that the graph takes. */
async function outputsOf(
  runtime: Runtime,
  onnx: Uint8Array,
  feeds: Readonly<Record<string, Tensor>>,
): Promise<Tensor[]> {
  const session = await runtime.open(onnx, { optimization: "disabled" });
  const results = await session.run(Object.fromEntries(session.inputs.map(({ name }) => [name, feeds[name]!])));
  await session.release();
  return session.outputs.map(({ name }) => results[name]!);
}

function differenceOf(found: Tensor, expected: Tensor): number {
  const [left, right] = [numbers(found), numbers(expected)];
  let [difference, largest] = [0, 0];
  for (let i = 0; i < right.length; i++) {
    const gap = Math.abs(left[i]! - right[i]!);
    difference = Number.isNaN(gap) ? Infinity : Math.max(difference, gap);
    largest = Math.max(largest, Math.abs(right[i]!));
  }
  return left.length === right.length ? difference / (largest || 1) : Infinity;
}
