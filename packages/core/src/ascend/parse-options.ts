import { parseSpec } from "../define/define.js";
import { choice, fixed, flag, int, type Spec } from "../define/fields.js";
import { XstarError } from "../errors.js";
import { gradient } from "../optimizers/gradient.js";
import { constant, schedules } from "../optimizers/schedules.js";
import { optimizers } from "../optimizers/table.js";
import { pixel } from "../parameterizations/pixel.js";
import { asStart, starts as startTable } from "../starts/starts.js";
import { parameterizations } from "../parameterizations/table.js";
import { transforms as transformTable } from "../transforms/table.js";
import type { MaximizeOptions, Target } from "./options.js";

/** The options of an ascent, checked, with defaults filled in; lists are as long as they were given. */
export interface ParsedOptions {
  readonly targets: readonly Target[];
  readonly watch: Readonly<Record<string, readonly Target[]>>;
  /** Null where the parameterization begins by itself. */
  readonly starts: readonly Spec[] | null;
  readonly streams: readonly number[] | null;
  readonly tries: number;
  readonly parameterization: Spec;
  readonly transforms: readonly Spec[];
  readonly optimizer: Spec;
  readonly schedule: Spec;
  readonly clip: number | null;
  readonly influence: boolean;
  readonly keep: "last" | "best";
  readonly patience: number | null;
  readonly redirect: number;
  readonly steps: number;
  readonly seed: number;
}

/** Checks all that can be checked without the model. Throws `bad-argument`. */
export function parseOptions(objective: Target | readonly Target[], options: MaximizeOptions): ParsedOptions {
  const parameterization = checked(parameterizations, options.parameterization ?? pixel({}), "parameterization");
  const { definition, spec } = parseSpec(parameterizations, parameterization, "parameterization");
  const givenStarts = options.start ?? (definition.initial ? undefined : "random");
  return {
    targets: someOf(objective, "objectives"),
    watch: Object.fromEntries(
      Object.entries(options.watch ?? {}).map(([name, one]) => [name, someOf(one, `objectives to watch as "${name}"`)]),
    ),
    starts:
      givenStarts === undefined
        ? null
        : someOf(givenStarts, "starts")
            .map(asStart)
            .map((start) => parseSpec(startTable, start, "start").spec),
    streams:
      options.streams === undefined
        ? null
        : someOf(options.streams, "streams").map((stream) => int("stream").parse(stream, "streams")),
    tries: int("tries", { min: 1 }).parse(options.tries ?? definition.tries?.(spec) ?? 1, "tries"),
    parameterization,
    transforms: list(options.transforms ?? []).map((one) => checked(transformTable, one, "transform")),
    optimizer: checked(optimizers, options.optimizer ?? gradient({}), "optimizer"),
    schedule: checked(schedules, options.schedule ?? constant({}), "schedule"),
    clip: options.clip === undefined ? null : fixed("clip", { above: 0, fallback: 1 }).parse(options.clip, "clip"),
    influence: flag("influence", false).parse(options.influence ?? false, "influence"),
    keep: choice("keep", ["last", "best"], "last").parse(options.keep ?? "last", "keep"),
    patience: options.patience === undefined ? null : int("patience", { min: 1 }).parse(options.patience, "patience"),
    redirect: int("redirect", { min: 0 }).parse(options.redirect ?? 16, "redirect"),
    steps: int("steps", { min: 0 }).parse(options.steps ?? usualSteps, "steps"),
    seed: int("seed").parse(options.seed ?? 0, "seed"),
  };
}

/** Steps of a run that does not say how many. */
export const usualSteps = 64;

/** A spec that is right, as it was given; a type alone stands for it with all its defaults. */
function checked(table: Parameters<typeof parseSpec>[0], given: Spec | string, kind: string): Spec {
  const spec = typeof given === "string" ? { type: given } : given;
  parseSpec(table, spec, kind);
  return spec;
}

function someOf<T>(given: T | readonly T[], what: string): readonly T[] {
  const all = list(given);
  if (all.length > 0) return all;
  throw new XstarError("bad-argument", `The list of ${what} is empty`, { hint: "Give at least one" });
}

function list<T>(x: T | readonly T[]): readonly T[] {
  return Array.isArray(x) ? x : [x as T];
}
