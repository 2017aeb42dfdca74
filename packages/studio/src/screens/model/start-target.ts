import type { ModelFacts } from "../../engine/protocol.js";
import { targetLayers } from "../../state/target-words.js";

/** What to show first: a class where there are some, else a unit of a layer in the middle. */
export function startTarget(facts: ModelFacts): string | undefined {
  const { classes } = facts.inspection;
  const layers = targetLayers(facts);
  if (classes && layers.some(({ name }) => name === classes.layer))
    return `logit:${Math.min(classes.count - 1, classes.count === 10 ? 3 : 130)}`;
  const middle = layers[Math.floor(layers.length / 2)];
  return middle && `${middle.name}:0`;
}
