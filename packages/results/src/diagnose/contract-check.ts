import { formatPercent } from "../pages/format.js";
import { contractOfRange, type Contract } from "@xstar/core";
import { accuracyOf, openAsker } from "./ask.js";
import type { Check } from "./check.js";
import { apart } from "./statistics.js";

/** How pictures usually go in. */
function usual(
  contract: Contract | undefined,
  channels: number,
): readonly { readonly name: string; readonly flags: string; readonly contract: Partial<Contract> }[] {
  const own = contract ?? { mean: [0], std: [1] };
  const swapped = own.order === "BGR" ? "RGB" : "BGR";
  return [
    { name: "values from 0 to 1", flags: "--input-range 0,1", contract: contractOfRange(0, 1) },
    { name: "values from -1 to 1", flags: "--input-range -1,1", contract: contractOfRange(-1, 1) },
    { name: "values from 0 to 255", flags: "--input-range 0,255", contract: contractOfRange(0, 255) },
    // std may not be negative: white and black are exchanged in the pictures instead
    { name: "black and white exchanged", flags: "inverted pictures", contract: {} },
    ...(channels === 3
      ? [
          {
            name: "the mean and deviation of ImageNet",
            flags: "--mean 0.485,0.456,0.406 --std 0.229,0.224,0.225",
            contract: { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] },
          },
          {
            name: "values from 0 to 255 less the mean of ImageNet",
            flags: "--mean 0.481,0.458,0.408 --std 0.003922",
            contract: { mean: [0.481, 0.458, 0.408], std: [1 / 255], order: "RGB" as const },
          },
          {
            name: "Caffe's way: blue first, values from 0 to 255 less the mean of ImageNet",
            flags: "--order BGR --mean 0.408,0.458,0.481 --std 0.003922",
            contract: { mean: [0.408, 0.458, 0.481], std: [1 / 255], order: "BGR" as const },
          },
          {
            name: `the colours in the order ${swapped}`,
            flags: `--order ${swapped}`,
            contract: { order: swapped as "BGR" },
          },
        ]
      : [
          {
            name: "the mean and deviation of MNIST",
            flags: "--mean 0.1307 --std 0.3081",
            contract: { mean: [0.1307], std: [0.3081] },
          },
        ]),
  ];
}

/** Whether the network would be better if pictures went in another way. */
export const contract: Check = {
  name: "contract",
  needsLabels: true,
  async find({ model, options, observed, asker }) {
    const { sample, shape } = observed;
    if (sample.length < 20) return [];
    const labels = sample.map(({ label }) => label);
    const pictures = sample.map(({ picture }) => picture);
    const now = accuracyOf(await asker.ask(pictures), labels);
    const given = options.contract === undefined ? model.contract : (options.contract ?? undefined);
    const rows: { name: string; flags: string; accuracy: number }[] = [];
    for (const { name, flags, contract: changed } of usual(given, shape[0]!)) {
      const isInverted = name.startsWith("black");
      const other = await openAsker(model, { ...options, contract: { mean: [0], std: [1], ...given, ...changed } }, 64);
      try {
        const shown = isInverted ? pictures.map((picture) => picture.map((x) => 1 - x)) : pictures;
        rows.push({ name, flags, accuracy: accuracyOf(await other.ask(shown), labels) });
      } finally {
        await other.release();
      }
    }
    const best = rows.toSorted((a, b) => b.accuracy - a.accuracy)[0]!;
    const n = labels.length;
    const isBetter = best.accuracy - now > 0.1 && apart(best.accuracy * n, n, now * n, n) > 3;
    return [
      {
        check: "contract",
        severity: isBetter ? "serious" : "fine",
        title: isBetter
          ? `Pictures go in wrongly: with ${best.name} it gets ${formatPercent(best.accuracy)} right instead of ${formatPercent(now)}`
          : `Pictures go in as the network wants them: no other usual way is better`,
        detail: `${n} pictures were shown in the usual ways, one after the other.`,
        advice: isBetter
          ? `${
              best.flags.startsWith("--")
                ? `Give ${best.flags}, or write it into the model's contract file,`
                : "Exchange black and white before pictures go in,"
            } and diagnose again: everything else here was seen with pictures that go in wrongly`
          : undefined,
        numbers: { now, best: best.accuracy },
        table: {
          columns: ["Pictures go in with", "Right"],
          rows: [["as now", formatPercent(now)], ...rows.map(({ name, accuracy }) => [name, formatPercent(accuracy)])],
        },
      },
    ];
  },
};
