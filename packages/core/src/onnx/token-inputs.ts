import { constantNumbers, constantValue, Node, Value, type Attribute, type Graph } from "../ir/graph.js";
import { valuesRead } from "../ir/inline.js";
import { dtypeNumbers, floatTypes, size as sizeOf, tensor } from "../tensor.js";
import type { DeclaredInput } from "./model.js";

/**
 * Of a model without an input of floating-point numbers, the input of token numbers that a Gather looks up in a table of vectors,
 * or of which a product of ones and zeros with the table does, becomes one of those vectors, so that it has a gradient: between the tokens there are vectors that no token has. What else
 * reads the numbers gets those of the nearest tokens.
 */
export function takeTokensAsVectors(graph: Graph, inputs: readonly DeclaredInput[]): readonly DeclaredInput[] {
  if (inputs.some(({ dtype }) => floatTypes.has(dtype))) return inputs;
  const found = inputs.flatMap((input, i) => lookupOf(graph, input, i)).toSorted((a, b) => b.count - a.count)[0];
  if (!found) return inputs;
  const { at, node, table, count, size } = found;
  const input = inputs[at]!;
  const ids = graph.inputs[at]!;
  const { dtype } = table.constant!;
  const vectors = new Value(ids.name);
  graph.inputs[at] = vectors;
  ids.name = graph.uniqueName(`${ids.name}/nearest`);
  graph.nodes.splice(
    graph.nodes.indexOf(node),
    1,
    new Node("Identity", [vectors], node.outputs, new Map(), "", node.name),
  );
  if (graph.nodes.some((node) => node.inputs.includes(ids)))
    graph.nodes.unshift(...nearestNodes(graph, { ids, vectors, table, input, size }));
  const tokens = { count, size, table: table.constant! };
  return inputs.with(at, { ...input, dtype, dims: [...input.dims, size], tokens });
}

interface Lookup {
  readonly at: number;
  readonly node: Node;
  readonly table: Value;
  /** Tokens, and numbers in the vector of each. */
  readonly count: number;
  readonly size: number;
}

/** Operators behind which the numbers of the tokens are still what they were. */
const passesNumbers = /^(Cast|Identity|Reshape|Unsqueeze|Expand)$/;

/** The lookups in a table [tokens, features] that an input of whole numbers is for. */
function lookupOf(graph: Graph, { dtype, dims }: DeclaredInput, at: number): Lookup[] {
  if ((dtype !== "int64" && dtype !== "int32") || dims.length < 2) return [];
  const ids = graph.inputs[at]!;
  const readers = graph.nodes.filter((node) => valuesRead(node).includes(ids));
  // what a branch or a loop reads inside stays as it is
  if (graph.outputs.includes(ids) || readers.some((node) => !node.inputs.includes(ids))) return [];
  const numbers = new Set([ids]);
  for (const { opType, domain, inputs, outputs } of graph.nodes)
    if (domain === "" && passesNumbers.test(opType) && numbers.has(inputs[0]!)) numbers.add(outputs[0]!);
  return graph.nodes.flatMap((node) => {
    const table = tableOf(node, numbers);
    const shape = table?.constant?.shape;
    if (shape?.length !== 2 || !floatTypes.has(table!.constant!.dtype)) return [];
    return [{ at, node, table: table!, count: shape[0]!, size: shape[1]! }];
  });
}

/** The table that a node looks numbers up in; undefined for other nodes. */
function tableOf(node: Node, numbers: ReadonlySet<Value>): Value | undefined {
  const [first, second] = node.inputs;
  const isGather = node.qualifiedType === "Gather" && node.int("axis", 0) === 0;
  if (isGather) return second && numbers.has(second) ? first : undefined;
  if (node.qualifiedType !== "MatMul" || !first || !second?.constant) return undefined;
  return isOneOfMany(first, numbers, second.constant.shape[0]!) ? second : undefined;
}

/** Whether a value is 1 at the number of a token, and 0 elsewhere: numbers == [0, 1, 2, ...] as floats. */
function isOneOfMany(value: Value, numbers: ReadonlySet<Value>, count: number): boolean {
  const [truth] = value.node?.qualifiedType === "Cast" ? value.node.inputs : [];
  if (truth?.node?.qualifiedType !== "Equal") return false;
  const [a, b] = truth.node.inputs as [Value, Value];
  const [own, all] = numbers.has(a) ? [a, b] : [b, a];
  const shape = all.constant?.shape ?? [];
  if (!numbers.has(own) || shape.at(-1) !== count || sizeOf(shape) !== count) return false;
  return constantNumbers(all)!.every((number, i) => number === i);
}

interface Nearest {
  readonly ids: Value;
  readonly vectors: Value;
  readonly table: Value;
  readonly input: DeclaredInput;
  readonly size: number;
}

/** The number of the token whose vector is nearest: the largest of x t - |t| ^ 2 / 2. */
function nearestNodes(graph: Graph, { ids, vectors, table, input, size }: Nearest): Node[] {
  const nodes: Node[] = [];
  const emit = (opType: string, inputs: Value[], attributes: Record<string, Attribute> = {}, output?: Value) => {
    const made = output ?? new Value(graph.uniqueName(`${ids.name}/${opType}`));
    nodes.push(new Node(opType, inputs, [made], new Map(Object.entries(attributes))));
    return made;
  };
  const dtype = table.constant!.dtype as "float32";
  const halves = constantValue(
    graph.uniqueName(`${ids.name}/halves`),
    tensor(
      dtype,
      Array.from({ length: size }, () => 0.5),
      [size, 1],
    ),
  );
  const turned: Record<string, Attribute> = { perm: { kind: "ints", value: [1, 0] } };
  const products = emit("MatMul", [vectors, emit("Transpose", [table], turned)]);
  const lengths = emit("Transpose", [emit("MatMul", [emit("Mul", [table, table]), halves])], turned);
  const scores = emit("Sub", [products, lengths]);
  const last: Record<string, Attribute> = { axis: { kind: "int", value: -1 }, keepdims: { kind: "int", value: 0 } };
  const isInt64 = input.dtype === "int64";
  const nearest = emit("ArgMax", [scores], last, isInt64 ? ids : undefined);
  if (!isInt64) emit("Cast", [nearest], { to: { kind: "int", value: dtypeNumbers[input.dtype]! } }, ids);
  return nodes;
}
