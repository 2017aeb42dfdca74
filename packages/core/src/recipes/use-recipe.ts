import { parseSpec, type Table } from "../define/definition.js";
import type { RecipeContext, RecipeDefinition, RecipeOptions } from "../define/recipe.js";
import type { Spec } from "../define/spec.js";
import { XstarError } from "../errors.js";

/**
 * The options and the objectives that a recipe makes of targets for a model. Throws `bad-argument`, also where the shape has
 * a batch axis: it is that of one picture.
 */
export function useRecipe(
  table: Table<RecipeDefinition>,
  given: Spec<"recipe"> | string,
  { shape }: RecipeContext,
): { readonly options: RecipeOptions; objective(target: Spec<"objective">): Spec<"objective"> } {
  if (shape.length > 3) {
    throw new XstarError("bad-argument", `A recipe looks at one picture, and [${shape}] has ${shape.length} axes`, {
      hint: "Leave out the batch: [channels, height, width]",
    });
  }
  const { definition, spec } = parseSpec(table, typeof given === "string" ? { type: given } : given, "recipe");
  return {
    options: definition.options(spec, { shape }),
    objective: (target) => definition.objective?.(spec, target, { shape }) ?? target,
  };
}
