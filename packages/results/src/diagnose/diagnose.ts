import type { LoadedModel, ProbeOptions } from "@xstar/core";
import { batchFor, openAsker } from "./ask.js";
import { calibration } from "./calibration.js";
import type { Check, CheckContext } from "./check.js";
import { contract } from "./contract-check.js";
import { batches, robustness } from "./corruptions.js";
import { balance, duplicates, labelErrors } from "./data-checks.js";
import { errors } from "./errors.js";
import type { Finding, LabelledPictures } from "./finding.js";
import { groups } from "./groups.js";
import { border, cues, tint } from "./interventions.js";
import { observe, type Observations } from "./observe.js";
import { units } from "./units-check.js";

/** Every check, in the order in which they are made: those that look at answers first, then the experiments. */
export const checks: readonly Check[] = [
  errors,
  contract,
  calibration,
  labelErrors,
  duplicates,
  balance,
  groups,
  units,
  batches,
  border,
  tint,
  cues,
  robustness,
];

/** How a network is diagnosed. */
export interface DiagnoseOptions extends Omit<ProbeOptions, "batch" | "hasOpacity"> {
  /** The pictures that the network was trained with. */
  readonly train?: LabelledPictures | undefined;
  /** Names of the checks to make, of `checks`. @default all */
  readonly only?: readonly string[] | undefined;
  /** Stops before the next check; what was found is kept. */
  readonly signal?: AbortSignal | undefined;
  /** Told how far the work is, in words. */
  readonly onProgress?: ((what: string, done: number, of: number) => void) | undefined;
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
  { train, only, signal, onProgress, onSeen, ...options }: DiagnoseOptions = {},
): AsyncGenerator<Finding, void> {
  const look = (source: LabelledPictures, what: string, hasUnits: boolean) =>
    observe(model, source, options, {
      signal,
      hasUnits,
      onPicture: (seen) => onProgress?.(what, seen, source.names.length),
    });
  const observed = await look(dataset, "looking at pictures", true);
  const training = train && (await look(train, "looking at pictures to train with", false));
  onSeen?.(observed, training);
  if (observed.names.length === 0) return;
  const known = new Set(observed.labels.filter((label) => label !== null));
  if (known.size < 2) yield missingLabels(known.size);
  const asker = await openAsker(model, options, batchFor(observed.shape));
  const context: CheckContext = {
    model,
    options,
    observed,
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
      yield* await check.find(context);
    }
  } finally {
    await asker.release();
  }
}

function missingLabels(classes: number): Finding {
  return {
    check: "labels",
    severity: "warning",
    title:
      classes === 0
        ? "The pictures have no classes, so nothing can be said about right and wrong"
        : "All pictures are of one class, so nothing can be said about right and wrong",
    detail:
      "What needs no classes was checked: pictures that are there twice, units that do nothing, whether answers depend on other pictures.",
    advice: "Give one folder for each class, or a CSV or JSONL file of paths and labels",
    numbers: { classes },
  };
}
