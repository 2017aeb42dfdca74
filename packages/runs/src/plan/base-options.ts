import {
  normalized,
  parseWords,
  pixel,
  useRecipe,
  type AscentRecord,
  type MaximizeOptions,
  type RecipeContext,
  type Sampling,
  type Shape,
  type Spec,
  type Vocabulary,
} from "@xstar/core";
import type { RunRecord } from "@xstar/results";

/** What flags change: the options of a recipe, of an earlier run, or the defaults. */
export interface BaseOptions {
  readonly options: SpecOptions;
  readonly recipe: Spec<"recipe"> | null;
  /** What is maximized in the place of a target. */
  objective(target: Spec<"objective">): Spec<"objective">;
}

/** Options that are plain JSON. */
type SpecOptions = {
  readonly schedule?: Spec<"schedule">;
  readonly gradientFree?: Partial<Sampling>;
} & Pick<
  MaximizeOptions,
  | "clip"
  | "attribution"
  | "keep"
  | "overrides"
  | "patience"
  | "redirectSteps"
  | "seed"
  | "size"
  | "start"
  | "steps"
  | "streams"
  | "restarts"
> &
  Pick<AscentRecord, "parameterization" | "transforms" | "optimizer">;

const defaults: SpecOptions = {
  steps: 64,
  seed: 0,
  parameterization: pixel({}),
  optimizer: normalized({}),
  transforms: [],
};

/**
 * Where flags begin: at an earlier run, with a recipe on top if one is named; else at the recipe `auto`, and at plain pixels
 * for the recipe `none`. `shape` is that of the picture that the model takes, without the batch. Throws `bad-argument` for a
 * recipe that is none.
 */
export function baseOptions(
  recipe: string | undefined,
  shape: Shape,
  {
    vocabulary,
    ...given
  }: { readonly vocabulary: Vocabulary } & Pick<RecipeContext, "holds" | "gradientFree" | "ofClasses">,
  from?: RunRecord,
): BaseOptions {
  const before = from ? optionsOf(from) : defaults;
  const named = recipe === undefined || recipe === "none" ? null : parseWords(vocabulary, "recipe", recipe);
  const chosen = recipe === undefined && !from ? parseWords(vocabulary, "recipe", "auto") : named;
  const used = recipe === undefined && from ? from.recipe : chosen;
  if (used === null) return { options: before, recipe: null, objective: (target) => target };
  const { spec, options, objective } = useRecipe(vocabulary, used, { shape, ...given });
  return { options: chosen ? { ...before, ...options } : before, recipe: spec, objective };
}

function optionsOf({ ascent }: RunRecord): SpecOptions {
  const { steps, seed, streams, parameterization, optimizer, schedule, transforms, overrides } = ascent;
  const { keep, redirectSteps, attribution, clip, patience, size, start, restarts = 1, gradientFree } = ascent;
  const given = { clip, patience, size, start };
  return {
    steps,
    seed,
    streams,
    restarts,
    parameterization,
    optimizer,
    schedule,
    transforms,
    overrides,
    keep,
    redirectSteps,
    ...(attribution && { attribution }),
    ...(gradientFree && { gradientFree }),
    ...(Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null)) as Partial<SpecOptions>),
  };
}
