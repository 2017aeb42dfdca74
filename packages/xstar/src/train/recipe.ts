import { fields, type Spec } from "@xstar/core";
import { sha256Of } from "@xstar/results";

/** Everything that decides a trained network, as plain JSON. */
export interface TrainingRecipe {
  /** SHA-256 of the training pictures and labels. */
  readonly data: string;
  /** SHA-256 of the test pictures and labels: the accuracy that is kept with the network comes from them. */
  readonly test: string;
  readonly seed: number;
  readonly epochs: number;
  readonly batch: number;
  /** Its `learningRate` is the highest one: the rate rises to it, then falls to 0 in a straight line. */
  readonly optimizer: Spec;
  /** Share of all steps in which the learning rate rises. */
  readonly warmup: number;
  /** Threads of ONNX Runtime: they decide in which order numbers are added, and so the last bits. */
  readonly threads: number;
}

/** What the numbers of a recipe may be. */
export const recipeFields = {
  seed: fields.int("Decides the first weights and the order of the pictures", { min: 0, max: Number.MAX_SAFE_INTEGER }),
  epochs: fields.int("Times that every picture is seen", { min: 1, max: 10_000 }),
  batch: fields.int("Pictures in a step", { min: 1, max: 4096 }),
  threads: fields.int("Threads of ONNX Runtime", { min: 1, max: 256 }),
} as const;

/** Changes when the same recipe would give another network. */
const version = 3;

/** A short name for the network that a recipe gives. */
export function recipeHash(recipe: TrainingRecipe): string {
  return sha256Of(JSON.stringify({ version, ...recipe })).slice(0, 16);
}

export function stepsOf({ epochs, batch }: TrainingRecipe, count: number): number {
  return epochs * Math.ceil(count / batch);
}

/** Learning rate of step 0, 1, ... of `steps`. */
export function learningRateAt({ optimizer, warmup }: TrainingRecipe, step: number, steps: number): number {
  const highest = optimizer.learningRate as number;
  const rising = warmup * steps;
  return highest * Math.min((step + 1) / Math.max(rising, 1), (steps - step) / Math.max(steps - rising, 1));
}
