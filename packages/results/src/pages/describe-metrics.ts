import type { ClassRank } from "../measure/class-rank.js";
import type { MetricName, PictureMetrics } from "../measure/picture-metrics.js";
import { formatNumber, formatPercent } from "./format.js";
import type { AscentMetrics } from "../measure/measure-ascent.js";
import { wordFor } from "./input-figures.js";

/** A metric in words. */
export interface MetricRow {
  readonly name: string;
  /** A dash where it is not known. */
  readonly value: string;
  /** What it is of, or why it is not known. */
  readonly note: string;
}

const unknown = "–";

/** Every metric of a picture, for a table. */
export function metricRows(picture: PictureMetrics, { images, layer }: Omit<AscentMetrics, "pictures">): MetricRow[] {
  const { activation, percentile, plausibility, recognition, transfer, spectrumSlope, missing } = picture;
  const row = <T>(name: string, metric: MetricName, value: T | undefined, words: (value: T) => [string, string]) => {
    if (value === undefined) return { name, value: unknown, note: missing[metric] ?? "" };
    const [text, note] = words(value);
    return { name, value: text, note };
  };
  const compared = images
    ? `of ${images.seen - images.skipped.length} ${wordFor(images.holds)}s in ${images.folder}`
    : "";
  return [
    row("Activation", "activation", activation, (x) => [
      formatNumber(x),
      "of the target alone: without transforms, penalties and what a recipe makes of it",
    ]),
    row("Percentile", "percentile", percentile, (x) => [formatPercent(x / 100), `${place(x)} ${compared}`]),
    row(`Nearest ${wordFor(images?.holds)}`, "plausibility", plausibility, ({ cosine, euclidean }) => {
      const { name, distance } = cosine ?? euclidean;
      const kind = cosine ? "cosine" : "Euclidean";
      return [formatNumber(distance, 3), `${kind} distance to ${name} in the means of ${layer}`];
    }),
    row("Rank of the class", "recognition", recognition, (x) => [String(x.rank), `${ofClasses(x)}, in this network`]),
    ...Object.entries(transfer ?? {}).map(([name, x]) => ({
      name: `Rank in ${name}`,
      value: String(x.rank),
      note: ofClasses(x),
    })),
    ...(transfer && !missing.transfer ? [] : [row("Rank elsewhere", "transfer", undefined, () => ["", ""])]),
    row("Spectrum slope", "spectrumSlope", spectrumSlope, (x) => [
      formatNumber(x, 3),
      `photographs have ${photographSlopes}, white noise 0`,
    ]),
  ];
}

/** Of 135 photographs of natural scenes (Tolhurst, Tadmor and Chao, 1992). */
const photographSlopes = "−0.8 to −1.5";

/** The metrics of a picture that are known, in one line. */
export function metricLine(picture: PictureMetrics, { images }: Omit<AscentMetrics, "pictures">): string {
  const { activation, percentile, plausibility, recognition, transfer = {}, spectrumSlope } = picture;
  const read = images ? images.seen - images.skipped.length : 0;
  const compared = percentile === undefined ? "" : ` (${place(percentile)} of ${read} ${wordFor(images?.holds)}s)`;
  const nearest = plausibility?.cosine ?? plausibility?.euclidean;
  const facts = [
    activation !== undefined && `the target alone, without transforms, ${formatNumber(activation)}${compared}`,
    recognition && `class ${recognition.class} has rank ${recognition.rank} of ${recognition.of}`,
    ...Object.entries(transfer).map(([name, { rank, of }]) => `in ${name} ${rank} of ${of}`),
    nearest &&
      `nearest ${nearest.name} (${plausibility?.cosine ? "cosine" : "distance"} ${formatNumber(nearest.distance, 3)})`,
    spectrumSlope !== undefined && `spectrum slope ${formatNumber(spectrumSlope, 3)}`,
  ];
  return facts.filter(Boolean).join(", ");
}

function place(percentile: number): string {
  if (percentile === 100) return "above all";
  if (percentile === 0) return "below all";
  return `above ${formatPercent(percentile / 100)}`;
}

function ofClasses({ class: index, of, probability }: ClassRank): string {
  return `class ${index} among ${of}, ${formatPercent(probability)} likely`;
}
