import { constantNumbers, constantValue, type Graph, Node, type Value } from "../ir/graph.js";
import { inline, rewriteGraph, valuesFromOutside } from "../ir/inline.js";
import { positiveAxis } from "../ir/ops/index.js";
import { tensor } from "../tensor.js";
import { append, appendWithNumbers, keepNames, type Replaced } from "./append-node.js";

/** Copies of a body, and nodes in all of them: more make graphs that are slow to build, and stay loops. */
const mostCopies = 1024;
const mostNodes = 100_000;

/** The graph with every Loop and Scan of a known number of rounds written out; undefined when there is none. */
export function unrollLoops(source: Graph, opset: number): Graph | undefined {
  if (!source.nodes.some((node) => roundsOf(node, opset))) return undefined;
  return rewriteGraph(source, (graph) => (node, inputs, resolve) => {
    const rounds = roundsOf(node, opset);
    if (!rounds) return undefined;
    const results = keepNames(graph, node);
    const at = { graph, opset, node, base: `${node.label}/rounds` };
    const made = rounds.isBatched
      ? unrollEach(at, rounds, inputs.slice(1) as Value[], resolve)
      : unroll(at, rounds, inputs as readonly Value[], resolve);
    results.forEach((result, i) => result && graph.append(new Node("Identity", [made[i]], [result])));
    return results;
  });
}

interface Rounds {
  readonly count: number;
  readonly body: Graph;
  /** Inputs of the node before the values that a round hands to the next. */
  readonly skipped: number;
  /** How many values a round hands to the next. */
  readonly carried: number;
  /** The axes of the inputs of which each round reads one slice. */
  readonly slices: readonly Axis[];
  /** The axes along which the results of all rounds are put together. */
  readonly stacks: readonly Axis[];
  /** The first axis of every input and result is a batch, of which the body sees one element. */
  readonly isBatched?: true;
}

interface Axis {
  readonly axis: number;
  /** Whether the last comes first. */
  readonly isReversed: boolean;
}

/** How a loop is written out; undefined where that is not known, or too much. */
function roundsOf(node: Node, opset: number): Rounds | undefined {
  const rounds =
    node.qualifiedType === "Loop" ? ofLoop(node) : node.qualifiedType === "Scan" ? ofScan(node, opset) : undefined;
  const isWorthIt =
    rounds && rounds.count > 0 && rounds.count <= mostCopies && rounds.count * rounds.body.nodes.length <= mostNodes;
  return isWorthIt ? rounds : undefined;
}

function ofLoop(node: Node): Rounds | undefined {
  const [most, condition, ...carried] = node.inputs;
  const [count] = constantNumbers(most) ?? [];
  const body = bodyOf(node);
  if (count === undefined || !body || carried.includes(undefined)) return undefined;
  if (condition && constantNumbers(condition)?.[0] !== 1) return undefined;
  if (!goesOn(body.outputs[0]!, body)) return undefined;
  const stacks = body.outputs.slice(1 + carried.length).map(() => ({ axis: 0, isReversed: false }));
  return { count, body, skipped: 2, carried: carried.length, slices: [], stacks };
}

/** Whether a loop's condition is true after every round, if it was before. */
function goesOn(condition: Value, body: Graph): boolean {
  if (condition.constant) return constantNumbers(condition)?.[0] === 1;
  if (condition === body.inputs[1]) return true;
  const { node } = condition;
  return /^(Identity|Cast)$/.test(node?.qualifiedType ?? "") && goesOn(node!.inputs[0]!, body);
}

function ofScan(node: Node, opset: number): Rounds | undefined {
  const body = bodyOf(node);
  const sliced = node.int("num_scan_inputs", 0);
  if (body && opset < 9) return ofBatchedScan(node, body, sliced);
  if (!body || sliced === 0 || node.inputs.includes(undefined)) return undefined;
  const carried = node.inputs.length - sliced;
  const axes = (kind: "input" | "output", length: number): Axis[] =>
    Array.from({ length }, (_, i) => ({
      axis: node.ints(`scan_${kind}_axes`)?.[i] ?? 0,
      isReversed: node.ints(`scan_${kind}_directions`)?.[i] === 1,
    }));
  const read = node.inputs.slice(carried) as Value[];
  if (!read.every((input) => input.type)) return undefined;
  const slices = axes("input", sliced).map((one, i) => ({ ...one, axis: positiveAxis(one.axis, read[i]!.rank) }));
  const count = read[0]!.shape[slices[0]!.axis]!;
  return { count, body, skipped: 0, carried, slices, stacks: axes("output", body.outputs.length - carried) };
}

