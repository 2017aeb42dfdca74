import { formatNumber, formatPercent } from "../pages/format.js";
import { createRng } from "@xstar/core";
import { judged, type Check } from "./check.js";
import { binsOf, calibrationError, temperatureOf } from "./statistics.js";

const fewest = 50;
const draws = 100;

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
    const temperature = temperatureOf(
      held.map(({ at }) => observed.logits.get(at)!),
      held.map(({ label }) => label),
    );
    const mean = (x: readonly number[]) => x.reduce((a, b) => a + b) / x.length;
    const [sure, right] = [mean(confidence), mean(isRight)];
    const isOver = temperature > 1;
    // a scale that is off counts even where nearly all is right, and one that is nearly right does not
    const isOff =
      (low > 0.02 && Math.abs(Math.log(temperature)) > Math.log(1.3)) || Math.abs(Math.log(temperature)) > Math.log(2);
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
