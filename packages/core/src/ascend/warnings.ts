import { lookUp, parseSpec } from "../define/definition.js";
import type { Fields } from "../define/fields.js";
import type { Spec } from "../define/spec.js";
import { isTraining } from "../normalize/batch-normalization.js";
import type { Model } from "../onnx/model.js";
import type { Runtime } from "../runtime/runtime.js";
import { chosenFrom, softmaxWarning, squashedFrom, type ModelOf } from "../words/behind-target.js";
import type { Vocabulary } from "../define/vocabulary.js";
import { kindIn } from "../define/walk.js";
import type { AscentResult } from "./result.js";
import type { Left } from "./step-runner.js";

type Facts = Omit<AscentResult, "warnings">;

/** What ran the steps, and why it was not all the device that was asked for. */
export function accountOf(
  { name, host }: Runtime,
  left: Left | undefined,
): { readonly runtime: string; readonly warning?: string } {
  if (!left || !host) return { runtime: name };
  return {
    runtime: left.at === 0 ? host.name : `${name}, from step ${left.at} on ${host.name}`,
    warning: `The device (${name}) was left at step ${left.at}, because ${left.why}: ${host.name} ran what followed`,
  };
}

/** Of each picture, what a person should know before trusting it, in sentences. */
export function warningsOf(facts: Facts, vocabulary: Vocabulary, modelOf: ModelOf): string[][] {
  const { record } = facts;
  const training = ["", ...Object.keys(record.models)].map((name) => trainingWarning(name, modelOf(name || undefined)));
  return record.objectives.map((objective, k) => {
    const picture = pictureOf(facts, k);
    return [
      brokenWarning(facts, k),
      stuckWarning(facts, k, () => wayOut(facts, k, { vocabulary, modelOf })) ?? asleepWarning(facts, k),
      loweredWarning(facts, vocabulary, k),
      softmaxWarning(vocabulary, objective, modelOf),
      ...training,
      saturationWarning(facts, vocabulary, picture, k),
      outsideWarning(facts, picture),
    ].filter((warning) => warning !== undefined);
  });
}

/** The values of one picture, without its opacity. */
function pictureOf({ picture, record }: Facts, k: number): Float32Array {
  const data = picture.data as Float32Array;
  const each = data.length / record.shape[0]!;
  const own = record.shape.slice(1).reduce((a, b) => a * b, 1);
  return data.subarray(k * each, k * each + Math.min(own, each));
}

function brokenWarning(facts: Facts, k: number): string | undefined {
  const at = facts.divergedAt[k];
  if (at == null) return undefined;
  if (at === 0) return `The target is not a finite number on the start ${nounOf(facts)}, which is what is kept`;
  return `The ${nounOf(facts)} broke at step ${at}, where it, its target or the gradient was no finite number: what is kept is from before`;
}

/** Changes of the target below this share of it are none. */
const unmoved = 1e-6;

function stuckWarning(facts: Facts, k: number, wayOutOf: () => string): string | undefined {
  const { curve, last, divergedAt, record } = facts;
  const steps = (divergedAt[k] ?? curve.length) - 1;
  if (steps < 1) return undefined;
  const first = curve[0]![k]!;
  const largest = curve.reduce((most, values) => Math.max(most, Math.abs(values[k]! - first)), 0);
  if (largest > unmoved * Math.abs(first)) return undefined;
  const where = record.transforms.length > 0 ? "in its transformed views " : "";
  const why =
    last.networkGradientNorm[k] === 0 ? `: no gradient reached the ${nounOf(facts)}${redirection(facts, k)}` : "";
  return `The target never moved: ${where}it stayed at ${shown(first)} for all ${count(steps, "step")}${why}${wayOutOf()}`;
}

