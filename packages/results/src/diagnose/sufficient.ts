import { softmax } from "../measure/confidence.js";
import { formatPercent } from "../pages/format.js";
import { largestOf, type Asker } from "./ask.js";
import { shown, type Check } from "./check.js";
import type { FoundHeat } from "./finding.js";
import { meanOf } from "./regions.js";

/** Cells along a side that a picture is divided into, pictures that are tried, and the confidence that has to stay. */
const [cells, mostPictures, confident] = [12, 12, 0.9];
/** Share of the cells that are left which are taken away at once. */
const taken = 0.25;

/** Which cell a value of a picture [channels, height, width] lies in. */
function cellOf(at: number, [, height, width]: readonly number[]): number {
  const [y, x] = [Math.floor(at / width!) % height!, at % width!];
  return Math.floor((y * cells) / height!) * cells + Math.floor((x * cells) / width!);
}

/**
 * The cells that are enough: those that count least are taken away, again and again, as long as the confidence stays (backward selection of
 * Carter et al., 2019, by cells).
 */
async function enoughOf(
  asker: Asker,
  picture: Float32Array,
  mean: Float32Array,
  shape: readonly number[],
  target: number,
): Promise<Set<number>> {
  const of = Int32Array.from(picture, (_, at) => cellOf(at, shape));
  const masked = (kept: ReadonlySet<number>) => picture.map((x, at) => (kept.has(of[at]!) ? x : mean[at]!));
  const oddsOf = async (sets: readonly ReadonlySet<number>[]) =>
    (await asker.ask(sets.map(masked))).map((row) => softmax(row)[target]!);
  let kept: Set<number> = new Set(of);
  for (;;) {
    const each = [...kept];
    const odds = await oddsOf(each.map((one) => new Set(each.filter((other) => other !== one))));
    const byWorth = each.map((cell, i) => ({ cell, odds: odds[i]! })).toSorted((a, b) => b.odds - a.odds);
    let count = Math.max(1, Math.floor(taken * each.length));
    let next: Set<number> | undefined;
    for (; count >= 1 && !next; count = Math.floor(count / 2)) {
      const left = new Set(byWorth.slice(count).map(({ cell }) => cell));
      if ((await oddsOf([left]))[0]! >= confident) next = left;
    }
    if (!next || next.size === 0) return kept;
    kept = next;
  }
}

/** Up to this share of a picture an answer rests on next to nothing. */
const little = 0.05;

/** How much of a picture is enough for the network to be sure: where it is next to nothing, that is no picture of the class to a person. */
export const sufficient: Check = {
  name: "sufficient",
  needsLabels: true,
  async find({ observed, asker, labels, signal }) {
    const { sample, shape } = observed;
    const [, height, width] = shape as [number, number, number];
    if (sample.length < 20 || Math.min(height, width) < cells) return [];
    const mean = meanOf(sample.map(({ picture }) => picture));
    const answers = await asker.ask(sample.map(({ picture }) => picture));
    const [empty] = await asker.ask([mean]);
    // a class that is seen in the mean picture needs no pixel at all
    const sure = sample.filter(({ label }, i) => {
      const row = answers[i]!;
      return largestOf(row) === label && softmax(row)[label]! >= confident && softmax(empty!)[label]! < confident;
    });
    const step = Math.max(1, sure.length / mostPictures);
    const tried = sure.filter((_, i) => Math.floor(i / step) !== Math.floor((i - 1) / step)).slice(0, mostPictures);
    if (tried.length < 4) return [];
    const found: { at: number; share: number; heat: FoundHeat }[] = [];
    for (const { at, label, picture } of tried) {
      signal?.throwIfAborted();
      const kept = await enoughOf(asker, picture, mean, shape, label);
      const values = Array.from({ length: cells * cells }, (_, cell) => Number(kept.has(cell)));
      found.push({ at, share: kept.size / cells ** 2, heat: { height: cells, width: cells, values } });
    }
    const shares = found.map(({ share }) => share).toSorted((a, b) => a - b);
    const median = shares[shares.length >> 1]!;
    const isLittle = median <= little;
    return [
      {
        check: "sufficient",
        severity: isLittle ? "note" : "fine",
        title: isLittle
          ? `${formatPercent(median)} of a picture is enough for it to be sure`
          : `It needs ${formatPercent(median)} of a picture to be sure`,
        detail: `Of ${found.length} pictures of which it was sure, a ${cells} x ${cells} grid of parts was taken away, those that count least first and the mean picture in their place, as long as it was at least ${formatPercent(confident)} sure: half of the pictures needed no more than ${formatPercent(median)}. The parts that stay are warm below.`,
        advice: isLittle
          ? "Look at the parts: where a person would not know the class from them, train with parts of the pictures covered at random"
          : undefined,
        numbers: { median, least: shares[0]!, most: shares.at(-1)!, pictures: found.length },
        pictures: found.map(({ at, share, heat }) => {
          const one = shown(observed, at, labels);
          return { ...one, heat, caption: `${one.caption}; ${formatPercent(share)} is enough` };
        }),
      },
    ];
  },
};
