import { XstarError } from "@xstar/core";
import type { Builder } from "../build/builder.js";
import { Cut, type Cuts } from "../build/cut.js";
import { rankOf, type Symbolic } from "../build/symbolic.js";
import { widened } from "../ops/elementwise.js";
import { takesNarrow } from "./values.js";
import type { TfGraph, TfNode } from "./graph.js";
import { isTrue, unroll, type Value } from "./loops.js";
import type { EmitOp, Held } from "./op.js";
import { listOps, TensorList } from "./tensor-list.js";

/** What building a graph needs. */
export interface Building {
  readonly b: Builder;
  readonly cuts: Cuts;
  readonly graph: TfGraph;
  readonly held: Held;
  readonly rows: ReadonlyMap<string, EmitOp>;
  /** The name that a node's value gets. */
  rename(name: string): string;
}

type Nodes = ReadonlyMap<string, TfNode>;

/** Names of outputs, where an operation has several, by their places. */
const outputNames: Readonly<Record<string, readonly string[]>> = {
  Switch: ["output_false", "output_true"],
  TopKV2: ["values", "indices"],
};

/** Builds what `wanted` is computed from, given the values of some nodes or arguments. */
export function runGraph(
  building: Building,
  nodes: Nodes,
  given: ReadonlyMap<string, Value>,
  wanted: readonly string[],
): Value[] {
  const results = new Map<string, readonly Value[]>([...given].map(([name, value]) => [name, [value]]));
  const valueOf = (ref: string): Value => {
    const { name, output } = readRef(ref, nodes);
    return results.get(name)![output];
  };
  const { order, turning } = inOrder(nodes, wanted, given);
  for (const node of order)
    results.set(
      node.name,
      turning.has(node.name) ? cutLoop(building, node) : runNode(building, node, node.inputs.map(valueOf)),
    );
  return wanted.map(valueOf);
}

/** `node`, `node:1`, or `node:output:1` inside of functions. */
function readRef(ref: string, nodes: Nodes): { name: string; output: number } {
  const [name, first, second] = ref.split(":") as [string, string?, string?];
  if (second === undefined) return { name, output: /^\d+$/.test(first ?? "") ? Number(first) : 0 };
  const names = outputNames[nodes.get(name)?.op ?? ""] ?? [];
  return { name, output: Math.max(0, names.indexOf(first!)) + Number(second) };
}

interface Order {
  /** The nodes that are needed, each behind what it reads. */
  readonly order: readonly TfNode[];
  /** Names of those that read what is computed behind them. */
  readonly turning: ReadonlySet<string>;
}

/** Throws `bad-model` for a graph that is not whole. */
function inOrder(nodes: Nodes, wanted: readonly string[], given: ReadonlyMap<string, unknown>): Order {
  const order: TfNode[] = [];
  const turning = new Set<string>();
  const state = new Map<string, "open" | "done">();
  const stack = wanted.map((ref) => readRef(ref, nodes).name).reverse();
  while (stack.length > 0) {
    const name = stack.at(-1)!;
    const node = nodes.get(name);
    if (given.has(name) || state.get(name) === "done") stack.pop();
    else if (!node) throw new XstarError("bad-model", `The graph uses "${name}", which nothing computes`);
    else if (state.get(name) === "open") {
      state.set(name, "done");
      order.push(node);
      stack.pop();
    } else {
      state.set(name, "open");
      for (const ref of node.inputs.toReversed()) {
        const { name: before } = readRef(ref, nodes);
        if (state.get(before) === "open") turning.add(name);
        else if (state.get(before) !== "done") stack.push(before);
      }
    }
  }
  return { order, turning };
}

/** The loops of TensorFlow 1, in which nodes read what is computed behind them. */
function cutLoop({ cuts, rename }: Building, { name }: TfNode): readonly Value[] {
  return many(
    cuts.guard(rename(name), [], () => {
      throw new XstarError("unsupported-model", `The graph has a loop (at "${name}"), which is not supported`, {
        hint: "Export the model without loops, for inference on one input",
        details: { node: name },
      });
    }),
  );
}

/** Outputs of an operation: a cut stands for each. */
const many = (results: readonly Value[] | Cut): readonly Value[] =>
  results instanceof Cut ? Array.from({ length: 32 }, () => results) : results;

const calls = new Set(["PartitionedCall", "StatefulPartitionedCall"]);
const branches = new Set(["If", "StatelessIf"]);
const loops = new Set(["While", "StatelessWhile"]);

/** Operations that decide what is computed, and lists of tensors, beside those of the table. */
export const controlFlow: readonly string[] = [
  ...calls,
  ...branches,
  ...loops,
  "Switch",
  "Merge",
  ...Object.keys(listOps),
];