/** Before opset 9: a batch in front of everything, and lengths of the sequences, which are followed where none is given. */
function ofBatchedScan(node: Node, body: Graph, sliced: number): Rounds | undefined {
  const [lengths, ...inputs] = node.inputs;
  const carried = inputs.length - sliced;
  if (lengths || sliced === 0 || !inputs.every((input) => input?.type)) return undefined;
  const slices = Array.from({ length: sliced }, (_, i) => ({
    axis: 0,
    isReversed: node.ints("directions")?.[i] === 1,
  }));
  const stacks = body.outputs.slice(carried).map(() => ({ axis: 0, isReversed: false }));
  const count = inputs[carried]!.shape[1]!;
  return { count, body, skipped: 0, carried, slices, stacks, isBatched: true };
}

function bodyOf(node: Node): Graph | undefined {
  const body = node.attributes.get("body");
  return body?.kind === "graph" ? body.value : undefined;
}

function unroll(
  at: Replaced,
  { count, body, skipped, carried, slices, stacks }: Rounds,
  inputs: readonly Value[],
  resolve: (value: Value) => Value,
): Value[] {
  const { graph, node } = at;
  const outside = valuesFromOutside(node).flatMap((value) =>
    value.constant ? [] : [[value, resolve(value)] as const],
  );
  const read = slices.map((axis, i) => slicesAlong(at, inputs[carried + i]!, count, axis));
  const kept: Value[][] = stacks.map(() => []);
  let handed = inputs.slice(skipped, skipped + carried);
  for (let round = 0; round < count; round++) {
    const counted = skipped === 0 ? [] : [number(graph, "int64", round), number(graph, "bool", 1)];
    const given = [...counted, ...handed, ...read.map((parts) => parts[round]!)];
    const bound = new Map([...outside, ...body.inputs.map((input, i) => [input, given[i]!] as const)]);
    const copied = inline(graph, body, bound, body.outputs, { prefix: `${node.label}/${round}/` });
    const results = body.outputs.slice(skipped === 0 ? 0 : 1).map((output) => copied.get(output) ?? resolve(output));
    handed = results.slice(0, carried);
    results.slice(carried).forEach((result, i) => kept[i]!.push(result));
  }
  return [...handed, ...kept.map((parts, i) => stackAlong(at, parts, stacks[i]!))];
}

/** A loop for each element of a batch. */
function unrollEach(at: Replaced, rounds: Rounds, inputs: readonly Value[], resolve: (value: Value) => Value): Value[] {
  const first = { axis: 0, isReversed: false };
  const batch = at.node.inputs[1]!.shape[0]!;
  const elements = inputs.map((input) => slicesAlong(at, input, batch, first));
  const each = elements[0]!.map((_, b) =>
    unroll(
      { ...at, base: `${at.base}/${b}` },
      rounds,
      elements.map((parts) => parts[b]!),
      resolve,
    ),
  );
  return each[0]!.map((_, i) =>
    stackAlong(
      at,
      each.map((results) => results[i]!),
      first,
    ),
  );
}

const number = (graph: Graph, dtype: "int64" | "bool", value: number) =>
  constantValue(graph.uniqueName("round"), tensor(dtype, [value], []));

/** `x` taken apart along an axis of this length. */
function slicesAlong(at: Replaced, x: Value, length: number, { axis, isReversed }: Axis): Value[] {
  const sizes = Array.from({ length }, () => 1);
  const attributes = { axis: { kind: "int", value: axis } } as const;
  const parts = appendWithNumbers(at, "Split", x, ["split", sizes], attributes, length);
  const squeezed = parts.map((part) => appendWithNumbers(at, "Squeeze", part, ["axes", [axis]])[0]!);
  return isReversed ? squeezed.reverse() : squeezed;
}

function stackAlong(at: Replaced, parts: readonly Value[], { axis, isReversed }: Axis): Value {
  const rows = parts.map((part) => appendWithNumbers(at, "Unsqueeze", part, ["axes", [axis]])[0]!);
  return append(at, "Concat", isReversed ? rows.reverse() : rows, { axis: { kind: "int", value: axis } })[0]!;
}