/** What to do about a target that never moved, where its layer tells. */
function wayOut(
  facts: Facts,
  k: number,
  { vocabulary, modelOf }: { readonly vocabulary: Vocabulary; readonly modelOf: ModelOf },
): string {
  const objective = facts.record.objectives[k]!;
  const chosen = facts.curve[0]![k] === 0 ? chosenFrom(vocabulary, objective, modelOf) : undefined;
  if (chosen)
    return `; nothing is kept there at this start: aim at "${chosen.layer}", by which it is chosen, or start from a photograph`;
  const squashed = squashedFrom(vocabulary, objective, modelOf);
  if (!squashed) return "";
  return `; "${squashed.layer}" is the layer before its ${squashed.opType}, which may be at its end: aim there, or start elsewhere`;
}

/** What redirected gradients did for a picture that still sleeps, and whether they were at their end. */
function redirection({ record, last, redirected }: Facts, k: number): string {
  const tried = redirected[k]!;
  if (tried === 0) return "";
  const more =
    last.index < record.redirectSteps ? `, which go on until step ${record.redirectSteps}: more steps may wake it` : "";
  return `, also after ${count(tried, "step")} with redirected gradients${more}`;
}

/** Penalties can move a picture that its target never reaches. */
function asleepWarning(facts: Facts, k: number): string | undefined {
  const { record, last, divergedAt, redirected } = facts;
  const tried = redirected[k]!;
  const neverWoke =
    tried > 0 && tried === Math.min(record.redirectSteps, last.index) && last.networkGradientNorm[k] === 0;
  if (!neverWoke || divergedAt[k] !== null) return undefined;
  return `No gradient reached the ${nounOf(facts)} through the network${redirection(facts, k)}: only what does not read the network moved it`;
}

/** A target of random views that fell by fewer of its usual changes in a step than this may have fallen by chance. */
const usualChanges = 4;

function loweredWarning(facts: Facts, vocabulary: Vocabulary, k: number): string | undefined {
  const { curve, last, divergedAt, record } = facts;
  if (record.keep === "best" || divergedAt[k] !== null || last.index === 0) return undefined;
  const values = curve.map((step) => step[k]!);
  const [began, ended] = [values[0]!, values.at(-1)!];
  const share = saturatedShare(facts, vocabulary, pictureOf(facts, k), k);
  // without transforms there is no chance in it, and of a saturated picture the changes are steps that were too long
  const isByChance = record.transforms.length > 0 && share < saturated;
  const byChance = isByChance ? usualChanges * usualChange(values) : 0;
  if (began - ended <= unmoved * Math.abs(began)) return undefined;
  const why = reasonOfFall(facts, k, { values, byChance, share });
  return `The target ended lower (${shown(ended)}) than it began (${shown(began)}): ${why}`;
}

/** What most probably made a target fall. */
function reasonOfFall(
  facts: Facts,
  k: number,
  {
    values,
    byChance,
    share,
  }: { readonly values: readonly number[]; readonly byChance: number; readonly share: number },
): string {
  if (share >= saturated)
    return `${percent(share)} of the ${nounOf(facts)}'s values are at the ends of their range, where they cannot go on: a smaller learning rate or a wider range may help`;
  if (values[0]! - values.at(-1)! <= byChance)
    return `its random views alone may change it by that much, so more steps or smaller transforms may rise`;
  const best = values.reduce((most, value) => Math.max(most, value));
  if (best - values[0]! > Math.max(byChance, unmoved * Math.abs(best)))
    return `it had risen to ${shown(best)} by step ${values.indexOf(best)}, so a smaller learning rate may rise, and keep "best" holds on to the best step`;
  const start = facts.record.start?.[k]?.type;
  if (start === "image" || start === "array")
    return `it began at a given ${nounOf(facts)} and never rose above it: a smaller learning rate may rise, or another start`;
  return "a smaller learning rate may rise";
}

/** The median change of a curve from one step to the next. */
function usualChange(values: readonly number[]): number {
  const changes = values.slice(1).map((value, i) => Math.abs(value - values[i]!));
  return changes.toSorted((a, b) => a - b)[Math.floor(changes.length / 2)]!;
}

