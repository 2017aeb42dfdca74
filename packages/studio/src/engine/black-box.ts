import { ascentVocabulary, compileAscent, predictSeconds } from "@xstar/core";
import { planAscent } from "@xstar/runs";
import { modelOf } from "./models.js";
import type { BlackBox, RunSettings } from "./protocol.js";
import { withSize } from "./runs.js";

/** What a run takes by forward passes alone, measured on a few of them. Throws as `planAscent` and `compileAscent` do. */
export async function predictRun({ model: id, targets, flags }: RunSettings): Promise<BlackBox> {
  const model = modelOf(id);
  const { file, files, facts } = model;
  const sources = { path: facts.path, files, vocabulary: ascentVocabulary, onWarning: () => {} };
  const plan = await planAscent(file, targets, { ...withSize(flags, model), gradientFree: true }, sources);
  const compiled = await compileAscent(file, plan.objectives, plan.options);
  const { steps, gradientFree } = compiled.record;
  const seconds = await predictSeconds(file, compiled);
  return { steps, passes: 2 * gradientFree!.pairs, seconds, shape: plan.shape };
}
