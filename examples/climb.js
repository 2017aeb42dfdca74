import { maximize } from "xstar";
import { withRecipe } from "./with-recipe.js";

/**
 * Climbs targets of a network, all at once; `recipe` chooses settings, `options` go before them.
 *
 * Pictures begin at stream 0 of seed 0, so that each is the one that `xstar maximize` makes of its target alone. Gives for
 * each its numbers, and the target and what else is to be measured on them as they are, without transforms.
 */
export async function runPlan({ model }, texts, { recipe, options, measure = {} } = {}) {
  const plan = await withRecipe(model, texts, { recipe: recipe && { type: recipe } });
  const { picture, steps, watch, redirected } = await maximize(model, plan.objectives, {
    seed: 0,
    streams: [0],
    contract: model.contract,
    ...plan.options,
    ...options,
    watch: { activation: plan.targets, ...measure },
  }).result;
  const size = picture.data.length / picture.shape[0];
  return steps.map((step, i) => ({
    data: picture.data.subarray(i * size, (i + 1) * size),
    redirected: redirected[i],
    ...Object.fromEntries(Object.entries(watch).map(([name, curve]) => [name, curve[step][i]])),
  }));
}
