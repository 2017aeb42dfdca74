import { constantNumbers, XstarError } from "@xstar/core";
import type { Builder } from "../build/builder.js";
import { Cut, type Cuts } from "../build/cut.js";
import { rankOf, type Symbolic } from "../build/symbolic.js";
import { widened } from "../ops/elementwise.js";
import { takesNarrow } from "./values.js";
import type { TfFunction, TfGraph, TfNode } from "./graph.js";
import type { EmitOp, Held } from "./op.js";

/** A value while a graph is built; undefined on a branch that is never taken. */
type Value = Symbolic | Cut | undefined;

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
  for (const node of inOrder(nodes, wanted, given))
    results.set(node.name, runNode(building, node, node.inputs.map(valueOf)));
  return wanted.map(valueOf);
}

/** `node`, `node:1`, or `node:output:1` inside of functions. */
function readRef(ref: string, nodes: Nodes): { name: string; output: number } {
  const [name, first, second] = ref.split(":") as [string, string?, string?];
  if (second === undefined) return { name, output: /^\d+$/.test(first ?? "") ? Number(first) : 0 };
  const names = outputNames[nodes.get(name)?.op ?? ""] ?? [];
  return { name, output: Math.max(0, names.indexOf(first!)) + Number(second) };
}

/** The nodes that are needed, each behind what it reads. Throws `bad-model` for a graph that is not whole, or goes round in circles. */
function inOrder(nodes: Nodes, wanted: readonly string[], given: ReadonlyMap<string, unknown>): TfNode[] {
  const order: TfNode[] = [];
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
        if (state.get(before) === "open") throw loop(before);
        if (state.get(before) !== "done") stack.push(before);
      }
    }
  }
  return order;
}

function loop(name: string): XstarError {
  return new XstarError("unsupported-model", `The graph has a loop (at "${name}"), which is not supported`, {
    hint: "Export the model without loops, for inference on one input",
    details: { node: name },
  });
}

const calls = new Set(["PartitionedCall", "StatefulPartitionedCall"]);

/** Operations that decide what is computed, beside those of the table. */
export const controlFlow: readonly string[] = [...calls, "If", "StatelessIf", "Switch", "Merge"];

function runNode(building: Building, node: TfNode, inputs: readonly Value[]): readonly Value[] {
  const { b, cuts, graph, rows } = building;
  if (node.op === "Merge") return mergeOf(inputs);
  if (node.op === "Switch") return switchOf(inputs, node);
  if (inputs.includes(undefined)) return [];
  const calledName = calls.has(node.op) ? node.function("f") : branchOf(node, inputs);
  if (calledName !== undefined)
    return callFunction(building, graph.functions.get(calledName), calledName, node, inputs);
  const given = inputs.filter((input): input is Symbolic | Cut => input !== undefined);
  const name = building.rename(node.name);
  const results = cuts.guard(name, given, () => {
    const row = rows.get(node.op);
    b.enter(name);
    const source = leafOf(building, node);
    if (source) return [source];
    if (!row) throw unsupportedOp(node);
    const known = given as readonly Symbolic[];
    return [row(b, takesNarrow.has(node.op) ? known : known.map((x) => widened(b, x)), node)].flat();
  });
  if (results instanceof Cut) return Array.from({ length: 32 }, () => results);
  return results.map((x, i) => x && b.name(settled(b, x), i === 0 ? name : `${name}:${i}`));
}

/** Sequences have their units at the end, as xstar takes them. */
const settled = (b: Builder, x: Symbolic): Symbolic => (rankOf(x) === 3 ? b.last(x) : x);

function mergeOf(inputs: readonly Value[]): readonly Value[] {
  return [inputs.find((input) => input !== undefined), undefined];
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

/** Switch and If with a condition that is known: one branch alone is taken. */
function branchOf(node: TfNode, inputs: readonly Value[]): string | undefined {
  if (node.op !== "If" && node.op !== "StatelessIf") return undefined;
  const condition = conditionOf(inputs[0], node);
  return node.function(condition ? "then_branch" : "else_branch");
}

function conditionOf(input: Value, node: TfNode): boolean {
  const known = input && !(input instanceof Cut) ? constantNumbers(input.value)?.[0] : undefined;
  if (known !== undefined) return known !== 0;
  throw new XstarError(
    "unsupported-model",
    `"${node.name}" (${node.op}) decides by the input what is computed, which is not supported`,
    { details: { node: node.name } },
  );
}

/** Switch: [false branch, true branch]. */
function switchOf([x, condition]: readonly Value[], node: TfNode): Value[] {
  return conditionOf(condition, node) ? [undefined, x] : [x, undefined];
}

function callFunction(
  building: Building,
  called: TfFunction | undefined,
  name: string,
  node: TfNode,
  inputs: readonly Value[],
): readonly Value[] {
  if (!called)
    throw new XstarError("bad-model", `"${node.name}" calls the function "${name}", which the file does not hold`);
  const handed = calls.has(node.op) ? inputs : inputs.slice(1);
  return runGraph(
    building,
    called.nodes,
    new Map(called.inputs.map((argument, i) => [argument, handed[i]])),
    called.outputs,
  );
}

export function unsupportedOp({ name, op }: Pick<TfNode, "name" | "op">): XstarError {
  return new XstarError("unsupported-model", `Operation "${name}" is of type ${op}, which xstar does not know`, {
    hint: "What comes before it can be used: xstar inspect lists it",
    details: { node: name, op },
  });
}
