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
    const made = unroll(
      { graph, opset, node, base: `${node.label}/rounds` },
      rounds,
      inputs as readonly Value[],
      resolve,
    );
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
  // before there was a batch, and a length of each sequence
  if (opset < 9 || !body || sliced === 0 || node.inputs.includes(undefined)) return undefined;
  const carried = node.inputs.length - sliced;
  const axes = (kind: "input" | "output", length: number): Axis[] =>
    Array.from({ length }, (_, i) => ({
      axis: node.ints(`scan_${kind}_axes`)?.[i] ?? 0,
      isReversed: node.ints(`scan_${kind}_directions`)?.[i] === 1,
    }));
  const slices = axes("input", sliced);
  const first = node.inputs[carried]!;
  if (!node.inputs.slice(carried).every((input) => input!.type)) return undefined;
  const count = first.shape[positiveAxis(slices[0]!.axis, first.rank)]!;
  return { count, body, skipped: 0, carried, slices, stacks: axes("output", body.outputs.length - carried) };
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
  const read = slices.map((axis, i) => slicesAlong(at, node.inputs[carried + i]!, inputs[carried + i]!, axis));
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

const number = (graph: Graph, dtype: "int64" | "bool", value: number) =>
  constantValue(graph.uniqueName("round"), tensor(dtype, [value], []));

/** What each round reads of `x`, which the source graph knows by its type. */
function slicesAlong(at: Replaced, { shape, rank }: Value, x: Value, { axis, isReversed }: Axis): Value[] {
  const along = positiveAxis(axis, rank);
  const sizes = Array.from({ length: shape[along]! }, () => 1);
  const attributes = { axis: { kind: "int", value: along } } as const;
  const parts = appendWithNumbers(at, "Split", x, ["split", sizes], attributes, sizes.length);
  const squeezed = parts.map((part) => appendWithNumbers(at, "Squeeze", part, ["axes", [along]])[0]!);
  return isReversed ? squeezed.reverse() : squeezed;
}

function stackAlong(at: Replaced, parts: readonly Value[], { axis, isReversed }: Axis): Value {
  const rows = parts.map((part) => appendWithNumbers(at, "Unsqueeze", part, ["axes", [axis]])[0]!);
  return append(at, "Concat", isReversed ? rows.reverse() : rows, { axis: { kind: "int", value: axis } })[0]!;
}
