import { alikeIn } from "./alike.js";
import { nameOfClass } from "../pages/explain-words.js";
import { formatPercent } from "../pages/format.js";
import { counted, judged, shown, type Check, type CheckContext } from "./check.js";
import type { Finding, FoundPicture } from "./finding.js";
import type { Observations } from "./observe.js";
import { apart } from "./statistics.js";

const mostPictures = 100;

/** A picture that the network holds for something else than its label says. */
export interface Suspect {
  readonly at: number;
  /** Probability of the label less that of the class that is likeliest: the lower, the more suspect. */
  readonly margin: number;
  /** Whether it passes the threshold of confident learning. */
  readonly isConfident: boolean;
}

/**
 * Pictures that are likely labelled wrongly, the most suspect first: confident learning (Northcutt et al., 2021), by which a class is
 * believed where its probability is above its mean over the pictures that are labelled so.
 */
export function suspectsIn(observed: Observations): Suspect[] {
  const all = judged(observed);
  const sums = new Map<number, { sum: number; count: number }>();
  for (const { at, label } of all) {
    const known = sums.get(label) ?? { sum: 0, count: 0 };
    sums.set(label, { sum: known.sum + observed.own[at]!, count: known.count + 1 });
  }
  const threshold = (label: number) => {
    const { sum, count } = sums.get(label) ?? { sum: 0, count: 0 };
    return count === 0 ? 1 : sum / count;
  };
  return all
    .map(({ at, isRight }) => ({
      at,
      margin: observed.own[at]! - observed.confidence[at]!,
      isConfident: !isRight && observed.confidence[at]! >= threshold(observed.predicted[at]!),
    }))
    .filter(({ margin }) => margin < 0)
    .toSorted((a, b) => a.margin - b.margin || a.at - b.at);
}

/** Above this share of confident suspects, and more than among unseen pictures, labels are likely swapped. */
const mostSuspects = 0.02;

export const labelErrors: Check = {
  name: "labelErrors",
  needsLabels: true,
  find({ observed, training, labels }) {
    const unseen = suspectsIn(observed).filter(({ isConfident }) => isConfident).length;
    const ofUnseen = judged(observed).length;
    return [{ set: observed, isTraining: false }, ...(training ? [{ set: training, isTraining: true }] : [])].flatMap(
      ({ set, isTraining }): Finding[] => {
        const suspects = suspectsIn(set);
        const sure = suspects.filter(({ isConfident }) => isConfident);
        if (sure.length === 0) return [];
        const count = judged(set).length;
        const share = sure.length / count;
        // a network disagrees less with labels that it was trained with, unless they are wrong
        const isMany = isTraining && share > mostSuspects && apart(sure.length, count, unseen, ofUnseen) > 2;
        const where = isTraining ? "the pictures to train with" : "the pictures";
        return [
          {
            check: "labelErrors",
            severity: isMany ? "warning" : "note",
            title: `${counted(sure.length, "label")} of ${where} ${sure.length === 1 ? "is" : "are"} likely wrong (${formatPercent(share)})`,
            detail:
              "The network is surer of another class there than it usually is of that class (confident learning). The most suspect come first; some of them are errors of the network instead.",
            advice: "Look at them, most suspect first, and mend the labels that are wrong",
            numbers: { suspects: sure.length, share, ofTraining: Number(isTraining) },
            pictures: suspects.slice(0, mostPictures).map(({ at }) => shown(set, at, labels, isTraining)),
          },
        ];
      },
    );
  },
};

interface Twins {
  readonly first: FoundPicture;
  readonly second: FoundPicture;
  readonly differ: boolean;
}

/** Mean difference of small grey copies (of 255) up to which two pictures are nearly the same. */
const nearly = 1.5;

/** Pictures of `second` that are in `first` too, exactly or nearly; of one set with itself each pair once. */
function twinsBetween(
  first: Observations,
  second: Observations,
  labels: readonly string[] | undefined,
  [isFirstTraining, isSecondTraining]: readonly [boolean, boolean],
): Twins[] {
  const isSame = first === second;
  const buckets = new Map<string, number[]>();
  const keysOf = ({ prints }: Observations, at: number) => [`=${prints.hashes[at]}`, ...coarseKeys(prints.copies[at]!)];
  first.names.forEach((_, at) => {
    for (const key of keysOf(first, at)) buckets.set(key, [...(buckets.get(key) ?? []).slice(0, 50), at]);
  });
  const alike = alikeIn(first, second);
  return second.names.flatMap((_, at) => {
    const copy = second.prints.copies[at]!;
    const candidates = new Set(keysOf(second, at).flatMap((key) => buckets.get(key) ?? []));
    const twin = [...candidates].find((other) => {
      if (isSame && other >= at) return false;
      const isExact = first.prints.hashes[other] === second.prints.hashes[at];
      return isExact || difference(first.prints.copies[other]!, copy) <= nearly;
    });
    const other = twin ?? alike.get(at);
    if (other === undefined) return [];
    return [
      {
        first: shown(first, other, labels, isFirstTraining),
        second: shown(second, at, labels, isSecondTraining),
        differ: first.labels[other] !== second.labels[at],
      },
    ];
  });
}

