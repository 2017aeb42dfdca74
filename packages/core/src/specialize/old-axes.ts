import type { Graph, Node, Value } from "../ir/graph.js";
import { appendChanged, rewriteGraph, valuesRead } from "../ir/inline.js";
import { positiveAxis } from "../ir/ops/index.js";

/**
 * The graph with negative axes of Squeeze and Unsqueeze counted from the front; undefined when there are none. Before
 * operator set 11 ONNX had no negative axes, but exporters wrote them: ONNX Runtime obeys them when it runs and ignores them
 * when it infers shapes, and everything behind them gets a wrong one.
 */
export function countAxesFromFront(source: Graph, opset: number): Graph | undefined {
  if (opset >= 11) return undefined;
  // what lies behind such a node has a wrong type until the graph is typed again
  const behind = new Set<Value>();
  const first = new Set<Node>();
  for (const node of source.nodes) {
    const isFirst = hasNegativeAxes(node) && !valuesRead(node).some((value) => behind.has(value));
    if (isFirst) first.add(node);
    if (isFirst || valuesRead(node).some((value) => behind.has(value))) {
      for (const output of node.outputs) if (output) behind.add(output);
    }
  }
  if (first.size === 0) return undefined;
  return rewriteGraph(source, (graph) => (node, inputs) => {
    if (!first.has(node)) return undefined;
    const given = node.ints("axes", []);
    const rank = node.inputs[0]!.rank + (node.opType === "Unsqueeze" ? given.length : 0);
    return appendChanged(graph, node, inputs, {
      axes: { kind: "ints", value: given.map((axis) => positiveAxis(axis, rank)) },
    });
  });
}

const hasNegativeAxes = (node: Node) =>
  (node.qualifiedType === "Squeeze" || node.qualifiedType === "Unsqueeze") &&
  node.inputs[0]?.type !== undefined &&
  node.ints("axes", []).some((axis) => axis < 0);
