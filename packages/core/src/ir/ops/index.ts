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

export function createOps(graph: Graph, lowering: Lowering = "cpu", scope?: string) {
  const e = new Emitter(graph, lowering, scope);
  return {
    graph,
    lowering,
    emit: e.emit.bind(e),
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
