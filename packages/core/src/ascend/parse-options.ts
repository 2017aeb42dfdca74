import { parseSpec } from "../define/definition.js";
import { choice, fixed, flag, int } from "../define/fields.js";
import type { StartGiven } from "../define/recipe.js";
import type { Spec, SpecKind } from "../define/spec.js";
import type { SpecDefinition, Vocabulary } from "../define/vocabulary.js";
import { XstarError } from "../errors.js";
import { asStart } from "../starts/as-start.js";
import { parseWords } from "../words/spec-words.js";
import type { MaximizeOptions } from "./options.js";
import type { AscentSettings } from "../compile/step.js";
import type { Target } from "./result.js";

/** The options of an ascent, checked, with defaults filled in; lists are as long as they were given. */
export interface ParsedOptions extends AscentSettings {
  readonly watch: Readonly<Record<string, readonly Target[]>>;
  /** Null where the parameterization begins by itself. */
  readonly starts: readonly Spec<"start">[] | null;
  readonly streams: readonly number[] | null;
  /** Null where the parameterization says how many. */
  readonly restarts: number | null;
  readonly keep: "last" | "best";
  readonly patience: number | null;
  readonly redirectSteps: number;
}

/** What is taken where neither the caller nor a recipe says it: plain pixels that move by a tenth in every step. */
const plain = { parameterization: "pixel", optimizer: "normalized", schedule: "constant", steps: 64 } as const;

/** Checks all that can be checked without the model. Throws `bad-argument`. */
export function parseOptions(options: MaximizeOptions, vocabulary: Vocabulary): ParsedOptions {
  const specOf = <Kind extends SpecKind>(kind: Kind, given: Spec<Kind> | string) => checked(vocabulary, kind, given);
  const parameterization = specOf("parameterization", options.parameterization ?? plain.parameterization);
  const { definition } = parseSpec(vocabulary.parameterization, parameterization, "parameterization");
  const givenStarts: StartGiven | readonly StartGiven[] | undefined =
    options.start ?? (definition.initial ? undefined : "random");
  const wholeOf = (name: string, given: number, min?: number) =>
    int(name, min === undefined ? {} : { min }).parse(given, name);
  const positive = (name: string, given: number) => fixed(name, { above: 0, fallback: 1 }).parse(given, name);
  const { gradientFree } = options;
  const { pairs = 64, deviation = 0.1 } = typeof gradientFree === "object" ? gradientFree : {};
  return {
    watch: Object.fromEntries(
      Object.entries(options.watch ?? {}).map(([name, one]) => [name, someOf(one, `objectives to watch as "${name}"`)]),
    ),
    starts:
      givenStarts === undefined
        ? null
        : someOf(givenStarts, "starts").map(
            (start) => parseSpec(vocabulary.start, asStart(start, vocabulary.start), "start").spec,
          ),
    streams:
      options.streams === undefined ? null : someOf(options.streams, "streams").map((one) => wholeOf("streams", one)),
    restarts: options.restarts === undefined ? null : wholeOf("restarts", options.restarts, 1),
    parameterization,
    transforms: listOf(options.transforms ?? []).map((one) => specOf("transform", one)),
    optimizer: specOf("optimizer", options.optimizer ?? plain.optimizer),
    schedule: specOf("schedule", options.schedule ?? plain.schedule),
    clip: options.clip === undefined ? null : positive("clip", options.clip),
    attribution: flag("attribution", false).parse(options.attribution ?? false, "attribution"),
    keep: choice("keep", ["last", "best"], "last").parse(options.keep ?? "last", "keep"),
    patience: options.patience === undefined ? null : wholeOf("patience", options.patience, 1),
    // nothing says where a forward pass would have been redirected
    redirectSteps: gradientFree ? 0 : wholeOf("redirectSteps", options.redirectSteps ?? 16, 0),
    steps: wholeOf("steps", options.steps ?? plain.steps, 0),
    seed: wholeOf("seed", options.seed ?? 0),
    ...(gradientFree && {
      gradientFree: {
        pairs: wholeOf("pairs", pairs, 1),
        deviation: positive("deviation", deviation),
      },
    }),
  };
}

/** A spec that is right, as it was given or as words say it. */
function checked<Kind extends SpecKind>(vocabulary: Vocabulary, kind: Kind, given: Spec<Kind> | string): Spec<Kind> {
  const spec = typeof given === "string" ? parseWords(vocabulary, kind, given) : given;
  parseSpec<SpecDefinition>(vocabulary[kind], spec, kind);
  return spec;
}

/** At least one. Throws `bad-argument` naming `what` for none. */
export function someOf<T>(given: T | readonly T[], what: string): readonly T[] {
  const all = listOf(given);
  if (all.length > 0) return all;
  throw new XstarError("bad-argument", `The list of ${what} is empty`, { hint: "Give at least one" });
}

function listOf<T>(x: T | readonly T[]): readonly T[] {
  return Array.isArray(x) ? x : [x as T];
}
