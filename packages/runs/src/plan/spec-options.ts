import { optimizers, parameterizations, schedules, transforms, type Spec } from "@xstar/core";
import type { BaseOptions } from "./base-options.js";
import type { MaximizeFlags } from "./maximize-flags.js";
import { changeSpec, parseAssignment, parseSpec } from "./spec-flags.js";

/** The options that are specs and numbers: the base, and what flags change of it. */
export function specOptions(flags: MaximizeFlags, { options: base }: BaseOptions): BaseOptions["options"] {
  const { steps, seed, tries, clip, keep, patience, redirect, override, lr, range, squash, schedule, transform } =
    flags;
  const { tries: triesBefore, ...before } = base;
  const given = {
    steps,
    seed,
    // another parameterization has its own number of them
    tries: tries ?? (flags.parameterization === undefined ? triesBefore : undefined),
    clip,
    keep,
    patience,
    redirect,
    overrides: override,
    size: flags.pictureSize,
    influence: flags.transparent,
  };
  const optimizer = { ...(lr !== undefined && { learningRate: lr }), ...assignments(flags.opt) };
  const picture = { ...(range !== undefined && { range }), ...(squash !== undefined && { squash }) };
  return {
    ...before,
    ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
    optimizer: changeSpec(optimizers, base.optimizer, "optimizer", { text: flags.optimizer, given: optimizer }),
    parameterization: withPicture(
      changeSpec(parameterizations, base.parameterization, "parameterization", {
        text: flags.parameterization,
        given: assignments(flags.param),
      }),
      picture,
    ),
    ...(schedule !== undefined && { schedule: parseSpec(schedules, schedule, "schedule") }),
    ...(transform && { transforms: transform.flatMap(readTransform) }),
  };
}

/** A parameterization with other bounds: its own, or those of the one inside it that makes the colours. */
function withPicture(spec: Spec, picture: Readonly<Record<string, unknown>>): Spec {
  if (Object.keys(picture).length === 0) return spec;
  const { params } = parameterizations[spec.type]!;
  const { inner } = spec;
  const given = "range" in params || !inner ? picture : { inner: withPicture(inner as Spec, picture) };
  return changeSpec(parameterizations, spec, "parameterization", { text: undefined, given });
}

const assignments = (texts: readonly string[] = []) => Object.fromEntries(texts.map(parseAssignment));

const readTransform = (text: string) => (text === "none" ? [] : [parseSpec(transforms, text, "transform")]);
