import { createRng, XstarError, type Runtime, type Tensor } from "@xstar/core";
import type { ImageDataset } from "@xstar/results";
import type { Position } from "./checkpoint.js";
import { initialWeights, side, type Weights } from "./network.js";
import { learningRateAt, recipeHash, stepsOf, type TrainingRecipe } from "./recipe.js";
import { compileTraining } from "./step.js";

export interface Progress {
  /** Steps taken, of `steps`. */
  readonly step: number;
  readonly steps: number;
  readonly epoch: number;
  /** Mean cross-entropy and share of right answers of the last batches (exponential mean over about 50). */
  readonly loss: number;
  readonly accuracy: number;
  /** A state to go on from; only valid until the next step. */
  position(): Position;
  weights(): Weights;
}

/**
 * Trains the article's network, one step at a time. Pictures come in a new random order every epoch; the order depends
 * only on seed and epoch, so that going on from a checkpoint ends with the same bytes.
 */
export async function* train(
  runtime: Runtime,
  data: ImageDataset,
  recipe: TrainingRecipe,
  from?: Position,
): AsyncGenerator<Progress, void> {
  if (data.height !== side || data.width !== side) {
    throw new XstarError(
      "bad-data",
      `The article's network takes pictures of ${side} x ${side}, but those of "${data.name}" are ${data.height} x ${data.width}`,
    );
  }
  const rng = createRng(recipe.seed);
  const initial = initialWeights(rng.split("weights"), data.classes);
  const training = await compileTraining(runtime, initial, recipe.optimizer, recipe.batch);
  const hash = recipeHash(recipe);
  const steps = stepsOf(recipe, data.count);
  const perEpoch = steps / recipe.epochs;
  const pixels = data.height * data.width;
  const images = new Uint8Array(recipe.batch * pixels);
  const labels = new Uint8Array(recipe.batch);
  let state: Readonly<Record<string, Tensor>> = from?.state ?? training.begin(initial);
  let order: Uint32Array = new Uint32Array();
  let [loss, accuracy] = [from?.loss ?? Number.NaN, from?.accuracy ?? Number.NaN];
  const blend = (mean: number, now: number) => (Number.isNaN(mean) ? now : 0.98 * mean + 0.02 * now);
  try {
    for (let step = from?.step ?? 0; step < steps; step++) {
      const epoch = Math.floor(step / perEpoch);
      if (order.length === 0 || step % perEpoch === 0) order = rng.split("order").split(epoch).permutation(data.count);
      for (let i = 0; i < recipe.batch; i++) {
        const chosen = order[((step % perEpoch) * recipe.batch + i) % data.count]!;
        images.set(data.images.subarray(chosen * pixels, (chosen + 1) * pixels), i * pixels);
        labels[i] = data.labels[chosen]!;
      }
      const result = await training.run(state, images, labels, learningRateAt(recipe, step, steps));
      state = result.state;
      loss = blend(loss, result.loss);
      accuracy = blend(accuracy, result.correct / recipe.batch);
      const now = state;
      const facts = { step: step + 1, loss, accuracy };
      yield {
        ...facts,
        steps,
        epoch,
        position: () => ({ hash, ...facts, state: now }),
        weights: () => Object.fromEntries(Object.keys(initial).map((name) => [name, now[name]!])),
      };
    }
  } finally {
    await training.release();
  }
}
