import { findReach, type Reach } from "../autodiff/differentiability.js";
import { labelOf } from "../autodiff/gradients.js";
import { orGradientFree } from "../autodiff/missing-rules.js";
import { rulesFor } from "../autodiff/rules/table.js";
import type { VjpRules } from "../autodiff/vjp.js";
import type { Spec } from "../define/spec.js";
import { XstarError } from "../errors.js";
import type { Entry } from "../forward/narrow.js";
import { Graph, type Value } from "../ir/graph.js";
import { inline } from "../ir/inline.js";
import { createOps, type Ops } from "../ir/ops/index.js";

/** A part of a target that reads the network. */
export interface NetworkTerm {
  readonly spec: Spec;
  /** [batch] */
  readonly value: Value;
}

/**
 * Refuses a target of which a part reads the network but has no gradient by what the network sees: a penalty beside it
 * would then be all that moves the picture. Throws `no-gradient`, naming the part and what stops its gradient.
 */
export async function requireGradients(
  op: Ops,
  terms: readonly NetworkTerm[],
  { whole, parts }: Entry,
  { scope, rules }: { readonly scope: string; readonly rules?: VjpRules | undefined },
): Promise<void> {
  const graph = new Graph("terms");
  const copy = createOps(graph, op.lowering);
  const seen = new Map(
    [whole, ...parts.map(({ value }) => value)].map((value) => [value, graph.input(value.name, value.type)]),
  );
  const map = inline(
    graph,
    op.graph,
    seen,
    terms.map(({ value }) => value),
  );
  const reach = findReach(copy, [...seen.values()], await rulesFor(graph, rules));
  for (const { spec, value } of terms) {
    const found = reach.get(map.get(value) ?? value);
    if (!found || found.zeroBehind) throw noGradient({ spec, reach: found, scope });
  }
}

/** Says of a part of a target, or of a whole one, that nothing can be maximized. */
export function noGradient({
  spec,
  reach,
  scope = "",
}: { readonly spec?: Spec; readonly reach?: Reach | undefined; readonly scope?: string } = {}): XstarError {
  const layer = spec?.["layer"];
  const name = spec ? ` "${spec.type}"${typeof layer === "string" ? ` of layer "${layer}"` : ""}` : "";
  const node = reach?.zeroBehind;
  const label = node && labelOf(node, { scope });
  return node
    ? new XstarError(
        "no-gradient",
        `The target${name} has no gradient, so there is nothing to maximize: it is zero behind node "${label}" (${node.qualifiedType})`,
        {
          hint: `Choose a layer before that node: xstar inspect says which have a gradient${orGradientFree}`,
          details: { node: label },
        },
      )
    : new XstarError(
        "no-gradient",
        `The target${name} does not depend on the picture, so there is nothing to maximize`,
        {
          hint: "Choose a layer that lies behind the model's input",
        },
      );
}
