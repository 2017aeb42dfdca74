import {
  mul,
  objectives,
  optimizers,
  parameterizations,
  parseTarget,
  prepareBatch,
  sub,
  targetNames,
  transforms,
  fields,
  type MaximizeOptions,
  type Spec,
} from "@xstar/core";
import type { ModelFile } from "../load.js";
import { readModelInput, type ModelFlags } from "./model-flags.js";
import { readStart } from "./read-start.js";
import { distinct, slugOf } from "./slug.js";
import { paramsOf, parseAssignment, parseSpec } from "./spec-flags.js";

/** The flags of `xstar maximize`; those of the parameterization have the names of its parameters. */
export interface MaximizeFlags extends ModelFlags {
  readonly init?: readonly string[];
  readonly steps: number;
  readonly optimizer: string;
  readonly lr?: number;
  readonly opt?: readonly string[];
  readonly transform?: readonly string[];
  readonly penalty?: readonly string[];
  readonly override?: readonly string[];
  readonly seed: number;
  readonly parameterization: string;
  readonly out?: string;
  readonly scale?: number;
  readonly format: "gif" | "webp" | "none";
  readonly export?: boolean;
  readonly threads?: number;
  readonly [param: string]: unknown;
}

/** One picture of the batch, in the words of the command line. */
export interface Job {
  readonly target: string;
  readonly start: string;
  /** What its files are called, without ending. */
  readonly slug: string;
}

export interface Plan {
  readonly jobs: readonly Job[];
  readonly objectives: readonly Spec[];
  readonly options: MaximizeOptions;
}

/** What the command line asks for. Throws `bad-argument`, `unknown-layer`, and for start pictures what reading them does. */
export async function planAscent(model: ModelFile, targets: readonly string[], flags: MaximizeFlags): Promise<Plan> {
  const { options } = await readModelInput(model, flags);
  const { shape, normalized } = await prepareBatch(model, 1, options);
  const names = targetNames(model.source, normalized);
  const starts = flags.init ?? ["random"];
  return {
    jobs: jobsOf(targets, starts),
    objectives: targets.map((target) => penalized(parseTarget(target, names), flags.penalty ?? [])),
    options: {
      ...options,
      steps: flags.steps,
      seed: flags.seed,
      start: await Promise.all(starts.map((start) => readStart(start, shape.slice(1)))),
      parameterization: parameterizationOf(flags),
      transforms: (flags.transform ?? []).map((text) => parseSpec(transforms, text, "transform")),
      optimizer: parseSpec(optimizers, flags.optimizer, "optimizer", optimizerParams(flags)),
      overrides: flags.override ?? [],
    },
  };
}

function jobsOf(targets: readonly string[], starts: readonly string[]): Job[] {
  const jobs = Array.from({ length: Math.max(targets.length, starts.length) }, (_, i) => ({
    target: targets[i] ?? targets[0]!,
    start: starts[i] ?? starts[0]!,
  }));
  const slugs = distinct(
    jobs.map(({ target, start }) => slugOf(starts.length > 1 ? `${target} from ${start}` : target)),
  );
  return jobs.map((job, i) => ({ ...job, slug: slugs[i]! }));
}

function parameterizationOf(flags: MaximizeFlags): Spec {
  const given = [...paramsOf(parameterizations).keys()].flatMap((name) =>
    flags[name] === undefined ? [] : [[name, flags[name]] as const],
  );
  return parseSpec(parameterizations, flags.parameterization, "parameterization", Object.fromEntries(given));
}

function optimizerParams({ lr, opt = [] }: MaximizeFlags): Record<string, unknown> {
  return { ...(lr !== undefined && { learningRate: lr }), ...Object.fromEntries(opt.map(parseAssignment)) };
}

/** `tv=0.01`: the objective minus 0.01 tv. */
function penalized(objective: Spec, penalties: readonly string[]): Spec {
  return penalties.reduce((rest, text) => {
    const at = text.lastIndexOf("=");
    const penalty = parseSpec(objectives, at < 0 ? text : text.slice(0, at), "penalty");
    const weight = fields.fixed("weight", { fallback: 1 }).parse(at < 0 ? "" : text.slice(at + 1), `--penalty ${text}`);
    return sub(rest, mul(weight, penalty));
  }, objective);
}
