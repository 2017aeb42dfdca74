import type { ModelFacts } from "../../engine/protocol.js";

/** The next target of the same kind: `conv2:8` after `conv2:7`; undefined where there is none. */
export function neighbourOf(target: string | undefined, by: number, { inspection }: ModelFacts): string | undefined {
  const [, name, unit] = /^(.+):(\d+)$/.exec(target ?? "") ?? [];
  if (name === undefined) return undefined;
  const next = Number(unit) + by;
  const ofClasses = name === "logit" || name === "crossEntropy" || name === "probability";
  const count = ofClasses
    ? inspection.classes?.count
    : inspection.layers.find((layer) => layer.name === name)?.units?.count;
  return count !== undefined && next >= 0 && next < count ? `${name}:${next}` : undefined;
}
