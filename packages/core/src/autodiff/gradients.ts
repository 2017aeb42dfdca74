import { XstarError } from "../errors.js";
import type { Graph, Node, Value } from "../ir/graph.js";
import { operandsOf, valuesRead } from "../ir/inline.js";
import { isFloat, type Ops } from "../ir/ops/index.js";
import { floatTypes, sameShape, type Shape } from "../tensor.js";
import { findCut } from "./cuts.js";
import { rulesFor } from "./rules/table.js";
import { isStopped } from "./stop-gradient.js";
import { isLoose, isUnsized, ruleName, type VjpRules } from "./vjp.js";
import { withoutRule } from "./without-rule.js";

export interface GradientOptions {
  /** The value to differentiate. */
  readonly of: Value;
  /** The values to differentiate with respect to: graph inputs or any values that `of` is computed from. */
  readonly wrt: readonly Value[];
  /** Cotangent of `of`, of its shape; ones when left out. */
  readonly cotangent?: Value;
  /** Before those that xstar has, by operator. */
  readonly rules?: VjpRules;
  /** How errors call things. */
  readonly called?: Called;
}

export interface Called {
  /** `of`, as in `layer "conv2"`. */
  readonly of: string;
  /** What was put before the names of the model's nodes. */
  readonly scope: string;
  /** Whether it is for an ascent, which may go without gradients. */
  readonly isAscent?: boolean;
}

/**
 * Reverse-mode differentiation: extends the graph of `op` by the nodes that compute the gradients of `of`.
 *
 * Returns one value for each of `wrt`, of the same shape and type; `undefined` where `of` does not depend on it, or only
 * through operators whose derivative is zero by definition. Throws `missing-vjp-rule`, naming every node on the way that
 * has no rule. The rules that the graph needs are loaded first, the walk itself waits for nothing.
 *
 * @example
 * const [slope] = await gradients(op, { of: op.reduceSum(y), wrt: [x] });
 */
export async function gradients(
  op: Ops,
  { rules: changed, called, ...options }: GradientOptions,
): Promise<(Value | undefined)[]> {
  try {
    return walkBack(op, options, await rulesFor(op.graph, changed));
  } catch (error) {
    if (!(error instanceof Uncovered)) throw error;
    throw (await import("./missing-rules.js")).uncovered(error, called ?? { of: `"${options.of.name}"`, scope: "" });
  }
}

/** What no rule covers: nodes without one or of unknown shape, or a further output of a node. */
export class Uncovered extends Error {
  constructor(
    readonly nodes: readonly Node[],
    readonly output?: number,
  ) {
    super(`no rule covers ${nodes.map(({ qualifiedType }) => qualifiedType).join(", ")}`);
  }
}

/** The walk of `gradients`, by the rules that are there. Throws what `gradients` puts into words. */
export function walkBack(
  op: Ops,
  { of, wrt, cotangent }: Pick<GradientOptions, "of" | "wrt" | "cotangent">,
  rules: VjpRules,
): (Value | undefined)[] {
  const path = nodesBetween(op.graph, wrt, of);
  const missing = path.nodes.filter((node) => !rules[ruleName(node)] || (isOfUnknownShape(node) && !isLoose(node)));
  const cut = missing.find(isOfUnknownShape);
  if (missing.length > 0) throw new Uncovered(cut ? [cut] : missing);

  const arriving = new Map<Value, Value[]>([[of, [cotangent ?? op.fill(of.shape, 1, of.dtype)]]]);
  const collect = (value: Value) => {
    const terms = arriving.get(value);
    if (!terms) return undefined;
    const total = op.sum(terms);
    arriving.set(value, [total]);
    return total;
  };
  for (const node of path.nodes.toReversed()) {
    const cotangents = node.outputs.map((output) => output && collect(output));
    const first = cotangents.find((value) => value);
    if (!first) continue;
    const outputs = node.outputs as Value[];
    const operands = operandsOf(node);
    let looksFurther = false;
    const results = rules[ruleName(node)]!(cotangents[0] ?? zerosLike(op, outputs[0]!), {
      op,
      node,
      inputs: operands as Value[],
      outputs,
      get cotangents() {
        looksFurther = true;
        return cotangents;
      },
      needs: (i) => operands[i] !== undefined && path.active.has(operands[i]),
      differentiate: (inner, options) => walkBack(inner, options, rules),
    });
    const further = cotangents.findIndex((value, i) => i > 0 && value !== undefined);
    if (further > 0 && !looksFurther) throw new Uncovered([node], further);
    results.forEach((result, i) => {
      const input = operands[i];
      if (!result || !input || !path.active.has(input)) return;
      const terms = arriving.get(input) ?? [];
      terms.push(fit(op, result, input, node, i));
      arriving.set(input, terms);
    });
  }
  return wrt.map(collect);
}

