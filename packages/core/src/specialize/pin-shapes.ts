import { constantValue, type Graph, Node, Value } from "../ir/graph.js";
import { rewriteGraph, valuesRead, type InlineOptions } from "../ir/inline.js";
import { sameShape, tensor } from "../tensor.js";
import { closePoolWindow } from "./pool-windows.js";
import { adoptTypes, inferTypes, type Host, type InferredType } from "./probe.js";
import { settleScales } from "./resize-scales.js";
import { writeTransposedPads } from "./transposed-pads.js";

type Types = ReadonlyMap<Value, InferredType>;
type Rewriting = NonNullable<InlineOptions["rewrite"]>;

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
    graph = rewriteGraph(graph, (made) => correcting(made, { wrong, types, opset, pinned, corrected }));
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

interface Correction {
  readonly wrong: ReadonlySet<Value>;
  readonly types: Types;
  readonly opset: number;
  readonly pinned: Set<string>;
  readonly corrected: Set<string>;
}

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
