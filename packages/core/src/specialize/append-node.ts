import { constantValue, type Graph, Node, Value, type Attribute } from "../ir/graph.js";
import { tensor } from "../tensor.js";

/** A node that others take the place of. */
export interface Replaced {
  readonly graph: Graph;
  readonly opset: number;
  readonly node: Node;
  /** What the names of values are made from; the node's first output when left out. */
  readonly base?: string;
}

/** Values that get the names of a node's outputs, before others do. */
export const keepNames = (graph: Graph, { outputs }: Node): (Value | undefined)[] =>
  outputs.map((output) => output && new Value(graph.uniqueName(output.name)));

/** Appends a node of which the types are found later. */
export function append(
  { graph, node, base = node.outputs.find((output) => output)?.name ?? node.label }: Replaced,
  opType: string,
  inputs: readonly Value[],
  attributes: Readonly<Record<string, Attribute>> = {},
  count = 1,
): Value[] {
  const outputs = Array.from({ length: count }, () => new Value(graph.uniqueName(base)));
  const name = graph.uniqueNodeName(node.name);
  graph.append(new Node(opType, [...inputs], outputs, new Map(Object.entries(attributes)), "", name));
  return outputs;
}

/** Squeeze, Unsqueeze and Split have their numbers as an attribute before opset 13, as an input since. */
export function appendWithNumbers(
  at: Replaced,
  opType: string,
  x: Value,
  [name, numbers]: readonly [string, readonly number[]],
  attributes: Readonly<Record<string, Attribute>> = {},
  count = 1,
): Value[] {
  if (at.opset < 13) return append(at, opType, [x], { ...attributes, [name]: { kind: "ints", value: numbers } }, count);
  const given = constantValue(at.graph.uniqueName(name), tensor("int64", numbers));
  return append(at, opType, [x, given], attributes, count);
}
