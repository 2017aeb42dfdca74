import type { Graph, Value } from "../ir/graph.js";
import { valuesRead } from "../ir/inline.js";
import { sameShape } from "../tensor.js";
import { adoptTypes, inferTypes, type Host, type InferredType } from "./probe.js";

type Types = ReadonlyMap<Value, InferredType>;

/**
 * The graph in which ONNX Runtime infers the shapes that it computes: a graph built on others would be refused, or be wrong.
 * Nodes of which it infers another one are written anew where that is possible, or get a Reshape to the computed shape
 * behind them, which changes no element.
 */
export async function pinShapes(source: Graph, opset: number, host: Host, inferred?: Types): Promise<Graph> {
  let graph = source;
  /** Names of the values of which another shape may still be inferred. */
  const pinned = new Set<string>();
  /** Names of the values whose nodes have been written anew. */
  const corrected = new Set<string>();
  for (let types = inferred ?? (await inferTypes(graph, host)); ; types = await inferTypes(graph, host)) {
    adoptTypes(graph, types);
    const wrong = firstWrong(graph, types, pinned);
    if (wrong.size === 0) return graph;
    const { correctShapes } = await import("./correct-shapes.js");
    graph = correctShapes(graph, { wrong, types, opset, pinned, corrected });
  }
}

/** Values of another shape than is inferred, but not those that are computed from one. */
function firstWrong(graph: Graph, types: Types, pinned: ReadonlySet<string>): Set<Value> {
  const wrong = new Set<Value>();
  const behind = new Set<Value>();
  for (const node of graph.nodes) {
    const isBehind = valuesRead(node).some((value) => behind.has(value));
    for (const output of node.outputs) {
      if (!output || pinned.has(output.name)) continue;
      const shape = types.get(output)?.shape;
      const isWrong = shape !== undefined && output.type !== undefined && !sameShape(shape, output.shape);
      if (isWrong && !isBehind) wrong.add(output);
      if (isWrong || isBehind) behind.add(output);
    }
  }
  return wrong;
}
