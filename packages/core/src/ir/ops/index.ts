import type { Graph } from "../graph.js";
import { elementwise } from "./elementwise.js";
import { Emitter, type Lowering } from "./emitter.js";
import { linear } from "./linear.js";
import { reduction } from "./reduction.js";
import { shape } from "./shape.js";

export { broadcastShape, float, isFloat, positiveAxis, type Lowering } from "./emitter.js";
export { axesAfterFirst } from "./reduction.js";
export { windowCount } from "./linear.js";

/** Typed operators that append to one graph: `op.conv(x, w, { strides: [2, 2] })`. */
export type Ops = ReturnType<typeof createOps>;

/**
 * Typed emitters of ONNX operators into a graph: each checks shapes and types, and gives the new value. Throws `bad-graph`.
 *
 * @example
 * const graph = new Graph("net");
 * const op = createOps(graph);
 * const x = graph.input("x", { dtype: "float32", shape: [1, 3, 8, 8] });
 * graph.output(op.relu(op.mul(x, 2)));
 */
export function createOps(graph: Graph, lowering: Lowering = "cpu", scope?: string) {
  const e = new Emitter(graph, lowering, scope);
  return {
    graph,
    lowering,
    emit: e.emit.bind(e),
    loose: e.loose.bind(e),
    repeatNode: e.repeatNode.bind(e),
    constant: e.constant.bind(e),
    scalar: e.scalar.bind(e),
    ints: e.ints.bind(e),
    ...elementwise(e),
    ...reduction(e),
    ...shape(e),
    ...linear(e),
  };
}
