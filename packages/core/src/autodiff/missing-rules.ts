import { XstarError } from "../errors.js";
import type { Node, Value } from "../ir/graph.js";
import type { Ops } from "../ir/ops/index.js";
import {
  cutOff,
  isOfUnknownShape,
  labelOf,
  Uncovered,
  walkBack,
  type Called,
  type GradientOptions,
} from "./gradients.js";
import { limitOf } from "./limits.js";
import type { VjpRules } from "./vjp.js";
import { withoutRule } from "./without-rule.js";

export function missingRules(nodes: readonly Node[], called: Called): XstarError {
  const types = [...new Set(nodes.map((node) => node.qualifiedType))];
  const shown = nodes.slice(0, 5).map((node) => `"${labelOf(node, called)}" (${node.qualifiedType})`);
  const more = nodes.length > shown.length ? ` and ${nodes.length - shown.length} more` : "";
  return new XstarError(
    "missing-vjp-rule",
    `Cannot differentiate ${called.of}: no vjp rule for ${types.join(", ")}, which ${nodes.length === 1 ? "is" : "are"} needed at node ${shown.join(", ")}${more}`,
    {
      hint: `${reasons(nodes)}Give the rules as { rules: { "${types[0]}": ... } }, or choose a target that does not lie behind these nodes`,
      details: { nodes: nodes.map((node) => ({ node: labelOf(node, called), opType: node.qualifiedType })) },
    },
  );
}

export function missingOutput(node: Node, output: number, called: Called): XstarError {
  return new XstarError(
    "missing-vjp-rule",
    `Cannot differentiate ${called.of}: the vjp rule of ${node.qualifiedType} is for its first output, and output ${output} of node "${labelOf(node, called)}" is needed`,
    {
      hint: `Give a rule that reads \`cotangents[${output}]\` as { rules: { "${node.qualifiedType}": ... } }, or choose a target that does not lie behind that output`,
      details: { nodes: [{ node: labelOf(node, called), opType: node.qualifiedType }] },
    },
  );
}

/** `Loop: control flow ... is not differentiated. ` for every node of which it is known. */
function reasons(nodes: readonly Node[]): string {
  const known = new Set(nodes.flatMap((node) => whyWithout(node) ?? []));
  return [...known].map((why) => `${why}. `).join("");
}

/** Why a node without a rule has none, as far as it is known; without a final period. */
export function whyWithout(node: Node): string | undefined {
  const limit = limitOf(node);
  if (limit) return `${node.qualifiedType} is not differentiated with ${limit}`;
  const known = withoutRule[node.qualifiedType];
  return known && `${node.qualifiedType}: ${known.why}`;
}

/** Said behind the hint of an error of what an ascent cannot differentiate. */
export const orGradientFree =
  "; or climb by forward passes alone, which is slow: gradientFree, on the command line --gradient-free";

/** What a walk met, in words. */
export function uncovered(met: Uncovered, called: Called): XstarError {
  const error = inWords(met, called);
  if (!called.isAscent) return error;
  const { code, message, hint, details } = error;
  return new XstarError(code, message, { hint: `${hint}${orGradientFree}`, ...(details && { details }) });
}

function inWords({ nodes, output }: Uncovered, called: Called): XstarError {
  if (output !== undefined) return missingOutput(nodes[0]!, output, called);
  return isOfUnknownShape(nodes[0]!) ? cutOff(nodes[0]!, called) : missingRules(nodes, called);
}

/** `gradients` by rules that are there already. Throws as it does. */
export function gradientsBy(
  rules: VjpRules,
  op: Ops,
  { called, ...options }: Omit<GradientOptions, "rules">,
): (Value | undefined)[] {
  try {
    return walkBack(op, options, rules);
  } catch (error) {
    if (!(error instanceof Uncovered)) throw error;
    throw uncovered(error, called ?? { of: `"${options.of.name}"`, scope: "" });
  }
}
