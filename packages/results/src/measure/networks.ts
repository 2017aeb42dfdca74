import type { LoadedModel, MaximizeOptions, ProbeOptions } from "@xstar/core";
import type { SecondNetwork } from "./measure-pictures.js";

/** The networks of an ascent, as those who look at its pictures see them. */
export interface Networks {
  /** How the first one sees pictures, without their size: those of a data set have their own. */
  readonly own: Omit<ProbeOptions, "batch">;
  readonly others: Readonly<Record<string, SecondNetwork>>;
}

/** What of an ascent counts for looking at its pictures: its options, and the names that the model has for its classes. */
export function networksOf(model: Pick<LoadedModel, "labels">, options: MaximizeOptions): Networks {
  const { contract, inputs, shapes, logits, models = {}, images, definitions, vocabulary } = options;
  const labels = options.labels ?? model.labels;
  const hasImages = images && Object.keys(images).length > 0;
  const given = {
    contract,
    inputs,
    shapes,
    logits,
    models,
    labels,
    definitions,
    vocabulary,
    ...(hasImages && { images }),
  };
  return {
    own: Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
    others: Object.fromEntries(Object.entries(models).map(([name, one]) => [name, asSecond(one, labels)])),
  };
}

/** Where both networks name their classes, it is the name that counts. */
function asSecond(
  { model, labels: there, ...options }: NonNullable<MaximizeOptions["models"]>[string],
  here: readonly string[] | undefined,
): SecondNetwork {
  if (!here?.length || !there) return { model, options };
  const classFor = (index: number) => {
    const found = there.indexOf(here[index] ?? "");
    return found < 0 ? undefined : found;
  };
  return { model, options, classFor };
}
