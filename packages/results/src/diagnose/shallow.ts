import { createRng } from "@xstar/core";
import { formatPercent } from "../pages/format.js";
import type { Check } from "./check.js";
import type { Finding } from "./finding.js";

/** Bins of a number, and pictures in each that are needed to say something. */
const [bins, perBin] = [20, 10];
/** So much of the way from guessing to certainty a single number has to go. */
const much = 0.3;

/** Whether a single number of a picture, its brightness, contrast or colour, tells the class: what is easy is learned first. */
export const shallow: Check = {
  name: "shallow",
  needsLabels: true,
  find({ observed, training }) {
    const { labels, prints } = training ?? observed;
    const all = labels.flatMap((label, at) => (label === null ? [] : [{ label, at }]));
    if (all.length < bins * perBin) return [];
    const chance = Math.max(...countsOf(all.map(({ label }) => label)).values()) / all.length;
    const colour = (channel: number) => prints.colours.map((one) => one[channel]! - (one[0] + one[1] + one[2]) / 3);
    const measures: Readonly<Record<string, readonly number[]>> = {
      brightness: prints.brightness,
      contrast: prints.contrast,
      "share of red": colour(0),
      "share of blue": colour(2),
    };
    return Object.entries(measures).flatMap(([what, values]): Finding[] => {
      const accuracy = accuracyBy(all.map(({ label, at }) => ({ label, value: values[at]! })));
      if (accuracy < chance + much * (1 - chance)) return [];
      return [
        {
          check: "shallow",
          severity: "note",
          title: `The ${what} alone tells the class of ${formatPercent(accuracy)} of the pictures, where guessing gives ${formatPercent(chance)}`,
          detail: `The ${what} of half of the pictures was sorted into ${bins} bins, and the others were given the class that is most frequent in theirs.`,
          advice: `Where the ${what} should not count, change it at random while training; whether the network goes by the shade of the background is tried above`,
          numbers: { accuracy, chance },
        },
      ];
    });
  },
};

function countsOf(labels: readonly number[]): Map<number, number> {
  const counts = new Map<number, number>();
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  return counts;
}

/** How often the class that is most frequent around a number, in one half of the pictures, is that of the other half. */
function accuracyBy(given: readonly { readonly label: number; readonly value: number }[]): number {
  const order = createRng(0).split("shallow").permutation(given.length);
  const all = Array.from(order, (i) => given[i]!);
  const sorted = all.slice(0, all.length >> 1).toSorted((a, b) => a.value - b.value);
  const edges = Array.from({ length: bins - 1 }, (_, k) => sorted[Math.floor(((k + 1) * sorted.length) / bins)]!.value);
  const binOf = (value: number) => edges.filter((edge) => value >= edge).length;
  const known = Array.from({ length: bins }, () => [] as number[]);
  for (const { label, value } of sorted) known[binOf(value)]!.push(label);
  const frequent = known.map((labels) => [...countsOf(labels)].toSorted((a, b) => b[1] - a[1])[0]?.[0]);
  const others = all.slice(all.length >> 1);
  return others.filter(({ label, value }) => frequent[binOf(value)] === label).length / others.length;
}
