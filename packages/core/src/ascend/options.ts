import type { VjpRules } from "../autodiff/vjp.js";
import type { Sampling } from "../compile/step.js";
import type { RecipeOptions } from "../define/recipe.js";
import type { Spec } from "../define/spec.js";
import type { VocabularyOptions } from "../define/vocabulary.js";
import { check, checkNames } from "../errors.js";
import type { PrepareOptions } from "../forward/prepare.js";
import type { Checkpoint, Target } from "./result.js";

/** How a run goes. What is left out comes from the recipe. */
export interface MaximizeOptions extends RecipeOptions, Omit<PrepareOptions, "size">, VocabularyOptions {
  /**
   * Settings that go together, which every other option changes: a type, or a spec. `"auto"` looks at the model; `"none"` is plain
   * gradient ascent on pixels. @default "auto"
   */
  readonly recipe?: Spec<"recipe"> | string | undefined;
  /**
   * Climbs by forward passes alone, for what cannot be differentiated: a step estimates the gradient from pairs of them
   * (`pairs`, each `deviation` away), which is slow, and slower the more variables a picture has. @default false
   */
  readonly gradientFree?: boolean | Partial<Sampling> | undefined;
  /** Decides every random number of the run. @default 0 */
  readonly seed?: number | undefined;
  /** Which stream of random numbers each picture draws from, one for all or one each. @default 0, 1, 2, ... */
  readonly streams?: readonly number[] | undefined;
  /**
   * Starts that are drawn at random for each picture: the one on which its objective is the largest is maximized.
   * @default 1, more for a parameterization that needs it (generator)
   */
  readonly restarts?: number | undefined;
  /**
   * Adds up how much every pixel counts, so that the picture can be shown opaque only there (Fel et al., 2023): the sum
   * over the steps of |gradient|, in `AscentResult.attribution`. @default false
   */
  readonly attribution?: boolean | undefined;
  /** More objectives to measure at every step, by name, on the picture without its transforms. */
  readonly watch?: Readonly<Record<string, Target | readonly Target[]>> | undefined;
  /** Ends the run when no objective, compared as for `keep`, has risen above its best for so many steps. */
  readonly patience?: number | undefined;
  /** vjp rules of your own, by operator; they go before the standard ones and the overrides. */
  readonly rules?: VjpRules | undefined;
  /** Names of the classes, so that targets may use them. @default those that the model carries */
  readonly labels?: readonly string[] | undefined;
  /**
   * Goes on from where another run of the same specs on the same model stood; the result is that of one run. It may have
   * more steps than before where the schedule does not depend on their number.
   */
  readonly resume?: Checkpoint | undefined;
  /**
   * Whether the run that goes on may have other settings than before, as long as its step graph is the same: targets of one form,
   * weights and rates are inputs of that graph. `AscentRecord.steered` keeps what was before. @default false
   */
  readonly steer?: boolean | undefined;
  /** Stops the run after the step in progress; what is done is kept. */
  readonly signal?: AbortSignal | undefined;
}

/** Every option, to tell a slip of the pen: it compiles only while none is missing. */
const known: Readonly<Record<keyof MaximizeOptions, true>> = {
  size: true,
  steps: true,
  start: true,
  parameterization: true,
  transforms: true,
  optimizer: true,
  schedule: true,
  clip: true,
  keep: true,
  redirectSteps: true,
  overrides: true,
  shapes: true,
  contract: true,
  inputs: true,
  logits: true,
  models: true,
  generators: true,
  images: true,
  recipe: true,
  gradientFree: true,
  definitions: true,
  vocabulary: true,
  seed: true,
  streams: true,
  restarts: true,
  attribution: true,
  watch: true,
  patience: true,
  rules: true,
  labels: true,
  resume: true,
  steer: true,
  signal: true,
};

/** Options that hold things by name. */
const byName = ["images", "inputs", "models", "generators", "watch", "rules"] as const;

/** Throws `bad-argument` for an option that there is not, or that holds something of another kind. */
export function checkOptions(options: MaximizeOptions): void {
  const { resume, contract, labels, signal } = options;
  for (const name of byName) check(typeof (options[name] ?? {}) === "object", name, "an object", options[name]);
  check(!labels || Array.isArray(labels), "labels", "a list of names", labels);
  check(!signal || typeof signal.addEventListener === "function", "signal", "an AbortSignal", signal);
  check(!resume || typeof resume.record === "object", "resume", "what a step's checkpoint() gives", resume);
  const isContract = !contract || (Array.isArray(contract.mean) && Array.isArray(contract.std));
  check(isContract, "contract", "an object with the lists mean and std", contract);
  checkNames("maximize", options, Object.keys(known));
}
