import { formatNumber } from "../pages/format.js";
import { counted, shown, type Check, type CheckContext } from "./check.js";
import type { Observations } from "./observe.js";

/** Pictures that the others are compared with, those that are needed, and those that are shown. */
const [mostCompared, fewest, mostShown] = [500, 50, 24];
/** So many robust deviations above the median a picture is an outlier. */
const unusual = 6;

/** Pictures that are like no other one: damaged, of something else, or rare. */
export const outliers: Check = {
  name: "outliers",
  needsLabels: false,
  find({ observed, training, labels }: CheckContext) {
    const others = training ?? observed;
    if (observed.names.length < fewest || others.names.length < fewest) return [];
    const distances = nearestDistances(observed, others);
    const sorted = distances.toSorted((a, b) => a - b);
    const median = sorted[sorted.length >> 1]!;
    const spread =
      1.4826 * distances.map((one) => Math.abs(one - median)).toSorted((a, b) => a - b)[sorted.length >> 1]!;
    const far = distances
      .map((distance, at) => ({ at, distance }))
      .filter(({ distance }) => spread > 0 && distance > median + unusual * spread)
      .toSorted((a, b) => b.distance - a.distance || a.at - b.at);
    if (far.length === 0) return [];
    return [
      {
        check: "outliers",
        severity: "note",
        title: `${counted(far.length, "picture")} ${far.length === 1 ? "is" : "are"} like no other one`,
        detail: `Small grey copies were compared with ${Math.min(mostCompared, others.names.length)} ${training ? "pictures to train with" : "others"}: the nearest one is ${formatNumber(median, 3)} of 255 away for half of the pictures, ${formatNumber(far[0]!.distance, 3)} for the first one below.`,
        advice: "Look at them: some are damaged or show something else, others are kinds of pictures that are rare",
        numbers: { pictures: far.length, farthest: far[0]!.distance, median },
        pictures: far.slice(0, mostShown).map(({ at }) => shown(observed, at, labels)),
      },
    ];
  },
};

/** Of each picture how far, in grey levels on average, the nearest of some others is. */
function nearestDistances(observed: Observations, others: Observations): number[] {
  const step = Math.max(1, others.names.length / mostCompared);
  const compared = Array.from({ length: Math.min(mostCompared, others.names.length) }, (_, i) => Math.floor(i * step));
  return observed.prints.copies.map((copy, at) => {
    let nearest = Infinity;
    for (const other of compared) {
      if (others === observed && other === at) continue;
      const beside = others.prints.copies[other]!;
      let sum = 0;
      for (let i = 0; i < copy.length && sum < nearest; i++) sum += Math.abs(copy[i]! - beside[i]!);
      nearest = Math.min(nearest, sum);
    }
    return nearest / copy.length;
  });
}