/** Half of what an 8-bit picture tells apart. */
const finest = 1 / 510;
/** More values at the ends of the range than this share are too many. */
const saturated = 0.5;

/** The share of values that are at the ends of the range, 0 where there is none. */
function saturatedShare({ record }: Facts, vocabulary: Vocabulary, picture: Float32Array, k: number): number {
  const range = rangeOf(vocabulary, record.parameterization);
  if (!range) return 0;
  const [low, high] = range;
  const margin = finest * (high - low);
  const start = record.start?.[k];
  // what began at an end may have been left there
  const level = start && levelOf(vocabulary, start);
  return shareBeyond(picture, low === level ? -Infinity : low + margin, high === level ? Infinity : high - margin);
}

function saturationWarning(facts: Facts, vocabulary: Vocabulary, picture: Float32Array, k: number): string | undefined {
  const range = rangeOf(vocabulary, facts.record.parameterization);
  const share = saturatedShare(facts, vocabulary, picture, k);
  if (!range || facts.last.index === 0 || share < saturated) return undefined;
  return `The ${nounOf(facts)} is saturated: ${percent(share)} of its values are at the ends of their range, ${shown(range[0])} and ${shown(range[1])}`;
}

/** What is maximized: not every input is a picture. */
const nounOf = ({ record }: Facts) => (record.holds ? "input" : "picture");

/** The range that a parameterization, or the first one inside it, keeps its picture in. */
function rangeOf(
  { parameterization: table }: Pick<Vocabulary, "parameterization">,
  given: Spec,
): readonly [number, number] | undefined {
  const { definition, spec } = parseSpec(table, given, "parameterization");
  if (definition.range) return definition.range(spec);
  const inner = Object.entries(definition.params as Fields).find(([, field]) => kindIn(field) === "parameterization");
  return inner && rangeOf({ parameterization: table }, spec[inner[0]] as Spec);
}

/** The value of all pixels of a start, where it is one; the record of a start may leave its numbers out. */
function levelOf({ start: table }: Pick<Vocabulary, "start">, given: Spec): number | undefined {
  const definition = lookUp(table, given, "start");
  return definition.level?.(parseSpec(table, given, "start").spec);
}

function outsideWarning({ record }: Facts, picture: Float32Array): string | undefined {
  // only pictures have a contract that says what their values mean
  if (!record.contract || record.holds) return undefined;
  const share = shareBeyond(picture, -finest, 1 + finest);
  if (share === 0) return undefined;
  const low = picture.reduce((a, b) => Math.min(a, b));
  const high = picture.reduce((a, b) => Math.max(a, b));
  return `${percent(share)} of the picture's values are outside the model's input contract, 0 to 1: they go from ${shown(low)} to ${shown(high)}`;
}

function trainingWarning(name: string, model: Model | undefined): string | undefined {
  const layers = model?.graph.nodes.filter((node) => node.qualifiedType === "BatchNormalization" && isTraining(node));
  if (!layers || layers.length === 0) return undefined;
  const whose = name === "" ? "The model" : `The model "${name}"`;
  return `${whose} has ${count(layers.length, "BatchNormalization layer")} in training mode, so that what it makes of a picture depends on that picture's own statistics and those beside it: export it for inference`;
}

/** The share of values below `low` or above `high`. Who stops a run waits for it, so it calls nothing for each. */
function shareBeyond(picture: Float32Array, low: number, high: number): number {
  let found = 0;
  for (let i = 0; i < picture.length; i++) {
    const x = picture[i]!;
    if (x < low || x > high) found++;
  }
  return found / picture.length;
}

const count = (n: number, what: string) => `${n} ${what}${n === 1 ? "" : "s"}`;
const percent = (share: number) => (share < 0.01 ? "Less than 1 %" : `${Math.round(100 * share)} %`);
const shown = (x: number) => `${Number(x.toPrecision(4))}`;
