import {
  lookUp,
  parseAssignment,
  parseWords,
  withParameters,
  XstarError,
  type Sampling,
  type Spec,
  type Vocabulary,
} from "@xstar/core";
import type { BaseOptions } from "./base-options.js";
import type { MaximizeFlags } from "./maximize-flags.js";

/** The options that are specs and numbers: the base, and what flags change of it. */
export function specOptions(
  flags: MaximizeFlags,
  { options: base }: BaseOptions,
  vocabulary: Vocabulary,
): BaseOptions["options"] {
  const {
    steps,
    seed,
    restarts,
    clip,
    keep,
    patience,
    redirectSteps,
    override,
    lr,
    range,
    squash,
    schedule,
    transform,
  } = flags;
  const { restarts: restartsBefore, ...before } = base;
  const given = {
    steps,
    seed,
    // another parameterization has its own number of them
    restarts: restarts ?? (flags.parameterization === undefined ? restartsBefore : undefined),
    clip,
    keep,
    patience,
    redirectSteps,
    overrides: override,
    size: flags.pictureSize,
    attribution: flags.attribution,
    gradientFree: samplingOf(flags, base),
  };
  const optimizer = { ...(lr !== undefined && { learningRate: lr }), ...assignments(flags.opt) };
  const picture = { ...(range !== undefined && { range }), ...(squash !== undefined && { squash }) };
  const chosen =
    flags.parameterization === undefined
      ? withParameters(vocabulary, "parameterization", base.parameterization, assignments(flags.param))
      : parseWords(vocabulary, "parameterization", flags.parameterization, assignments(flags.param));
  return {
    ...before,
    ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
    optimizer:
      flags.optimizer === undefined
        ? withParameters(vocabulary, "optimizer", base.optimizer, optimizer)
        : parseWords(vocabulary, "optimizer", flags.optimizer, optimizer),
    parameterization: withPicture(vocabulary, chosen, picture),
    ...(schedule !== undefined && { schedule: parseWords(vocabulary, "schedule", schedule) }),
    ...(transform && {
      transforms: transform.flatMap((text) => (text === "none" ? [] : [parseWords(vocabulary, "transform", text)])),
    }),
  };
}

/** How gradients are estimated; undefined where they are computed. */
function samplingOf(
  { gradientFree, pairs }: MaximizeFlags,
  base: BaseOptions["options"],
): Partial<Sampling> | undefined {
  const sampling = gradientFree ? { ...base.gradientFree } : base.gradientFree;
  if (pairs === undefined) return sampling;
  if (!sampling)
    throw new XstarError("bad-argument", '"--pairs" is for climbs without gradients: give --gradient-free, too');
  return { ...sampling, pairs };
}

/** A parameterization with other bounds: its own, or those of the one inside it that makes the colours. */
function withPicture(
  vocabulary: Vocabulary,
  spec: Spec<"parameterization">,
  picture: Readonly<Record<string, unknown>>,
): Spec<"parameterization"> {
  if (Object.keys(picture).length === 0) return spec;
  const { params } = lookUp(vocabulary.parameterization, spec, "parameterization");
  const { inner } = spec;
  const given = "range" in params || !inner ? picture : { inner: withPicture(vocabulary, inner as Spec, picture) };
  return withParameters(vocabulary, "parameterization", spec, given);
}

const assignments = (texts: readonly string[] = []) => Object.fromEntries(texts.map(parseAssignment));
