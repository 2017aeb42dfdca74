import { createRng } from "@xstar/core";
import { kMeans } from "../measure/k-means.js";
import { stacked } from "../measure/rows.js";
import { nameOfClass } from "../pages/explain-words.js";
import { formatPercent } from "../pages/format.js";
import { judged, shown, type Check, type CheckContext } from "./check.js";
import type { Finding } from "./finding.js";
import { printSide } from "./prints.js";
import { apart } from "./statistics.js";

/** Of how many pictures a group is at least, how much less of it is right, and by how many standard errors. */
const extremes = { fewest: 30, less: 0.1, errors: 5 };
const alike = { fewest: 15, less: 0.25, errors: 8 };
/** Of pictures that look alike there are about so many in a group; so many groups, and pictures, are looked at, at most. */
const [ofAlike, mostGroups, mostAlike] = [40, 100, 10_000];

type Judged = ReturnType<typeof judged>;

/** Small groups of pictures that the network is worse with: very dark, bright or pale ones, and ones that look alike. */
export const groups: Check = {
  name: "groups",
  needsLabels: true,
  find(context) {
    const all = judged(context.observed);
    if (all.length < 10 * extremes.fewest) return [];
    const found = [...extremeGroups(context, all)];
    const known = new Set(found.flatMap(({ members }) => members.map(({ at }) => at)));
    const further = [...groupsAlike(context, all)].filter(
      ({ members }) => 2 * members.filter(({ at }) => known.has(at)).length < members.length,
    );
    return [...found, ...further].map(({ finding }) => finding);
  },
};

interface WeakGroup {
  readonly members: Judged;
  readonly finding: Finding;
}

function* extremeGroups(context: CheckContext, all: Judged): Generator<WeakGroup> {
  const { prints } = context.observed;
  for (const [what, values, words] of [
    ["brightness", prints.brightness, ["darkest", "brightest"]],
    ["contrast", prints.contrast, ["palest", "richest in contrast"]],
  ] as const) {
    const sorted = all.toSorted((a, b) => values[a.at]! - values[b.at]!);
    const count = Math.max(extremes.fewest, Math.floor(all.length / 20));
    for (const [side, members] of [sorted.slice(0, count), sorted.slice(-count)].entries()) {
      const text = {
        title: `The ${words[side]} pictures`,
        detail: `the ${count} pictures of the ${side === 0 ? "lowest" : "highest"} ${what}`,
        advice: `Train with more pictures like these, or change the ${what} at random while training`,
      };
      const finding = weakGroup(context, all, members, extremes, text);
      if (finding) yield { members, finding };
    }
  }
}

/** Groups by small grey copies, less what the pictures of a class look like in the mean: by what else they show. */
function* groupsAlike(context: CheckContext, every: Judged): Generator<WeakGroup> {
  const { observed, labels } = context;
  const width = printSide * printSide;
  const all = evenly(every, mostAlike);
  const count = Math.min(mostGroups, Math.floor(all.length / ofAlike));
  const rows = stacked(
    withoutClasses(all.map(({ at, label }) => ({ label, copy: observed.prints.copies[at]! }))),
    width,
  );
  const { of } = kMeans(rows, count, createRng(0).split("groups"));
  for (let group = 0; group < count; group++) {
    const members = all.filter((_, i) => of[i] === group);
    if (members.length < alike.fewest) continue;
    const classes = [...new Set(members.map(({ label }) => label))];
    // errors of one class are told of that class
    if (classes.length === 1) continue;
    const names = classes.slice(0, 5).map((one) => nameOfClass(one, labels));
    const words = {
      title: `${members.length} pictures that look alike`,
      detail: `${members.length} pictures that are alike beyond their class (of ${names.join(", ")}${classes.length > 5 ? " and others" : ""})`,
      advice: "See what these pictures have in common, and train with more of them",
    };
    const finding = weakGroup(context, all, members, alike, words);
    if (finding) yield { members, finding };
  }
}

/** So many of a list at most, evenly from all of it. */
const evenly = <T>(all: readonly T[], most: number): T[] =>
  all.length <= most ? [...all] : Array.from({ length: most }, (_, i) => all[Math.floor((i * all.length) / most)]!);

/** Copies less the mean of those of their class, at length 1: how pale they are is not compared. */
function withoutClasses(all: readonly { readonly label: number; readonly copy: Uint8Array }[]): Float32Array[] {
  const sums = new Map<number, { readonly sum: Float64Array; count: number }>();
  for (const { label, copy } of all) {
    const known = sums.get(label) ?? { sum: new Float64Array(copy.length), count: 0 };
    copy.forEach((x, i) => (known.sum[i]! += x));
    known.count++;
    sums.set(label, known);
  }
  return all.map(({ label, copy }) => {
    const { sum, count } = sums.get(label)!;
    const rest = Float32Array.from(copy, (x, i) => x - sum[i]! / count);
    const length = Math.hypot(...rest) || 1;
    return rest.map((x) => x / length);
  });
}

function weakGroup(
  { observed, labels }: CheckContext,
  all: Judged,
  members: Judged,
  { less, errors }: typeof extremes,
  words: { readonly title: string; readonly detail: string; readonly advice: string },
): Finding | undefined {
  const wrong = members.filter(({ isRight }) => !isRight);
  const right = members.length - wrong.length;
  const rest = all.length - members.length;
  const others = all.filter(({ isRight }) => isRight).length - right;
  const [accuracy, ofOthers] = [right / members.length, others / rest];
  if (ofOthers - accuracy < less || apart(others, rest, right, members.length) < errors) return undefined;
  return {
    check: "weakGroup",
    severity: accuracy < 0.5 ? "serious" : "warning",
    title: `${words.title} are far weaker: ${formatPercent(accuracy)} right, where the others have ${formatPercent(ofOthers)}`,
    detail: `Of ${words.detail} ${right} are right. Most often such pictures were missing in training.`,
    advice: words.advice,
    numbers: { accuracy, others: ofOthers, pictures: members.length },
    pictures: wrong.slice(0, 12).map(({ at }) => shown(observed, at, labels)),
  };
}
