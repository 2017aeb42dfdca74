import type { LayerFacts } from "@xstar/core";
import type { ModelFacts } from "../engine/protocol.js";

/** Layers whose units can be targets. */
export const targetLayers = ({ inspection }: ModelFacts): readonly LayerFacts[] =>
  inspection.layers.filter(({ units, differentiable }) => units && differentiable);

/** Targets that a field may offer: every class, and the first unit of each layer. */
export function suggestionsOf(facts: ModelFacts): string[] {
  const classes = Math.min(1000, facts.inspection.classes?.count ?? 0);
  return [
    ...Array.from({ length: classes }, (_, k) => `logit:${facts.labels?.[k] ?? k}`),
    ...targetLayers(facts).map(({ name }) => `${name}:0`),
  ];
}
