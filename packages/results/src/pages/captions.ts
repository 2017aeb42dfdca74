import type { SetMetrics } from "../measure/measure-set.js";
import type { DoneEntry, KnownMetrics } from "../record/manifest.js";
import { formatNumber, formatPercent } from "./format.js";

/** What the lines below pictures are, in a sentence. */
export function explainLines(entries: readonly DoneEntry[]): string {
  const has = (name: keyof KnownMetrics) => entries.some(({ metrics }) => metrics?.[name] !== undefined);
  const parts = [
    has("activation") && "its activation without transforms",
    has("percentile") && "the share of the real pictures that excite the target less",
    has("plausibility") && "how far the nearest of them is",
    has("recognition") && "the rank of its class",
    has("transfer") && "its rank in other networks",
    has("spectrumSlope") && "the slope of its spectrum (photographs have −0.8 to −1.5, white noise 0)",
    entries.some(({ tokens }) => tokens !== undefined) && "the nearest real tokens",
  ].filter((part) => typeof part === "string");
  return parts.length === 0 ? "" : `Below each: ${parts.join(", ")}.`;
}

/** What is known of a picture, in lines that are short enough to stand below a small one. */
export function describeEntry({ activation: maximized, metrics, tokens }: DoneEntry): string[] {
  const named = tokens === undefined ? [] : [tokens];
  if (!metrics) return [`${formatNumber(maximized.end)} as maximized`, ...named];
  const { activation, percentile, plausibility, recognition, transfer = {}, spectrumSlope } = metrics;
  const nearest = plausibility?.cosine ?? plausibility?.euclidean;
  const lines = [
    activation !== undefined && formatNumber(activation),
    percentile !== undefined && `above ${formatPercent(percentile / 100)}`,
    nearest && `nearest ${formatNumber(nearest.distance, 3)}`,
    recognition && `rank ${recognition.rank}`,
    ...Object.entries(transfer).map(([name, { rank }]) => `${name} ${rank}`),
    spectrumSlope !== undefined && `slope ${formatNumber(spectrumSlope, 3)}`,
  ];
  return [...lines.filter((line) => typeof line === "string"), ...named];
}

/** How different the pictures are, in a sentence. */
export function describeSet({ layer, diversity, missing }: SetMetrics): string {
  if (!diversity) return `Diversity is not known: ${missing.diversity}.`;
  const { cosine, euclidean } = diversity;
  const distances = [
    cosine !== undefined && `${formatNumber(cosine, 3)} (cosine)`,
    `${formatNumber(euclidean, 3)} (Euclidean)`,
  ];
  return `Diversity: two of them are ${distances.filter(Boolean).join(" or ")} apart on average, in the means of ${layer}.`;
}
