import { constantValue, type Graph, Node, Value, type ValueType } from "../ir/graph.js";
import { rewriteGraph, valuesRead, type InlineOptions } from "../ir/inline.js";
import { sameShape, tensor } from "../tensor.js";
import { closePoolWindow } from "./pool-windows.js";
import { inferTypes, type Host, type InferredType } from "./probe.js";
import { settleScales } from "./resize-scales.js";

type Types = ReadonlyMap<Value, InferredType>;
type Rewriting = NonNullable<InlineOptions["rewrite"]>;

/**
 * The graph in which ONNX Runtime infers the shapes that it computes: a graph built on others would be refused, or be wrong.
 * Nodes of which it infers another one are written anew where that is possible, or get a Reshape to the computed shape
 * behind them, which changes no element.
 */
export async function pinShapes(source: Graph, opset: number, host: Host, inferred?: Types): Promise<Graph> {
  let graph = source;
  for (let types = inferred ?? (await inferTypes(graph, host)); ; types = await inferTypes(graph, host)) {
    for (const [value, type] of types) value.type ??= knownType(type);
    const wrong = firstWrong(graph, types);
    if (wrong.size === 0) return graph;
    graph = rewriteGraph(graph, (made) => correcting(made, wrong, types, opset));
  }
}

export const knownType = (type: InferredType | undefined): ValueType | undefined =>
  type?.shape && { dtype: type.dtype, shape: type.shape };

/** Values of another shape than is inferred, but not those that are computed from one. */
function firstWrong(graph: Graph, types: Types): Set<Value> {
  const wrong = new Set<Value>();
  const behind = new Set<Value>();
  for (const node of graph.nodes) {
    const isBehind = valuesRead(node).some((value) => behind.has(value));
    for (const output of node.outputs) {
      const shape = output && types.get(output)?.shape;
      const isWrong = shape !== undefined && !sameShape(shape, output!.shape);
      if (isWrong && !isBehind) wrong.add(output!);
      if (output && (isWrong || isBehind)) behind.add(output);
    }
  }
  return wrong;
}

function correcting(graph: Graph, wrong: ReadonlySet<Value>, types: Types, opset: number): Rewriting {
  return (node, inputs) => {
    const first = node.outputs.find((output) => output && wrong.has(output));
    if (!first) return undefined;
    const outputs =
      closePoolWindow(graph, node, inputs, types.get(first)!.shape!, opset) ??
      settleScales(graph, node, inputs, opset) ??
      reshaped(graph, node, inputs, wrong);
    outputs.forEach((output, i) => output && (output.type = node.outputs[i]!.type));
    return outputs;
  };
}

function reshaped(
  graph: Graph,
  node: Node,
  inputs: readonly (Value | undefined)[],
  wrong: ReadonlySet<Value>,
): (Value | undefined)[] {
  const computed = node.outputs.map(
    (output) =>
      output && new Value(graph.uniqueName(wrong.has(output) ? `${output.name}/computed` : output.name), output.type),
  );
  const name = graph.uniqueNodeName(node.name);
  graph.append(new Node(node.opType, [...inputs], computed, node.attributes, node.domain, name));
  return node.outputs.map((output, i) => {
    if (!output || !wrong.has(output)) return computed[i];
    const pinned = new Value(graph.uniqueName(output.name));
    const shape = constantValue(graph.uniqueName(`${output.name}/shape`), tensor("int64", output.shape));
    graph.append(new Node("Reshape", [computed[i], shape], [pinned]));
    return pinned;
  });
}
