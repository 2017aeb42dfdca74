import type { InputKind } from "../model/input-kind.js";
import type { Shape } from "../tensor.js";
import { define, type Definition, type DefinitionParts } from "./definition.js";
import type { Fields, Parsed } from "./fields.js";
import type { Spec } from "./spec.js";

/** The part of a run's options that a recipe decides; what a caller gives besides goes before it. */
export interface RecipeOptions {
  /** Height and width of the picture; those of the model's input when left out. */
  readonly size?: readonly [height: number, width: number] | undefined;
  /** Steps to take; 0 only measures the start. @default 64 */
  readonly steps?: number | undefined;
  /**
   * The first picture: `ones`, `zeros`, `0.5`, `random`, a spec, or one of these for each picture. Left out, the
   * parameterization begins as its authors do (pixels: at uniform noise).
   */
  readonly start?: StartGiven | readonly StartGiven[] | undefined;
  /** What the picture is made from. @default "pixel" */
  readonly parameterization?: Spec<"parameterization"> | string | undefined;
  /** What happens to the picture before the model sees it. @default [] */
  readonly transforms?: readonly (Spec<"transform"> | string)[] | undefined;
  /** @default "normalized" */
  readonly optimizer?: Spec<"optimizer"> | string | undefined;
  /** How the learning rate changes over the run. @default "constant" */
  readonly schedule?: Spec<"schedule"> | string | undefined;
  /** Largest L2 norm, above 0, of the gradient by all variables of a picture together; longer ones are shortened to it. */
  readonly clip?: number | undefined;
  /**
   * Which picture is the result: the last one, or of each the one with the largest objective. Where there are transforms,
   * whose luck is in the objective of a step, its running mean over about 16 steps is compared instead. @default "last"
   */
  readonly keep?: "last" | "best" | undefined;
  /**
   * For so many first steps, a picture that no gradient reaches through the network gets redirected gradients (through ReLU
   * as in Lucid, and through what is squashed and at its end), whatever else is in its batch and whatever penalties say; 0 turns that off. @default 16
   */
  readonly redirectSteps?: number | undefined;
  /** Names of `overrides`: rules in the place of true gradients, the later before the earlier. */
  readonly overrides?: readonly string[] | undefined;
}

/** A start in words, as a level, or as a spec. */
export type StartGiven = string | number | Spec<"start">;

/** What a recipe may look at. */
export interface RecipeContext {
  /** Of the picture that the model takes, without the batch: [channels, height, width], or fewer axes. */
  readonly shape: Shape;
  /** What the input holds; a picture where it has three axes, else a table, when left out. */
  readonly holds?: InputKind;
  /** Whether the run climbs by forward passes alone, for which few variables are better. @default false */
  readonly gradientFree?: boolean | undefined;
  /** Whether all that is maximized are classes, which others should recognize, too (`aimAtClasses`). @default false */
  readonly ofClasses?: boolean | undefined;
}

interface RecipeParts<F extends Fields> {
  options(params: Parsed<F>, context: RecipeContext): RecipeOptions;
  /** What is maximized in the place of the target; the target itself when left out. */
  objective?(params: Parsed<F>, target: Spec<"objective">, context: RecipeContext): Spec<"objective">;
}

/** What `defineRecipe` gives: call it with parameters for a spec. */
// oxlint-disable-next-line typescript/no-explicit-any
export type RecipeDefinition<F extends Fields = any, Type extends string = string> = Definition<F, "recipe", Type> &
  RecipeParts<F>;

/**
 * A recipe of your own: settings that go together.
 *
 * @example
 * const patient = defineRecipe({
 *   type: "patient",
 *   doc: "Small steps, many of them",
 *   params: {},
 *   options: () => ({ steps: 1024, parameterization: "fourier", optimizer: adam({ learningRate: 0.01 }) }),
 * });
 * await maximize(model, "conv2:7", { recipe: "patient", definitions: [patient] });
 */
/* @__NO_SIDE_EFFECTS__ */
export function defineRecipe<const F extends Fields, const Type extends string>(
  definition: DefinitionParts<F, Type> & RecipeParts<F>,
): RecipeDefinition<F, Type> {
  return define("recipe", definition) as never;
}
