import type { LoadedModel, ProbeOptions } from "@xstar/core";
import { nameOfClass } from "../pages/explain-words.js";
import { formatPercent } from "../pages/format.js";
import type { PictureSource } from "../measure/source.js";
import type { Asker } from "./ask.js";
import type { Finding, FoundPicture } from "./finding.js";
import type { Observations } from "./observe.js";

/** What a check may look at. */
export interface CheckContext {
  readonly model: LoadedModel;
  readonly options: ProbeOptions;
  readonly observed: Observations;
  /** Where the pictures that were observed come from. */
  readonly source: PictureSource;
  /** The pictures that the network was trained with, where they are given. */
  readonly training: Observations | undefined;
  readonly labels: readonly string[] | undefined;
  readonly asker: Asker;
  readonly signal?: AbortSignal | undefined;
  /** Told which share of a check that takes long is done. */
  readonly onShare?: ((share: number) => void) | undefined;
}

/** One kind of fault that is looked for. */
export interface Check {
  readonly name: string;
  /** Whether it compares answers with labels. */
  readonly needsLabels: boolean;
  find(context: CheckContext): Promise<readonly Finding[]> | readonly Finding[];
}

/** Places of labelled pictures, with whether each is taken for what it is. */
export function judged({
  labels,
  predicted,
}: Observations): { readonly at: number; readonly label: number; readonly isRight: boolean }[] {
  return labels.flatMap((label, at) => (label === null ? [] : [{ at, label, isRight: predicted[at] === label }]));
}

/** A picture with what it is labelled and taken for. */
export function shown(
  observed: Observations,
  at: number,
  labels: readonly string[] | undefined,
  isTraining = false,
): FoundPicture {
  const { index, names, labels: own, predicted, confidence } = observed;
  const label = own[at];
  const taken = `taken for ${nameOfClass(predicted[at]!, labels)} (${formatPercent(confidence[at]!)})`;
  return {
    index: index[at]!,
    name: names[at]!,
    caption: label === null || label === undefined ? taken : `labelled ${nameOfClass(label, labels)}, ${taken}`,
    ...(isTraining && { isTraining }),
  };
}

/** `3 pictures`, `1 picture`. */
export const counted = (count: number, one: string, several = `${one}s`): string =>
  `${count.toLocaleString("en")} ${count === 1 ? one : several}`;
