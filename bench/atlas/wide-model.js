/** A network with many units and hardly any work: what its pages weigh is what is asked. */
import { createOps, createRng, Graph, tensor, writeModel } from "@xstar/core";

/** Channels of the last layer with places, in which an atlas compares pictures. */
export const features = 64;

/** Pictures of 3 x 224 x 224 become 16 channels, and these each of some layers, which give 100 scores together. */
export function wideModel(/** @type {readonly number[]} */ widths) {
  const rng = createRng(1);
  const graph = new Graph("wide");
  const op = createOps(graph);
  const weights = (/** @type {number[]} */ shape) => {
    const count = shape.reduce((a, b) => a * b, 1);
    const deviation = Math.sqrt(3 / (shape[1] * (shape[2] ?? 1) ** 2));
    return op.constant(tensor("float32", rng.uniforms(count, -deviation, deviation), shape), "weights");
  };
  const x = graph.input("x", { dtype: "float32", shape: [1, 3, 224, 224] });
  const named = (/** @type {import("@xstar/core").Value} */ value, /** @type {string} */ name) => {
    value.name = graph.uniqueName(name);
    return value;
  };
  const stem = named(op.relu(op.conv(x, weights([16, 3, 32, 32]), { strides: [32, 32] })), "stem");
  const wide = widths.map((width, i) => named(op.relu(op.conv(stem, weights([width, 16, 1, 1]))), `layer${i}`));
  const all = wide.length > 1 ? op.concat(wide, 1) : (wide[0] ?? stem);
  const last = named(op.relu(op.conv(all, weights([features, widths.reduce((a, b) => a + b), 1, 1]))), "last");
  const pooled = op.reshape(op.reduceMean(last, [2, 3]), [1, features]);
  graph.output(named(op.matMul(pooled, weights([features, 100])), "scores"));
  return writeModel(graph, { opsets: new Map([["", 20]]) });
}
