import { Value, type Graph, type Node } from "../ir/graph.js";
import { operandsOf, valuesRead } from "../ir/inline.js";
import type { Ops } from "../ir/ops/index.js";
import { findCut } from "./cuts.js";
import { carriesCotangent, walkBack } from "./gradients.js";
import { isLoose, ruleName, type VjpContext, type VjpRules } from "./vjp.js";
import { floatTypes } from "../tensor.js";
import { whyWithout } from "./missing-rules.js";

/** How a gradient gets from a value back to the inputs. Values that do not depend on the inputs have none. */
export interface Reach {
  /** The nodes on the way that cannot be differentiated, with what their rule says against it. */
  readonly missing: ReadonlyMap<Node, string>;
  /** Where the gradient becomes zero by definition on every way; undefined when it arrives. */
  readonly zeroBehind: Node | undefined;
  /** Whether rules are needed behind it: false for whole numbers and what is computed from them alone. */
  readonly active: boolean;
}

/**
 * Finds for every value of a graph at once whether its gradient by `wrt` exists, as `gradients` would find for one. Every
 * rule on the way is tried: what they emit is appended to the graph, so give a copy.
 */
export function findReach(op: Ops, wrt: readonly Value[], rules: VjpRules): Map<Value, Reach> {
  const reach = new Map<Value, Reach>(
    wrt.map((input) => [input, { missing: new Map(), zeroBehind: undefined, active: true }]),
  );
  const nodes = op.graph.nodes.slice();
  for (const node of nodes) {
    const reads = valuesRead(node).flatMap((value) => reach.get(value) ?? []);
    if (reads.length === 0) continue;
    const active = reads.filter((read) => read.active);
    const result = active.length > 0 ? through(op, node, reach, active, rules) : reads[0]!;
    const isActive = (value: Value) => reach.get(value)?.active === true;
    for (const output of node.outputs) {
      if (!output) continue;
      const carries = carriesCotangent(output, node, isActive);
      reach.set(output, carries ? result : { missing: new Map(), zeroBehind: node, active: false });
    }
  }
  return reach;
}

/** One node of which some inputs are active. */
function through(
  op: Ops,
  node: Node,
  reach: ReadonlyMap<Value, Reach>,
  active: readonly Reach[],
  rules: VjpRules,
): Reach {
  const missing = new Map(active.flatMap((read) => [...read.missing]));
  if (node.outputs.some((output) => output && !output.type) && !(isLoose(node) && rules[ruleName(node)])) {
    const cut = findCut(node);
    return { missing: missing.set(cut.node, cut.problem), zeroBehind: undefined, active: true };
  }
  const operands = operandsOf(node);
  const passes = tryRule(op, node, (i) => reach.get(operands[i]!)?.active === true, rules);
  if (typeof passes === "string") return { missing: missing.set(node, passes), zeroBehind: undefined, active: true };
  const passed = passes.map((i) => reach.get(operands[i]!)!);
  const arrives = passed.some((read) => read.zeroBehind === undefined);
  return { missing, zeroBehind: arrives ? undefined : (passed[0]?.zeroBehind ?? node), active: true };
}

/** The inputs that the rule of a node sends a cotangent to, or why it cannot. */
function tryRule(op: Ops, node: Node, needs: (input: number) => boolean, rules: VjpRules): number[] | string {
  const rule = rules[ruleName(node)];
  if (!rule) {
    const why = whyWithout(node);
    return why ? `it has no vjp rule (${why})` : "it has no vjp rule";
  }
  const outputs = node.outputs as Value[];
  const inputs = operandsOf(node) as Value[];
  const isActive = (value: Value) => inputs.some((input, i) => input === value && needs(i));
  const cotangents = outputs.map((output) =>
    output && carriesCotangent(output, node, isActive) ? cotangent(op.graph, output) : undefined,
  );
  if (!cotangents[0]) return [];
  try {
    const differentiate: VjpContext["differentiate"] = (inner, options) => walkBack(inner, options, rules);
    const results = rule(cotangents[0], { op, node, inputs, outputs, cotangents, needs, differentiate });
    return results.flatMap((result, i) => (result && needs(i) ? [i] : []));
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function cotangent(graph: Graph, of: Value): Value {
  const dtype = floatTypes.has(of.dtype) ? of.dtype : "float32";
  return of.type
    ? new Value(graph.uniqueName("cotangent"), { dtype, shape: of.shape })
    : new Value(graph.uniqueName("cotangent"), undefined, { dtype });
}
