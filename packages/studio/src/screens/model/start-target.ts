import type { ModelFacts } from "../../engine/protocol.js";
import { targetLayers } from "../../state/target-words.js";

/** What cannot be differentiated, of what has units: a class where there are some, else a unit of the last such layer. */
export function cutTarget({ inspection: { classes, layers } }: ModelFacts): string | undefined {
  const cut = layers.filter(({ units, differentiable }) => units && !differentiable);
  if (classes && cut.some(({ name }) => name === classes.layer)) return `logit:${firstClass(classes.count)}`;
  const last = cut.at(-1);
  return last && `${last.name}:0`;
}

const firstClass = (count: number) => Math.min(count - 1, count === 10 ? 3 : 130);

/** What to show first: a class where there are some, else a unit of a layer in the middle. */
export function startTarget(facts: ModelFacts): string | undefined {
  const { classes } = facts.inspection;
  const layers = targetLayers(facts);
  if (classes && layers.some(({ name }) => name === classes.layer)) return `logit:${firstClass(classes.count)}`;
  const middle = layers[Math.floor(layers.length / 2)];
  return middle && `${middle.name}:0`;
}
