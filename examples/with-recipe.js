import { prepareModel, readTarget, recipes, useRecipe } from "xstar";

/**
 * Targets in the words of the command line (`conv2:7`, `logit:flamingo`), and what a recipe makes of them for a model:
 * the objectives to climb, and the options to climb them with.
 */
export async function withRecipe(model, texts, { recipe, contract = model.contract } = {}) {
  const first = await prepareModel(model, 1, { contract });
  const names = { first, further: new Map() };
  const targets = texts.map((text) => readTarget(text, names, { labels: model.labels }));
  if (recipe === undefined) return { targets, objectives: targets, options: {} };
  const { options, objective } = useRecipe(recipes, recipe, { shape: first.shape.slice(1) });
  return { targets, objectives: targets.map(objective), options };
}
