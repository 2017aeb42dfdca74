import { createOps, createRng, Graph, tensor, writeModel, type Ops, type Value } from "@xstar/core";

/** A small network for tests: 1x8x8 -> conv 3x3 (4 channels) -> relu -> mean -> dense -> 3 class scores. */
export function tinyModel(): Uint8Array {
  const rng = createRng(1);
  return writeTinyModel([1, 1, 8, 8], (op, x) => {
    const weights = (shape: readonly number[]) => {
      const count = shape.reduce((a, b) => a * b, 1);
      return op.constant(tensor("float32", rng.uniforms(count, -1, 1), shape), "weights");
    };
    const conv = op.conv(x, weights([4, 1, 3, 3]));
    const relu = op.relu(conv);
    const pooled = op.reduceMean(relu, [2, 3]);
    return { conv, relu, pooled, scores: op.matMul(pooled, weights([4, 3])) };
  });
}

/** An ONNX file of one input `x`; the values get the given names, and the last one is the output. */
export function writeTinyModel(
  shape: readonly number[],
  build: (op: Ops, x: Value) => Readonly<Record<string, Value>>,
): Uint8Array {
  const graph = new Graph("tiny");
  const op = createOps(graph);
  const layers = Object.entries(build(op, graph.input("x", { dtype: "float32", shape })));
  for (const [name, value] of layers) value.name = graph.uniqueName(name);
  graph.output(layers.at(-1)![1]);
  return writeModel(graph, { opsets: new Map([["", 20]]) });
}
