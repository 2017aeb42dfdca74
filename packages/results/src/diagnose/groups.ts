import { formatPercent } from "../pages/format.js";
import { judged, shown, type Check } from "./check.js";
import type { Finding } from "./finding.js";
import { apart } from "./statistics.js";

const fewest = 30;

/** Small groups of pictures that the network is worse with: very dark or bright ones, pale ones, of a class each. */
export const groups: Check = {
  name: "groups",
  needsLabels: true,
  find({ observed, labels }) {
    const all = judged(observed);
    if (all.length < 10 * fewest) return [];
    const findings: Finding[] = [];
    for (const [what, values, words] of [
      ["brightness", observed.prints.brightness, ["darkest", "brightest"]],
      ["contrast", observed.prints.contrast, ["palest", "richest in contrast"]],
    ] as const) {
      const sorted = all.toSorted((a, b) => values[a.at]! - values[b.at]!);
      const count = Math.max(fewest, Math.floor(all.length / 20));
      [sorted.slice(0, count), sorted.slice(-count)].forEach((group, side) => {
        const right = group.filter(({ isRight }) => isRight).length;
        const others = all.filter(({ isRight }) => isRight).length - right;
        const rest = all.length - count;
        if (others / rest - right / count < 0.1 || apart(others, rest, right, count) < 5) return;
        findings.push({
          check: "weakGroup",
          severity: right / count < 0.5 ? "serious" : "warning",
          title: `The ${words[side]} pictures are far weaker: ${formatPercent(right / count)} right, where the others have ${formatPercent(others / rest)}`,
          detail: `Of the ${count} pictures of the ${side === 0 ? "lowest" : "highest"} ${what} ${right} are right. Most often such pictures were missing in training.`,
          advice: `Train with more pictures like these, or change the ${what} at random while training`,
          numbers: { accuracy: right / count, others: others / rest, pictures: count },
          pictures: group
            .filter(({ isRight }) => !isRight)
            .slice(0, 12)
            .map(({ at }) => shown(observed, at, labels)),
        });
      });
    }
    return findings;
  },
};
