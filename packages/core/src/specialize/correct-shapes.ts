import { constantValue, type Graph, Node, Value } from "../ir/graph.js";
import { rewriteGraph, type InlineOptions } from "../ir/inline.js";
import { tensor } from "../tensor.js";
import { closePoolWindow } from "./pool-windows.js";
import type { InferredType } from "./probe.js";
import { settleScales } from "./resize-scales.js";
import { writeTransposedPads } from "./transposed-pads.js";

type Rewriting = NonNullable<InlineOptions["rewrite"]>;

interface Correction {
  /** The values of another shape than is inferred. */
  readonly wrong: ReadonlySet<Value>;
  readonly types: ReadonlyMap<Value, InferredType>;
  readonly opset: number;
  /** Names of the values of which another shape may still be inferred. */
  readonly pinned: Set<string>;
  /** Names of the values whose nodes have been written anew. */
  readonly corrected: Set<string>;
}

/** The graph with the first nodes of a wrong shape written anew, or with a Reshape behind them. */
export const correctShapes = (graph: Graph, correction: Correction): Graph =>
  rewriteGraph(graph, (made) => correcting(made, correction));

function correcting(graph: Graph, { wrong, types, opset, pinned, corrected }: Correction): Rewriting {
  return (node, inputs) => {
    const first = node.outputs.find((output) => output && wrong.has(output));
    if (!first) return undefined;
    const anew = corrected.has(first.name)
      ? undefined
      : (closePoolWindow(graph, node, inputs, types.get(first)!.shape!, opset) ??
        settleScales(graph, node, inputs, opset) ??
        writeTransposedPads(graph, node, inputs));
    corrected.add(first.name);
    const outputs = anew ?? reshaped(graph, node, inputs, wrong, pinned);
    outputs.forEach((output, i) => output && (output.type = node.outputs[i]!.type));
    return outputs;
  };
}

function reshaped(
  graph: Graph,
  node: Node,
  inputs: readonly (Value | undefined)[],
  wrong: ReadonlySet<Value>,
  pinned: Set<string>,
): (Value | undefined)[] {
  const computed = node.outputs.map(
    (output) =>
      output && new Value(graph.uniqueName(wrong.has(output) ? `${output.name}/computed` : output.name), output.type),
  );
  const name = graph.uniqueNodeName(node.name);
  graph.append(new Node(node.opType, [...inputs], computed, node.attributes, node.domain, name));
  return node.outputs.map((output, i) => {
    if (!output || !wrong.has(output)) return computed[i];
    pinned.add(computed[i]!.name);
    const result = new Value(graph.uniqueName(output.name));
    const shape = constantValue(graph.uniqueName(`${output.name}/shape`), tensor("int64", output.shape));
    graph.append(new Node("Reshape", [computed[i], shape], [result]));
    return result;
  });
}