/** The nodes on a way from `from` to `to`, in order, and the values that depend on `from` and carry cotangents. */
function nodesBetween(graph: Graph, from: readonly Value[], to: Value): { nodes: Node[]; active: Set<Value> } {
  const active = new Set(from);
  const touched: Node[] = [];
  for (const node of graph.nodes) {
    if (!valuesRead(node).some((value) => active.has(value))) continue;
    touched.push(node);
    const isActive = (value: Value) => active.has(value);
    for (const output of node.outputs) if (output && carriesCotangent(output, node, isActive)) active.add(output);
  }
  const wanted = new Set([to]);
  const nodes: Node[] = [];
  for (const node of touched.toReversed()) {
    if (!node.outputs.some((output) => output && wanted.has(output) && active.has(output))) continue;
    nodes.push(node);
    for (const value of valuesRead(node)) if (active.has(value)) wanted.add(value);
  }
  return { nodes: nodes.reverse(), active };
}

/**
 * Cotangents flow through floats, and through whole numbers that stand for floats from QuantizeLinear to DequantizeLinear
 * (not through the scale that DynamicQuantizeLinear finds for them); nowhere through what was given to `stopGradient`.
 */
export function carriesCotangent(output: Value, node: Node, isActive: (value: Value) => boolean): boolean {
  if (isStopped(output)) return false;
  if (!output.type && withoutRule[node.qualifiedType]?.zero) return false;
  // sequences and optionals have no type of their own: what they hold is differentiated by a rule or not at all
  if (node.opType === "DynamicQuantizeLinear") return output === node.outputs[0];
  const dtype = (output.type ?? output.loose)?.dtype;
  if (!dtype || floatTypes.has(dtype) || node.opType === "QuantizeLinear") return true;
  return node.inputs.some((input) => input?.type && input.dtype === dtype && isActive(input));
}

function zerosLike(op: Ops, x: Value): Value {
  if (x.type) return op.fill(x.shape, 0, x.dtype);
  return op.cast(op.loose("ConstantOfShape", [op.loose("Shape", [x], "int64")], "float32"), x.dtype);
}

/** Sums a cotangent over the axes along which the input was broadcast, and checks that rule and input agree. */
function fit(op: Ops, result: Value, input: Value, node: Node, index: number): Value {
  if (isUnsized(result) || isUnsized(input)) {
    // what a rule for such values gives has the input's shape when the graph runs
    if (input.type) result.type ??= { dtype: result.dtype, shape: input.shape };
    return result;
  }
  const fitted = sumTo(op, result, input.shape);
  if (fitted && (fitted.dtype === input.dtype || (!isFloat(input) && isFloat(fitted)))) return fitted;
  throw new XstarError(
    "bad-graph",
    `The vjp rule of ${node.qualifiedType} (node "${node.label}") gave ${result.dtype}[${result.shape}] for input ${index}, which is ${input.dtype}[${input.shape}]`,
    {
      hint: "The rule is wrong: its result must have the input's type, and its shape or one that the input broadcasts to",
    },
  );
}

function sumTo(op: Ops, x: Value, shape: Shape): Value | undefined {
  if (sameShape(x.shape, shape)) return x;
  const added = x.rank - shape.length;
  const fits = added >= 0 && shape.every((dim, i) => dim === 1 || dim === x.shape[i + added]);
  if (!fits) return undefined;
  const axes = x.shape.flatMap((dim, i) => (i < added || (shape[i - added] === 1 && dim !== 1) ? [i] : []));
  return op.reshape(op.reduceSum(x, axes, true), shape);
}

export const isOfUnknownShape = ({ outputs }: Node) => outputs.some((output) => output && !output.type);

export const labelOf = ({ label }: Node, { scope }: Pick<Called, "scope">) =>
  label.startsWith(scope) ? label.slice(scope.length) : label;

/** The error for what lies behind a node whose result has no shape that is known before the model runs. */
export function cutOff(from: Node, called: Called): XstarError {
  const { node, problem, hint } = findCut(from);
  const label = labelOf(node, called);
  return new XstarError(
    "missing-vjp-rule",
    `Cannot differentiate ${called.of}: it lies behind node "${label}" (${node.qualifiedType}): ${problem}`,
    { hint, details: { nodes: [{ node: label, opType: node.qualifiedType }] } },
  );
}