function runNode(building: Building, node: TfNode, inputs: readonly Value[]): readonly Value[] {
  const { cuts } = building;
  if (node.op === "Merge") return mergeOf(inputs);
  if (node.op !== "Switch" && inputs.includes(undefined)) return [];
  const name = building.rename(node.name);
  const flow = flowOf(building, node, inputs);
  const known = inputs.filter(
    (input): input is Symbolic | Cut => input !== undefined && !(input instanceof TensorList),
  );
  // what is handed to a function may be cut where the function does not need it
  const deciding = flow ? known.filter((input) => !(input instanceof Cut)) : known;
  return many(cuts.guard(name, deciding, flow ?? (() => runOp(building, node, name, inputs))));
}

/** What calls functions or takes a branch; undefined for other operations. */
function flowOf(building: Building, node: TfNode, inputs: readonly Value[]): (() => readonly Value[]) | undefined {
  const { op } = node;
  const call = (name: string, given: readonly Value[]) => callFunction(building, name, node, given);
  if (calls.has(op)) return () => call(node.function("f") ?? "", inputs);
  if (branches.has(op))
    return () => call(node.function(isTrue(inputs[0], node) ? "then_branch" : "else_branch") ?? "", inputs.slice(1));
  if (loops.has(op)) return () => unroll({ node, call, count: () => building.b.graph.nodes.length }, inputs);
  // [false branch, true branch]
  if (op === "Switch") return () => (isTrue(inputs[1], node) ? [undefined, inputs[0]] : [inputs[0], undefined]);
  return undefined;
}

function runOp(building: Building, node: TfNode, name: string, inputs: readonly Value[]): readonly Value[] {
  const { b, rows } = building;
  b.enter(name);
  const source = leafOf(building, node);
  if (source) return [b.name(settled(b, source), name)];
  const given = inputs as readonly (Symbolic | TensorList)[];
  const onList = listOps[node.op];
  const results = onList
    ? listed(onList(b, given))
    : (passesLists(node, given) ?? emitRow(building, node, given, rows.get(node.op)));
  return results.map((x, i) => (x && "value" in x ? b.name(settled(b, x), i === 0 ? name : `${name}:${i}`) : x));
}

/** A list of TensorFlow 1 is two outputs: a handle, and what flows. */
const listed = (made: Symbolic | TensorList): readonly Value[] => (made instanceof TensorList ? [made, made] : [made]);

/** Lists go through what only hands on. */
function passesLists({ op }: TfNode, given: readonly (Symbolic | TensorList)[]): readonly Value[] | undefined {
  return given.some((x) => x instanceof TensorList) && op.startsWith("Identity") ? given : undefined;
}

function emitRow(
  { b }: Building,
  node: TfNode,
  given: readonly (Symbolic | TensorList)[],
  row: EmitOp | undefined,
): readonly (Symbolic | undefined)[] {
  if (!row || given.some((x) => x instanceof TensorList)) throw unsupportedOp(node);
  const known = given as readonly Symbolic[];
  return [row(b, takesNarrow.has(node.op) ? known : known.map((x) => widened(b, x)), node)].flat();
}

/** Sequences have their units at the end, as xstar takes them. */
const settled = (b: Builder, x: Symbolic): Symbolic => (rankOf(x) === 3 ? b.last(x) : x);

/** Of two branches that which is taken; what is cut in a loop stays cut. */
function mergeOf(inputs: readonly Value[]): readonly Value[] {
  const taken = inputs.filter((input) => input !== undefined);
  return [taken.find((input) => input instanceof Cut) ?? taken[0], undefined];
}

/** A constant or a variable. */
function leafOf({ b, held }: Building, node: TfNode): Symbolic | undefined {
  if (node.op === "Const") {
    const value = held.constant(node);
    if (!value) throw new XstarError("unsupported-model", `Constant "${node.name}" holds text, which is not supported`);
    return b.constant(value, "value");
  }
  if (node.op === "VarHandleOp" || node.op === "VariableV2" || node.op === "Variable") {
    const value = held.variable(node.name);
    if (!value)
      throw new XstarError("bad-model", `The file holds no numbers of variable "${node.name}"`, {
        hint: "Check that the folder was copied whole, with variables/",
      });
    return b.constant(value, "value");
  }
  return undefined;
}

function callFunction(building: Building, name: string, node: TfNode, inputs: readonly Value[]): readonly Value[] {
  const called = building.graph.functions.get(name);
  if (!called)
    throw new XstarError("bad-model", `"${node.name}" calls the function "${name}", which the file does not hold`);
  const given = new Map(called.inputs.map((argument, i) => [argument, inputs[i]]));
  return runGraph(building, called.nodes, given, called.outputs);
}

export function unsupportedOp({ name, op }: Pick<TfNode, "name" | "op">): XstarError {
  return new XstarError("unsupported-model", `Operation "${name}" is of type ${op}, which xstar does not know`, {
    hint: "What comes before it can be used: xstar inspect lists it",
    details: { node: name, op },
  });
}
