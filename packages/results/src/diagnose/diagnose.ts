import type { LoadedModel, ProbeOptions } from "@xstar/core";
import { batchFor, openAsker } from "./ask.js";
import { calibration } from "./calibration.js";
import type { Check, CheckContext } from "./check.js";
import { confusedPairs } from "./confused-pairs.js";
import { contract } from "./contract-check.js";
import { batches, robustness } from "./corruptions.js";
import { balance, duplicates, labelErrors } from "./data-checks.js";
import { errors } from "./errors.js";
import type { Finding, LabelledPictures } from "./finding.js";
import type { DiagnosisState } from "./checkpoint.js";
import { groups } from "./groups.js";
import { border, cues, tint } from "./interventions.js";
import { heatClusters } from "./heat-clusters.js";
import { missingLabels } from "./missing-labels.js";
import { observe, type Observations } from "./observe.js";
import { outliers } from "./outliers.js";
import { shallow } from "./shallow.js";
import { sufficient } from "./sufficient.js";
import { texture } from "./texture-check.js";
import { unitPictures } from "./unit-pictures.js";
import { units } from "./units-check.js";
import { vanishing } from "./vanishing.js";

/** Every check, in the order in which they are made: those that look at answers first, then the experiments. */
export const checks: readonly Check[] = [
  missingLabels,
  errors,
  confusedPairs,
  contract,
  calibration,
  labelErrors,
  duplicates,
  outliers,
  balance,
  shallow,
  groups,
  units,
  vanishing,
  batches,
  border,
  tint,
  cues,
  heatClusters,
  sufficient,
  robustness,
  texture,
  unitPictures,
];

/** How a network is diagnosed. */
export interface DiagnoseOptions extends Omit<ProbeOptions, "batch" | "hasOpacity"> {
  /** The pictures that the network was trained with. */
  readonly train?: LabelledPictures | undefined;
  /** Names of the checks to make, of `checks`. @default all */
  readonly only?: readonly string[] | undefined;
  /** What was seen before the work was stopped: it goes on from there. */
  readonly from?: Pick<DiagnosisState, "observed" | "training"> | undefined;
  /** Stops soon; what was found is kept. */
  readonly signal?: AbortSignal | undefined;
  /** Told how far the work is, in words. */
  readonly onProgress?: ((what: string, done: number, of: number) => void) | undefined;
  /** Told of every check when it is made, behind its findings. */
  readonly onChecked?: ((name: string) => void) | undefined;
  /** Told what was seen, before the first check. */
  readonly onSeen?: ((observed: Observations, training: Observations | undefined) => void) | undefined;
}

/**
 * What is wrong with a network and its data: findings as they come, of which `byImportance` puts the most important first. Throws as
 * `probe` does.
 *
 * @example
 * const { pictures: labelled } = await openLabelled("photos", { classes: 10 });
 * for await (const { severity, title } of diagnose(model, labelled)) console.log(severity, title);
 */
export async function* diagnose(
  model: LoadedModel,
  dataset: LabelledPictures,
  { train, only, from, signal, onProgress, onChecked, onSeen, ...options }: DiagnoseOptions = {},
): AsyncGenerator<Finding, void> {
  const look = (source: LabelledPictures, what: string, hasUnits: boolean, before: Observations | undefined) =>
    observe(model, source, options, {
      signal,
      hasUnits,
      from: before,
      onPicture: (seen) => onProgress?.(what, seen, source.names.length),
    });
  const observed = await look(dataset, "looking at pictures", true, from?.observed);
  const training = train && (await look(train, "looking at pictures to train with", false, from?.training));
  onSeen?.(observed, training);
  if (observed.names.length === 0 || signal?.aborted) return;
  const known = new Set(observed.labels.filter((label) => label !== null));
  const asker = await openAsker(model, options, batchFor(observed.shape));
  const context: CheckContext = {
    model,
    options,
    observed,
    source: dataset,
    training,
    labels: options.labels ?? model.labels,
    asker,
    signal,
  };
  try {
    const made = checks.filter(
      ({ name, needsLabels }) => (!needsLabels || known.size >= 2) && (only?.includes(name) ?? true),
    );
    for (const [i, check] of made.entries()) {
      if (signal?.aborted) return;
      onProgress?.(check.name, i, made.length);
      const onShare = (share: number) => onProgress?.(`${check.name}, ${Math.round(100 * share)} %,`, i, made.length);
      yield* await check.find({ ...context, onShare });
      onChecked?.(check.name);
    }
  } catch (error) {
    if (!signal?.aborted || error !== signal.reason) throw error;
  } finally {
    await asker.release();
  }
}
