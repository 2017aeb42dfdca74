import { size, type Graph, type Ops, type Rng, type Tensor, type Value } from "@xstar/core";

/** Weights of the article's network by name. */
export type Weights = Readonly<Record<string, Tensor>>;

/**
 * The article's network, from its author's program: two 3x3 convolutions without padding, 2x2 max-pool, two dense layers.
 * Shapes as in ONNX: convolutions [out, in, height, width], dense layers [in, out].
 */
const shapesFor = (classes: number): Readonly<Record<string, readonly number[]>> => ({
  "conv1.weight": [32, 1, 3, 3],
  "conv1.bias": [32],
  "conv2.weight": [64, 32, 3, 3],
  "conv2.bias": [64],
  "dense1.weight": [9216, 128],
  "dense1.bias": [128],
  "dense2.weight": [128, classes],
  "dense2.bias": [classes],
});

/** Side of the pictures that the network is made for. */
export const side = 28;

/** He-uniform weights (He et al., 2015): within ±sqrt(6 / inputs of a unit); biases 0. */
export function initialWeights(rng: Rng, classes: number): Record<string, Tensor> {
  return Object.fromEntries(
    Object.entries(shapesFor(classes)).map(([name, shape]) => {
      const count = size(shape);
      const inputs = shape.length === 4 ? size(shape.slice(1)) : shape[0]!;
      const bound = Math.sqrt(6 / inputs);
      const data = name.endsWith(".bias") ? new Float32Array(count) : rng.split(name).uniforms(count, -bound, bound);
      return [name, { dtype: "float32", shape, data } satisfies Tensor];
    }),
  );
}

/** Emits the network on pictures [N, 1, 28, 28] with values 0..1; returns its layers, logits [N, classes] last. */
export function emitNetwork(op: Ops, pictures: Value, weights: Readonly<Record<string, Value>>): Record<string, Value> {
  const convolutions = emitConvolutions(op, pictures, weights);
  return { ...convolutions, ...emitDense(op, convolutions.pool, weights) };
}

/** The layers up to the pool [N, 64, 12, 12]. */
export function emitConvolutions(op: Ops, pictures: Value, weights: Readonly<Record<string, Value>>) {
  const w = (name: string) => weights[name]!;
  const conv1 = op.relu(op.conv(pictures, w("conv1.weight"), {}, w("conv1.bias")));
  const conv2 = op.relu(op.conv(conv1, w("conv2.weight"), {}, w("conv2.bias")));
  const pool = op.maxPool(conv2, { kernel: [2, 2], strides: [2, 2] });
  return { conv1, conv2, pool };
}

/** The layers after the pool. */
export function emitDense(op: Ops, pool: Value, weights: Readonly<Record<string, Value>>) {
  const w = (name: string) => weights[name]!;
  const dense1 = op.relu(op.gemm(op.flatten(pool), w("dense1.weight"), { c: w("dense1.bias") }));
  const logits = op.gemm(dense1, w("dense2.weight"), { c: w("dense2.bias") });
  return { dense1, logits };
}

/** Gives the values of a graph the names of a record, where they are free. */
export function nameValues(graph: Graph, values: Readonly<Record<string, Value>>): void {
  for (const [name, value] of Object.entries(values)) value.name = graph.uniqueName(name);
}
