import type { MaximizeOptions } from "../ascend/options.js";
import { define, lookUp, type Definition } from "../define/define.js";
import { parseFields, type Fields, type Parsed, type Spec } from "../define/fields.js";
import type { Shape } from "../tensor.js";

/** The part of the options that a recipe decides; what a caller gives besides goes before it. */
export type RecipeOptions = Pick<
  MaximizeOptions,
  | "size"
  | "steps"
  | "start"
  | "parameterization"
  | "transforms"
  | "optimizer"
  | "schedule"
  | "clip"
  | "keep"
  | "redirect"
  | "overrides"
>;

/** What a recipe may look at. */
export interface RecipeContext {
  /** Of the picture that the model takes, without the batch: [channels, height, width], or fewer axes. */
  readonly shape: Shape;
}

interface RecipeParts<F extends Fields> {
  options(params: Parsed<F>, context: RecipeContext): RecipeOptions;
  /** What is climbed in the place of the target; the target itself when left out. */
  objective?(params: Parsed<F>, target: Spec, context: RecipeContext): Spec;
}

export type RecipeDefinition<F extends Fields = Fields> = Definition<F> & RecipeParts<F>;

/** A recipe: settings that go together, as somebody published them or as they suit a model. */
export function defineRecipe<const F extends Fields>(
  definition: { readonly type: string; readonly doc: string; readonly params: F } & RecipeParts<F>,
): RecipeDefinition<F> {
  return define(definition);
}

/** The options and the objectives that a recipe makes of targets for a model. Throws `bad-argument`. */
export function useRecipe(
  table: Readonly<Record<string, RecipeDefinition>>,
  spec: Spec,
  context: RecipeContext,
): { readonly options: RecipeOptions; objective(target: Spec): Spec } {
  const definition = lookUp(table, spec, "recipe");
  const { type, ...given } = spec;
  const params = parseFields(type, definition.params, given);
  return {
    options: definition.options(params, context),
    objective: (target) => definition.objective?.(params, target, context) ?? target,
  };
}
