import { check } from "./errors.js";
import { overrides } from "./autodiff/overrides.js";
import { exportStep } from "./ascend/export-ascent.js";
import { compileAscent as compileWith, type CompiledAscent } from "./ascend/compile-ascent.js";
import { ascend } from "./ascend/maximize.js";
import type { MaximizeOptions } from "./ascend/options.js";
import type { Run, Target } from "./ascend/result.js";
import type { Spec } from "./define/spec.js";
import { withDefinitions, type Vocabulary, type VocabularyOptions, type WithVocabulary } from "./define/vocabulary.js";
import type { Value } from "./ir/graph.js";
import type { LoadedModel } from "./model/load.js";
import { objectives } from "./objectives/table.js";
import { optimizers, schedules } from "./optimizers/table.js";
import { parameterizations } from "./parameterizations/table.js";
import {
  differentiate as differentiateWith,
  type DifferentiateOptions,
  type GradientProbe,
} from "./probe/differentiate.js";
import { probe as probeWith, type ProbeContext, type ProbeOptions, type Probe } from "./probe/probe.js";
import { recipes } from "./recipes/table.js";
import { starts } from "./starts/starts.js";
import { transforms } from "./transforms/table.js";
import { readTarget as readTargetWith, type TargetOptions } from "./words/read-target.js";

/** `standard` without its explanations, which no ascent names: in a bundle it takes less. */
export const ascentVocabulary: Vocabulary = {
  objective: objectives,
  parameterization: parameterizations,
  transform: transforms,
  optimizer: optimizers,
  schedule: schedules,
  start: starts,
  recipe: recipes,
  explanation: {},
  rule: {},
  override: overrides,
};

const withAscents = <T extends VocabularyOptions>(options: T): T & WithVocabulary => {
  check(typeof options === "object" && options !== null, "options", "an object", options);
  return { ...options, vocabulary: options.vocabulary ?? ascentVocabulary };
};

const withOwn = <T extends VocabularyOptions>({ vocabulary = ascentVocabulary, definitions = [], ...options }: T) => ({
  ...options,
  vocabulary: withDefinitions(vocabulary, definitions),
});

/**
 * Changes pictures so that targets become as large as possible: the input that a neuron wants most.
 *
 * One target and several starts, several targets and one start, or as many of each make a batch that runs in one session.
 * Throws `bad-argument`, `unknown-layer`, `missing-vjp-rule`, `no-gradient` before the first step.
 *
 * @param target an objective, or words: `conv2:7`, `logit:flamingo`, `conv2:0-15`, `conv2:7 - 0.1*tv`
 *
 * @example
 * const { picture } = await maximize(model, "conv2:7");
 *
 * @example
 * for await (const step of maximize(model, "logit:flamingo", { steps: 128, seed: 7 })) console.log(step.objective[0]);
 */
export function maximize(model: LoadedModel, target: Target | readonly Target[], options: MaximizeOptions = {}): Run {
  return ascend(model, target, withAscents(options));
}

/**
 * The ascent that `maximize` runs for the same arguments, as the bytes of an ONNX file that begins where the run does. Throws as
 * `maximize` does.
 *
 * @example
 * await writeFile("ascent.onnx", await exportAscent(model, "conv2:7"));
 */
export function exportAscent(
  model: LoadedModel,
  target: Target | readonly Target[],
  options: MaximizeOptions = {},
): Promise<Uint8Array> {
  return exportStep(model, target, withAscents(options));
}

/**
 * Compiles an ascent without running it: for inspection and loops of one's own. Throws as `maximize` does.
 *
 * @example
 * const { step, record } = await compileAscent(model, "conv2:7");
 */
export function compileAscent(
  model: LoadedModel,
  target: Target | readonly Target[],
  options: MaximizeOptions = {},
): Promise<CompiledAscent> {
  return compileWith(model, target, withAscents(options));
}

/**
 * Seconds that an ascent without gradients may take on this machine, by a few of its forward passes.
 *
 * @example
 * const compiled = await compileAscent(model, "conv2:7", { gradientFree: true });
 * const seconds = await predictSeconds(model, compiled);
 */
export async function predictSeconds(model: LoadedModel, compiled: CompiledAscent): Promise<number> {
  const { secondsOf } = await import("./ascend/gradient-free.js");
  return secondsOf(model, compiled);
}

/**
 * Opens a model for looking at pictures, forward only: one graph that gives the values that `read` names. Release it when done.
 * Throws `bad-argument`, `unknown-layer`.
 *
 * @example
 * const opened = await probe(model, {}, ({ features, logits }) => ({ mean: features("conv2"), scores: logits() }));
 * const { mean, scores } = await opened.run(pictures);
 * await opened.release();
 */
export async function probe(
  model: LoadedModel,
  options: ProbeOptions,
  read: (look: ProbeContext) => Readonly<Record<string, Value>>,
): Promise<Probe> {
  return probeWith(model, withOwn(options), read);
}

/**
 * The objective that words or a spec stand for, its classes as numbers. Throws `bad-argument`, `unknown-layer`.
 *
 * @example
 * const first = await prepareModel(model, 1);
 * readTarget("logit:flamingo", { first, further: new Map() });
 */
export function readTarget(
  target: Target,
  prepared: Parameters<typeof readTargetWith>[1],
  options: TargetOptions & VocabularyOptions = {},
): Spec<"objective"> {
  return readTargetWith(target, prepared, withOwn(options));
}

/**
 * Opens a model for the gradient of a target by pictures, in picture units. Release it when done, or declare it with
 * `await using`. Throws `bad-argument`, `unknown-layer`.
 *
 * @example
 * const probe = await differentiate(model, "logit:tabby");
 * const { value, gradient } = await probe(photo);
 * await probe.release();
 */
export function differentiate(
  model: LoadedModel,
  target: Target,
  options: DifferentiateOptions = {},
): Promise<GradientProbe> {
  return differentiateWith(model, target, withOwn(options));
}

/**
 * The gradient of a target by the picture as the bytes of an ONNX file: `picture` in, `gradient` of its shape and `value` out, in
 * picture units. Throws as `differentiate` does.
 *
 * @example
 * await writeFile("gradient.onnx", await exportGradient(model, "logit:tabby"));
 */
export async function exportGradient(
  model: LoadedModel,
  target: Target,
  options: DifferentiateOptions = {},
): Promise<Uint8Array> {
  const { exportSlope } = await import("./explain/export.js");
  return exportSlope(model, target, withOwn(options));
}