/** Two coarse descriptions of a copy: pictures that are nearly the same share at least one of them most often. */
function coarseKeys(copy: Uint8Array): string[] {
  return [0, 16].map((shift) => `${shift}:${Array.from(copy, (x) => (x + shift) >> 5).join("")}`);
}

const difference = (a: Uint8Array, b: Uint8Array) => a.reduce((sum, x, i) => sum + Math.abs(x - b[i]!), 0) / a.length;

export const duplicates: Check = {
  name: "duplicates",
  needsLabels: false,
  find({ observed, training, labels }) {
    const findings: Finding[] = [];
    const tell = (twins: readonly Twins[], count: number, kind: "leak" | "twins") => {
      if (twins.length === 0) return;
      const share = twins.length / count;
      const isLeak = kind === "leak";
      const differ = twins.filter((one) => one.differ).length;
      findings.push({
        check: isLeak ? "leak" : "duplicates",
        severity: isLeak ? (share > 0.005 ? "serious" : "warning") : share > 0.01 ? "warning" : "note",
        title: isLeak
          ? `${counted(twins.length, "picture")} (${formatPercent(share)}) ${twins.length === 1 ? "is" : "are"} among those to train with, too`
          : `${counted(twins.length, "picture")} (${formatPercent(share)}) ${twins.length === 1 ? "is" : "are"} there twice`,
        detail: `Compared were all pixels, small grey copies for those that were saved again, and what the network makes of them for those that were cut, where it knows 100 classes or more.${differ > 0 ? ` ${differ} of the pairs have different labels.` : ""}${isLeak ? " What the network has learned by heart makes its accuracy look better than it is." : ""}`,
        advice: isLeak ? "Take them out of one of the sets, and measure again" : "Keep one of each",
        numbers: { pairs: twins.length, share, differentLabels: differ },
        pictures: twins.slice(0, 12).flatMap(({ first, second }) => [first, second]),
      });
    };
    tell(twinsBetween(observed, observed, labels, [false, false]), observed.names.length, "twins");
    if (training) {
      tell(twinsBetween(training, observed, labels, [true, false]), observed.names.length, "leak");
      tell(twinsBetween(training, training, labels, [true, true]), training.names.length, "twins");
    }
    return findings;
  },
};

/** The largest class has so many times the pictures of the smallest. */
const unbalanced = 5;

export const balance: Check = {
  name: "balance",
  needsLabels: true,
  find({ observed, training, labels }: CheckContext) {
    const set = training ?? observed;
    const counts = new Map<number, number>();
    for (const label of set.labels) if (label !== null) counts.set(label, (counts.get(label) ?? 0) + 1);
    const sorted = [...counts].toSorted((a, b) => a[1] - b[1]);
    if (sorted.length < 2) return [];
    const [few, many] = [sorted[0]!, sorted.at(-1)!];
    const ratio = many[1] / few[1];
    const absent = training
      ? [...new Set(observed.labels)].filter((label) => label !== null && !counts.has(label))
      : [];
    const findings: Finding[] = absent.map((label) => ({
      check: "absentClass",
      severity: "serious",
      title: `No picture to train with shows ${nameOfClass(label!, labels)}`,
      detail: "The class is among the pictures to look at, but the network has never seen it.",
      advice: "Give pictures of it to train with",
      numbers: { class: label! },
    }));
    if (ratio > unbalanced) {
      findings.push({
        check: "balance",
        severity: "warning",
        title: `${nameOfClass(many[0], labels)} has ${ratio.toFixed(1)} times the pictures of ${nameOfClass(few[0], labels)}`,
        detail:
          "Networks guess what they have seen often. Accuracy over all pictures hides how the small classes fare.",
        advice: "Give more pictures of the small classes, or count them more in training",
        numbers: { ratio, least: few[1], most: many[1] },
      });
    }
    return findings;
  },
};
