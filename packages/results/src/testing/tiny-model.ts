import { createOps, createRng, Graph, tensor, writeModel } from "@xstar/core";

/** A small network for tests: x [1, 1, 8, 8] -> conv 3x3 (4 channels) -> relu -> mean -> dense -> 3 class scores. */
export function tinyModel(seed = 1): Uint8Array {
  const rng = createRng(seed);
  const graph = new Graph("tiny");
  const op = createOps(graph);
  const weights = (shape: readonly number[]) => {
    const count = shape.reduce((a, b) => a * b, 1);
    return op.constant(tensor("float32", rng.uniforms(count, -1, 1), shape), "weights");
  };
  const x = graph.input("x", { dtype: "float32", shape: [1, 1, 8, 8] });
  const conv = op.conv(x, weights([4, 1, 3, 3]));
  const relu = op.relu(conv);
  const pooled = op.reduceMean(relu, [2, 3]);
  const scores = op.matMul(pooled, weights([4, 3]));
  for (const [name, value] of Object.entries({ conv, relu, pooled, scores })) value.name = graph.uniqueName(name);
  graph.output(scores);
  return writeModel(graph, { opsets: new Map([["", 20]]) });
}
