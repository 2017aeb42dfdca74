import { constantTensor, constantValue, type Graph, type Value } from "../ir/graph.js";
import type { Normalized } from "../normalize/normalize.js";
import type { WeightFiles } from "../onnx/weights.js";
import { createRng, type Rng } from "../rng.js";
import { elementBytes, size, viewBytes, type Tensor } from "../tensor.js";

/** A network that has forgotten a part of what it learned: its last weights are shuffled. */
export interface Randomized {
  /** Share of the layers with weights, from the last backwards: 1 is all. */
  readonly share: number;
  /** @default 0 */
  readonly seed?: number | undefined;
}

/** Smaller constants are no weights of a layer. */
const fewest = 16;

/** Weights of a model's layers, in the order in which they are used. */
export function weightsOf({ graph }: Normalized): Value[] {
  const found = new Set<Value>();
  for (const { inputs } of graph.nodes) {
    for (const input of inputs) {
      if (!input?.constant || input.constant.dtype === "int64" || input.constant.dtype === "string") continue;
      if (input.rank >= 2 && size(input.shape) >= fewest) found.add(input);
    }
  }
  return [...found];
}

/** Puts shuffled weights in the place of the last ones, in the forward pass and in the gradients. */
export function randomizeWeights(
  graph: Graph,
  normalized: Normalized,
  files: WeightFiles,
  { share, seed = 0 }: Randomized,
): void {
  const weights = weightsOf(normalized);
  const count = Math.min(weights.length, Math.max(1, Math.round(share * weights.length)));
  const rng = createRng(seed).split("randomize");
  const changed = new Map(
    weights.slice(weights.length - count).flatMap((value, i) => {
      const held = constantTensor(value) ?? fromFile(value, files);
      return held ? [[value, constantValue(`${value.name}.shuffled`, shuffled(held, rng.split(i)))] as const] : [];
    }),
  );
  for (const { inputs } of graph.nodes) {
    inputs.forEach((input, i) => {
      const other = input && changed.get(input);
      if (other) inputs[i] = other;
    });
  }
}

function shuffled(t: Tensor, rng: Rng): Tensor {
  const from = t.data as Float32Array;
  const data = from.slice();
  rng.permutation(data.length).forEach((place, i) => (data[i] = from[place]!));
  return { ...t, data } as Tensor;
}

function fromFile({ constant }: Value, files: WeightFiles): Tensor | undefined {
  if (!constant || !("location" in constant.source)) return undefined;
  const { location, offset } = constant.source;
  const bytes = files.get(location);
  const length = size(constant.shape) * elementBytes[constant.dtype]!;
  if (!bytes || constant.dtype === "string") return undefined;
  const part = bytes.slice(offset, offset + length);
  return { dtype: constant.dtype, shape: constant.shape, data: viewBytes(constant.dtype, part) };
}
