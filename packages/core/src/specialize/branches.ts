import { constantNumbers, constantValue, type Graph, Node, Value } from "../ir/graph.js";
import { inline, rewriteGraph, valuesFromOutside } from "../ir/inline.js";
import { isFloat } from "../ir/ops/index.js";
import { tensor } from "../tensor.js";
import { append, keepNames, type Replaced } from "./append-node.js";

/**
 * The graph with every `If` whose condition is known replaced by the branch that is taken; undefined when there is none.
 */
export function inlineKnownBranches(source: Graph): Graph | undefined {
  if (!source.nodes.some(takenBranch)) return undefined;
  return rewriteGraph(source, (graph) => (node, _, resolve) => {
    const branch = takenBranch(node);
    if (!branch) return undefined;
    const results = keepNames(graph, node);
    const copied = copyBranch(graph, node, branch, resolve, "");
    results.forEach((result, i) => result && graph.append(new Node("Identity", [copied[i]], [result])));
    return results;
  });
}

/** The operator set that brought Where. */
const whereSince = 9;

/**
 * The graph with both branches of every `If` on a computed value, of which the one that is taken is chosen element by
 * element; undefined when there is none. A branch that is not taken reads zeros, and no cotangent comes back from it,
 * whatever it would be there. Branches that may give different shapes stay as they are.
 */
export function joinComputedBranches(source: Graph, opset: number): Graph | undefined {
  if (opset < whereSince || !source.nodes.some(canBeJoined)) return undefined;
  return rewriteGraph(source, (graph) => (node, inputs, resolve) => {
    if (!canBeJoined(node)) return undefined;
    const at = { graph, opset, node, base: `${node.label}/joined` };
    const results = keepNames(graph, node);
    const shape = constantValue(graph.uniqueName("scalar"), tensor("int64", [], [0]));
    const condition = append(at, "Reshape", [inputs[0]!, shape])[0]!;
    const [then, otherwise] = [branchOf(node, "then_branch")!, branchOf(node, "else_branch")!].map((branch, i) =>
      copyBranch(graph, node, branch, gated(at, condition, resolve, i === 0), i === 0 ? "then/" : "else/"),
    ) as [Value[], Value[]];
    results.forEach(
      (result, i) => result && graph.append(new Node("Where", [condition, then[i], otherwise[i]], [result])),
    );
    return results;
  });
}

/** Outer values of floats as a branch sees them: zeros where the other one is taken. */
function gated(
  at: Replaced,
  condition: Value,
  resolve: (value: Value) => Value,
  isThen: boolean,
): (value: Value) => Value {
  const known = new Map<Value, Value>();
  return (value) => {
    if (value.constant || !isFloat(value)) return resolve(value);
    const made = known.get(value);
    if (made) return made;
    const zero = constantValue(at.graph.uniqueName("zero"), tensor(value.dtype as "float32", [0], []));
    const seen = isThen ? [resolve(value), zero] : [zero, resolve(value)];
    const [gate] = append(at, "Where", [condition, ...seen]);
    gate!.type = value.type;
    known.set(value, gate!);
    return gate!;
  };
}

const canBeJoined = (node: Node) =>
  node.qualifiedType === "If" &&
  !takenBranch(node) &&
  branchOf(node, "then_branch") !== undefined &&
  branchOf(node, "else_branch") !== undefined &&
  node.outputs.every((output) => !output || output.type) &&
  node.outputs.some((output) => output && isFloat(output));

/** Copies of what a branch computes, and its results. */
function copyBranch(graph: Graph, node: Node, branch: Graph, resolve: (value: Value) => Value, scope: string): Value[] {
  const own = new Set(branch.values());
  const read = [...branch.nodes.flatMap(valuesFromOutside), ...branch.outputs];
  const outside = read.filter((value) => !value.constant && !own.has(value));
  const known = new Map(outside.map((value) => [value, resolve(value)]));
  const copied = inline(graph, branch, known, branch.outputs, { prefix: `${node.label}/${scope}` });
  return branch.outputs.map((output) => copied.get(output) ?? resolve(output));
}

function takenBranch(node: Node): Graph | undefined {
  const condition = node.qualifiedType === "If" ? constantNumbers(node.inputs[0]) : undefined;
  if (!condition || condition.length !== 1) return undefined;
  return branchOf(node, condition[0] === 0 ? "else_branch" : "then_branch");
}

function branchOf(node: Node, name: "then_branch" | "else_branch"): Graph | undefined {
  const branch = node.attributes.get(name);
  return branch?.kind === "graph" ? branch.value : undefined;
}
