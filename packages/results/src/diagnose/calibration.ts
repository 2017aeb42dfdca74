import { formatNumber, formatPercent } from "../pages/format.js";
import { createRng } from "@xstar/core";
import { judged, type Check } from "./check.js";
import { binsOf, calibrationError, surpriseOf, temperatureOf } from "./statistics.js";

const fewest = 50;
const draws = 100;
/** Twice the gain in log likelihood of one free number that chance alone gives once in a thousand times (chi squared). */
const beyondChance = 10.8;

/** Whether the network is right as often as it is sure. */
export const calibration: Check = {
  name: "calibration",
  needsLabels: true,
  find({ observed }) {
    const all = judged(observed);
    if (all.length < fewest) return [];
    const confidence = all.map(({ at }) => observed.confidence[at]!);
    const isRight = all.map((one) => Number(one.isRight));
    const bins = binsOf(confidence, isRight);
    const error = calibrationError(bins);
    const rng = createRng(0).split("calibration");
    const drawn = Array.from({ length: draws }, () => {
      const some = confidence.map(() => rng.int(confidence.length));
      return calibrationError(
        binsOf(
          some.map((i) => confidence[i]!),
          some.map((i) => isRight[i]!),
        ),
      );
    }).toSorted((a, b) => a - b);
    const [low, high] = [drawn[2]!, drawn[97]!];
    const held = all.filter(({ at }) => observed.logits.has(at));
    const logits = held.map(({ at }) => observed.logits.get(at)!);
    const labels = held.map(({ label }) => label);
    const temperature = temperatureOf(logits, labels);
    const gain = surpriseOf(logits, labels, 1) - surpriseOf(logits, labels, temperature);
    const mean = (x: readonly number[]) => x.reduce((a, b) => a + b) / x.length;
    const [sure, right] = [mean(confidence), mean(isRight)];
    const isOver = temperature > 1;
    // scores that are far too large count even where nearly all is right, and a scale that is nearly right does not
    const isFar = temperature > 2 || (low > 0.02 && Math.abs(Math.log(temperature)) > Math.log(1.3));
    const isOff = isFar && 2 * gain > beyondChance;
    return [
      {
        check: "calibration",
        severity: isOff ? "warning" : "fine",
        title: isOff
          ? `Its confidence cannot be believed: it is ${isOver ? "surer" : "less sure"} than it should be (${formatPercent(sure)} sure, ${formatPercent(right)} right)`
          : `Its confidence can be believed: it is ${formatPercent(sure)} sure and ${formatPercent(right)} right`,
        detail: `The mean distance between how sure it is and how often it is then right is ${formatPercent(error)} (95 % interval ${formatPercent(low)} to ${formatPercent(high)}). Divided by ${formatNumber(temperature, 3)}, its scores would give the best probabilities.`,
        advice: isOff
          ? `Divide the scores before the softmax by ${formatNumber(temperature, 3)} (temperature scaling)`
          : undefined,
        numbers: { error, low, high, temperature, confidence: sure, accuracy: right },
        curve: {
          title: "How often it is right, by how sure it is",
          xLabel: "sure, %",
          yLabel: "right, %",
          series: [
            { name: "this network", points: bins.map((bin) => [100 * bin.confidence, 100 * bin.accuracy] as const) },
            {
              name: "as it should be",
              points: [
                [0, 0],
                [100, 100],
              ],
            },
          ],
        },
      },
    ];
  },
};
