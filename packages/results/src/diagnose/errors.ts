import { nameOfClass } from "../pages/explain-words.js";
import { formatPercent } from "../pages/format.js";
import { judged, shown, type Check } from "./check.js";
import type { Finding } from "./finding.js";
import { apart, wilson } from "./statistics.js";

const mostPictures = 24;

/** Where the network errs: how often, which class for which, and with which pictures. */
export const errors: Check = {
  name: "errors",
  needsLabels: true,
  find({ observed, labels }) {
    const all = judged(observed);
    const wrong = all.filter(({ isRight }) => !isRight);
    const right = all.length - wrong.length;
    const [low, high] = wilson(right, all.length);
    const classes = [...new Set(all.map(({ label }) => label))].sort((a, b) => a - b);
    const byClass = classes.map((label) => {
      const own = all.filter((one) => one.label === label);
      return { label, count: own.length, right: own.filter(({ isRight }) => isRight).length };
    });
    const accuracy = right / all.length;
    const name = (label: number) => nameOfClass(label, labels);
    const sorted = byClass.toSorted((a, b) => a.right / a.count - b.right / b.count);
    const [worst] = sorted as [(typeof sorted)[number]];
    const byConfidence = wrong.toSorted((a, b) => observed.confidence[b.at]! - observed.confidence[a.at]!);
    const chance = 1 / Math.max(2, classes.length);
    const findings: Finding[] = [
      {
        check: "errors",
        severity: high < Math.max(2 * chance, 0.5) ? "serious" : accuracy < 0.9 ? "warning" : "fine",
        title:
          wrong.length === 0
            ? `It gets all ${all.length.toLocaleString("en")} pictures right`
            : `It gets ${formatPercent(accuracy)} of ${all.length.toLocaleString("en")} pictures right, and errs most often with ${name(worst.label)} (${formatPercent(worst.right / worst.count)} right)`,
        detail: `With so many pictures the true share lies between ${formatPercent(low)} and ${formatPercent(high)} (95 % interval).${wrong.length > 0 ? " The pictures below are those that it was surest of and wrong." : ""}`,
        numbers: { accuracy, low, high, pictures: all.length, wrong: wrong.length },
        pictures: byConfidence.slice(0, mostPictures).map(({ at }) => shown(observed, at, labels)),
        table: {
          columns: ["Class", "Pictures", "Right", "95 % interval"],
          rows: sorted.map(({ label, count, right: own }) => {
            const [from, to] = wilson(own, count);
            return [
              name(label),
              String(count),
              formatPercent(own / count),
              `${formatPercent(from)} to ${formatPercent(to)}`,
            ];
          }),
        },
      },
    ];
    const pairs = new Map<string, { label: number; taken: number; pictures: number[] }>();
    for (const { at, label } of wrong) {
      const taken = observed.predicted[at]!;
      const known = pairs.get(`${label} ${taken}`) ?? { label, taken, pictures: [] };
      known.pictures.push(at);
      pairs.set(`${label} ${taken}`, known);
    }
    const most = [...pairs.values()].toSorted((a, b) => b.pictures.length - a.pictures.length).slice(0, 8);
    if (most.length > 0) {
      const [first] = most as [(typeof most)[number]];
      findings.push({
        check: "confusions",
        severity: "note",
        title: `It takes ${name(first.label)} for ${name(first.taken)} more often than any other pair (${first.pictures.length} of ${wrong.length} errors)`,
        detail:
          "The pairs of classes that are confused most, with how often. What sets them apart for the network is shown by the command in the advice.",
        advice: `xstar explain MODEL PICTURE "logit:${first.taken} - logit:${first.label}" shows why this and not that`,
        numbers: { errors: wrong.length, ofPair: first.pictures.length },
        pictures: most.flatMap(({ pictures }) => pictures.slice(0, 4)).map((at) => shown(observed, at, labels)),
        table: {
          columns: ["Labelled", "Taken for", "Pictures"],
          rows: most.map(({ label, taken, pictures }) => [name(label), name(taken), String(pictures.length)]),
        },
      });
    }
    const weak = byClass.filter(({ count, right: own }) => {
      const others = [right - own, all.length - count] as const;
      return count >= 10 && own / count < accuracy - 0.1 && apart(others[0], others[1], own, count) > 4;
    });
    for (const { label, count, right: own } of weak) {
      findings.push({
        check: "weakClass",
        severity: own / count < 0.5 * accuracy ? "serious" : "warning",
        title: `${name(label)} is far weaker than the other classes: ${formatPercent(own / count)} right, where the others have ${formatPercent((right - own) / (all.length - count))}`,
        detail: `Of ${count} pictures ${own} are right; chance alone does not explain the difference. Most often the class has too few, too uniform or wrongly labelled pictures to train with.`,
        advice: "Look at its pictures below, and give more of the kind that fails",
        numbers: { accuracy: own / count, others: (right - own) / (all.length - count), pictures: count },
        pictures: wrong
          .filter((one) => one.label === label)
          .slice(0, 12)
          .map(({ at }) => shown(observed, at, labels)),
      });
    }
    return findings;
  },
};
