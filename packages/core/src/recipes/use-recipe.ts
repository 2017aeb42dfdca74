import { parseSpec } from "../define/definition.js";
import type { RecipeContext, RecipeOptions } from "../define/recipe.js";
import type { Spec, SpecKind } from "../define/spec.js";
import type { Vocabulary } from "../define/vocabulary.js";
import { check, XstarError } from "../errors.js";
import { parseWords } from "../words/spec-words.js";

/** The options of a recipe, its words read. */
export type UsedRecipeOptions = Omit<RecipeOptions, "parameterization" | "transforms" | "optimizer" | "schedule"> & {
  readonly parameterization?: Spec<"parameterization">;
  readonly transforms?: readonly Spec<"transform">[];
  readonly optimizer?: Spec<"optimizer">;
  readonly schedule?: Spec<"schedule">;
};

/** What a recipe makes of a model. */
export interface UsedRecipe {
  /** The recipe with its defaults. */
  readonly spec: Spec<"recipe">;
  readonly options: UsedRecipeOptions;
  /** What is made large in the place of a target. */
  objective(target: Spec<"objective">): Spec<"objective">;
}

/**
 * The options and the objectives that a recipe makes of targets for a model. Throws `bad-argument`, also where the shape has
 * a batch axis: it is that of one picture.
 *
 * @example
 * const { options, objective } = useRecipe(standard, "lucid", { shape: [3, 224, 224] });
 * await maximize(model, objective(logit({ class: 3 })), options);
 */
export function useRecipe(
  vocabulary: Vocabulary,
  given: Spec<"recipe"> | string,
  { shape, holds, gradientFree, ofClasses }: RecipeContext = { shape: undefined as never },
): UsedRecipe {
  check(typeof vocabulary?.recipe === "object", "vocabulary", "such as `standard`", vocabulary);
  check(Array.isArray(shape), "shape", "that of one picture, [channels, height, width]", shape);
  if (shape.length > 3 && !holds) {
    throw new XstarError("bad-argument", `A recipe looks at one picture, and [${shape}] has ${shape.length} axes`, {
      hint: "Leave out the batch: [channels, height, width]",
    });
  }
  const context = {
    shape,
    gradientFree,
    ofClasses,
    holds: holds ?? (shape.length === 3 ? ({ kind: "picture" } as const) : ({ kind: "table" } as const)),
  };
  const named = typeof given === "string" ? parseWords(vocabulary, "recipe", given) : given;
  const { definition, spec } = parseSpec(vocabulary.recipe, named, "recipe");
  return {
    spec,
    options: readWords(vocabulary, definition.options(spec, context)),
    objective: (target) => definition.objective?.(spec, target, context) ?? target,
  };
}

function readWords(vocabulary: Vocabulary, options: RecipeOptions): UsedRecipeOptions {
  const read = <Kind extends SpecKind>(kind: Kind, given: Spec<Kind> | string) =>
    typeof given === "string" ? parseWords(vocabulary, kind, given) : given;
  const { parameterization, transforms, optimizer, schedule, ...rest } = options;
  return {
    ...rest,
    ...(parameterization !== undefined && { parameterization: read("parameterization", parameterization) }),
    ...(transforms && { transforms: transforms.map((one) => read("transform", one)) }),
    ...(optimizer !== undefined && { optimizer: read("optimizer", optimizer) }),
    ...(schedule !== undefined && { schedule: read("schedule", schedule) }),
  };
}

const classes = /\b(logit|probability|crossEntropy)\b/;

/**
 * Whether every target, in words or as a spec, is or has a class.
 *
 * @example
 * aimAtClasses(["logit:flamingo", "logit:3 - 0.1*tv"]); // true
 */
export const aimAtClasses = (targets: readonly (string | Spec<"objective">)[]): boolean =>
  targets.length > 0 && targets.every((one) => classes.test(typeof one === "string" ? one : JSON.stringify(one)));
