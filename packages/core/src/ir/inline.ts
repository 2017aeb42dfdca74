import { Graph, Node, Value, type Attribute, type Attributes } from "./graph.js";

/** How nodes are named, and written otherwise, as they are copied. */
export interface InlineOptions {
  /** Put before the names of the copied values. */
  readonly prefix?: string;
  /** May put other nodes in the place of one: given the node and its mapped inputs, gives the outputs, or undefined to copy it. */
  readonly rewrite?: (
    node: Node,
    inputs: readonly (Value | undefined)[],
    resolve: (value: Value) => Value,
  ) => readonly (Value | undefined)[] | undefined;
}

/**
 * Copies the nodes that compute `wanted` into `target`, with `bindings` in the place of the source's values (its inputs,
 * for example). Constants are shared, not copied. Returns what each copied value became.
 *
 * @example
 * const { graph: source } = model.source;
 * const whole = new Graph("behind a half");
 * const op = createOps(whole);
 * const x = whole.input("x", { dtype: "float32", shape: [1, 3, 224, 224] });
 * const copies = inline(whole, source, new Map([[source.inputs[0]!, op.mul(x, 0.5)]]));
 * whole.output(copies.get(source.outputs[0]!)!);
 */
export function inline(
  target: Graph,
  source: Graph,
  bindings: ReadonlyMap<Value, Value>,
  wanted: readonly Value[] = source.outputs,
  { prefix = "", rewrite }: InlineOptions = {},
): Map<Value, Value> {
  const map = new Map(bindings);
  const known = (value: Value) => map.get(value) ?? value;
  const resolve = (value: Value | undefined) => value && known(value);
  const copy = (value: Value) => {
    const made = new Value(target.uniqueName(prefix + value.name), value.type, value.loose);
    map.set(value, made);
    return made;
  };
  for (const node of neededNodes(source, wanted, bindings)) {
    const inputs = node.inputs.map(resolve);
    const replaced = rewrite?.(node, inputs, known);
    if (replaced) {
      node.outputs.forEach((output, i) => output && replaced[i] && map.set(output, replaced[i]));
      continue;
    }
    const attributes = mapSubgraphs(node.attributes, resolve);
    const outputs = node.outputs.map((output) => output && copy(output));
    const name = target.uniqueNodeName(node.name && prefix + node.name);
    target.append(new Node(node.opType, inputs, outputs, attributes, node.domain, name));
  }
  return map;
}

/** A copy of a whole graph, with other nodes in the place of some, as for `inline`. */
export function rewriteGraph(source: Graph, rewriting: (graph: Graph) => NonNullable<InlineOptions["rewrite"]>): Graph {
  const graph = new Graph(source.name);
  const bindings = new Map(source.inputs.map((input) => [input, graph.input(input.name, input.type)]));
  const map = inline(graph, source, bindings, [...source.values()], { rewrite: rewriting(graph) });
  for (const output of source.outputs) graph.output(map.get(output) ?? output);
  return graph;
}

/** Appends a copy of a node with other attributes; its outputs, of types that are to be found again, keep their names. */
export function appendChanged(
  graph: Graph,
  node: Node,
  inputs: readonly (Value | undefined)[],
  changed: Readonly<Record<string, Attribute>>,
): (Value | undefined)[] {
  const outputs = node.outputs.map((output) => output && new Value(graph.uniqueName(output.name)));
  const attributes = new Map([...node.attributes, ...Object.entries(changed)]);
  graph.append(new Node(node.opType, [...inputs], outputs, attributes, node.domain, node.name));
  return outputs;
}

/** The nodes that `wanted` is computed from, in order, not looking behind bound values. */
function neededNodes(source: Graph, wanted: readonly Value[], bound: ReadonlyMap<Value, Value>): Node[] {
  const needed = new Set(wanted.filter((value) => !bound.has(value)));
  return source.nodes
    .toReversed()
    .filter((node) => {
      if (!node.outputs.some((output) => output && needed.has(output))) return false;
      for (const value of valuesRead(node)) if (!bound.has(value)) needed.add(value);
      return true;
    })
    .reverse();
}

/**
 * Drops the nodes that no output is computed from.
 *
 * @example
 * prune(graph);
 * const bytes = writeModel(graph, { opsets: new Map([["", canonicalOpset]]) });
 */
export function prune(graph: Graph): void {
  const needed = neededNodes(graph, graph.outputs, new Map());
  graph.nodes.splice(0);
  graph.appendAll(needed);
}

/** What a node reads, through its subgraphs too. */
export function valuesRead(node: Node): Value[] {
  const inner = [...node.attributes.values()].flatMap((attribute) =>
    attribute.kind === "graph" ? [...attribute.value.nodes.flatMap(valuesRead), ...attribute.value.outputs] : [],
  );
  return [...node.inputs, ...inner].filter((value): value is Value => value !== undefined);
}

/** What a node reads, but not what its subgraphs compute themselves. */
export function valuesFromOutside(node: Node): Value[] {
  const own = ownOfSubgraphs(node);
  return valuesRead(node).filter((value) => !own.has(value));
}

/** The inputs of a node, which may be left out, and then what its subgraphs read from outside, each once. */
export function operandsOf(node: Node): readonly (Value | undefined)[] {
  if (![...node.attributes.values()].some(({ kind }) => kind === "graph")) return node.inputs;
  const own = ownOfSubgraphs(node);
  const given = node.inputs.filter((input) => input).length;
  return [
    ...node.inputs,
    ...new Set(
      valuesRead(node)
        .slice(given)
        .filter((value) => !own.has(value)),
    ),
  ];
}

function ownOfSubgraphs(node: Node): ReadonlySet<Value> {
  const own = new Set<Value>();
  const visit = (graph: Graph) => {
    for (const value of graph.values()) own.add(value);
    for (const { attributes } of graph.nodes) visitAll(attributes);
  };
  const visitAll = (attributes: Attributes) => {
    for (const attribute of attributes.values()) if (attribute.kind === "graph") visit(attribute.value);
  };
  visitAll(node.attributes);
  return own;
}

/** Copies of the subgraphs, reading the copies of the outer values. */
export function mapSubgraphs(
  attributes: Attributes,
  outer: (value: Value | undefined) => Value | undefined,
): Attributes {
  if (![...attributes.values()].some(({ kind }) => kind === "graph")) return attributes;
  const mapped = [...attributes].map(([name, attribute]): [string, Attribute] => {
    if (attribute.kind !== "graph") return [name, attribute];
    return [name, { kind: "graph", value: copySubgraph(attribute.value, outer) }];
  });
  return new Map(mapped);
}

function copySubgraph(source: Graph, outer: (value: Value | undefined) => Value | undefined): Graph {
  const graph = new Graph(source.name);
  const map = new Map<Value, Value>();
  const resolve = (value: Value | undefined) => (value && map.get(value)) ?? outer(value);
  const copy = (value: Value) => {
    const made = new Value(value.name, value.type, value.loose);
    map.set(value, made);
    return made;
  };
  for (const input of source.inputs) graph.inputs.push(copy(input));
  for (const node of source.nodes) {
    const attributes = mapSubgraphs(node.attributes, resolve);
    graph.append(
      new Node(
        node.opType,
        node.inputs.map(resolve),
        node.outputs.map((output) => output && copy(output)),
        attributes,
        node.domain,
        node.name,
      ),
    );
  }
  for (const output of source.outputs) graph.outputs.push(resolve(output)!);
  return graph;
}
