import { probe, XstarError } from "@xstar/core";
import { formatNumber } from "../pages/format.js";
import { batchFor, rowsOf, stacked } from "./ask.js";
import { counted, type Check, type CheckContext } from "./check.js";

/** Pictures that are looked at, those that are needed, and those of one run. */
const [most, fewest, perRun] = [64, 20, 16];
/** A layer counts for nothing below this share of what the layer nearest to the scores counts. */
const least = 1e-3;

/** Whether the scores depend on all layers: where the gradient vanishes, nothing in front of it can learn. */
export const vanishing: Check = {
  name: "vanishing",
  needsLabels: true,
  async find(context) {
    const layers = context.observed.units.map(({ layer }) => layer);
    const pictures = context.observed.sample.slice(0, most).map(({ picture }) => picture);
    if (layers.length < 2 || pictures.length < fewest) return [];
    const sums = await weightsOf(context, layers, pictures);
    const last = sums?.findLast((sum) => sum > 0);
    if (!sums || last === undefined) return [];
    const shares = layers.map((layer, i) => ({ layer, share: sums[i]! / last }));
    const gone = shares.filter(({ share }) => share < least);
    const nearest = gone.at(-1);
    return [
      {
        check: "vanishing",
        severity: nearest ? "warning" : "fine",
        title: nearest
          ? `The gradient vanishes: ${counted(gone.length, "layer")} up to ${nearest.layer} hardly ${gone.length === 1 ? "counts" : "count"} for the scores`
          : "The scores depend on every layer: the gradient vanishes nowhere",
        detail: `For ${pictures.length} pictures, what every unit answers was multiplied with the gradient of the score of the likeliest class. The table has the sum for each layer, where that of ${layers.at(-1)} is 1.`,
        advice: nearest
          ? "What lies in front of it does not learn: take ReLU in the place of sigmoids, normalize between layers, lead connections around them, or begin with other random weights"
          : undefined,
        numbers: { layers: layers.length, vanished: gone.length, least: Math.min(...shares.map(({ share }) => share)) },
        table: {
          columns: ["Layer", "Counts for the scores"],
          rows: shares.map(({ layer, share }) => [layer, formatNumber(share, 2)]),
        },
      },
    ];
  },
};

/** The sum of activation times gradient over the units of each layer; undefined where the network has no gradient. */
async function weightsOf(
  { model, options, observed, signal }: CheckContext,
  layers: readonly string[],
  pictures: readonly Float32Array[],
): Promise<number[] | undefined> {
  const batch = Math.min(perRun, batchFor(observed.shape));
  const opened = await probe(model, { ...options, batch }, ({ op, logits, contributions }) => {
    const score = op.reduceMax(logits(), [1]);
    return Object.fromEntries(contributions(score, layers).map(({ added }, i) => [String(i), added]));
  }).catch((error: unknown) => {
    if (XstarError.is(error) && ["bad-argument", "missing-vjp-rule"].includes(error.code)) return;
    throw error;
  });
  if (!opened) return undefined;
  try {
    const sums = layers.map(() => 0);
    const [together] = opened.shape as [number];
    for (let from = 0; from < pictures.length; from += together) {
      signal?.throwIfAborted();
      const some = pictures.slice(from, from + together);
      const values = await opened.run(stacked(some, opened.shape));
      layers.forEach((_, i) => {
        for (const row of rowsOf(values[i]!).slice(0, some.length))
          sums[i]! += row.reduce((sum, x) => sum + Math.abs(x), 0);
      });
    }
    return sums;
  } finally {
    await opened.release();
  }
}
