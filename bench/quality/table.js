/** What bench:quality measured, as ratios and as a table. */
import { keyOf, targets } from "./targets.js";

/**
 * @typedef {object} Row
 * @property {string} target
 * @property {string} side torch, compiled, lucent, xstar
 * @property {number} seed
 * @property {number | null} steps null: as many as the command takes by itself
 * @property {number} threads
 * @property {number} seconds from the command to the written picture
 * @property {number} processor seconds of all threads
 * @property {number} [load] of the machine when it ended
 * @property {number} clean activation on the picture as it is
 * @property {number} views its mean over the fixed views
 * @property {readonly number[]} ranks of the class in other networks
 * @property {number} [distance] to the nearest real picture
 * @property {number} [slope] of the spectrum
 */

/** @typedef {{ target: string, isHeldOut: boolean, seed: number, level: Row, first?: Row, itself?: Row, compiled?: Row, lucent?: Row }} Comparison */

/**
 * Whether a picture reaches PyTorch's by both measures.
 * @param {Row} row
 * @param {Row} level
 */
export const isAsGood = (row, level) => row.clean >= level.clean && row.views >= level.views;

/**
 * Of each target and seed what is compared: PyTorch's row, xstar's with the fewest steps that is as good, and the other peers'.
 * @param {readonly Row[]} rows
 * @returns {Comparison[]}
 */
export function comparisons(rows) {
  return rows
    .filter(({ side }) => side === "torch")
    .filter(({ target, seed }) =>
      rows.some((row) => row.side === "xstar" && row.target === target && row.seed === seed),
    )
    .map((level) => {
      const { target, seed } = level;
      const own = rows.filter((row) => row.target === target && row.seed === seed);
      const good = own
        .flatMap((row) => (row.side === "xstar" && row.steps !== null ? { row, steps: row.steps } : []))
        .filter(({ row }) => isAsGood(row, level))
        .toSorted((a, b) => a.steps - b.steps);
      const of = (side) => own.find((row) => row.side === side);
      const itself = own.find(({ side, steps }) => side === "xstar" && steps === null);
      return {
        target,
        isHeldOut: targets.find((one) => keyOf(one) === target)?.isHeldOut ?? false,
        seed,
        level,
        first: good[0]?.row ?? (itself && isAsGood(itself, level) ? itself : undefined),
        itself,
        compiled: of("compiled"),
        lucent: of("lucent"),
      };
    });
}

/** @param {readonly number[]} values */
export function spread(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share) => /** @type {number} */ (sorted[Math.floor(share * (sorted.length - 1))]);
  return { least: at(0), median: at(0.5), most: at(1), count: sorted.length };
}

/**
 * How many times as long `row` took as `than`, in seconds of the clock or of the processor.
 * @param {Row | undefined} row
 * @param {Row | undefined} than
 * @param {"seconds" | "processor"} clock
 */
export const ratio = (row, than, clock) => (row && than ? row[clock] / than[clock] : undefined);

const fixed = (x, digits = 1) => (x === undefined || x === null ? "" : x.toFixed(digits));
const times = (x) => (x === undefined ? "" : `x ${fixed(x)}`);
const share = (row, level) => (row ? `${fixed(row.clean / level.clean, 2)}, ${fixed(row.views / level.views, 2)}` : "");
const line = (cells) => `| ${cells.join(" | ")} |`;

const head = [
  "target",
  "seed",
  "steps that are enough",
  "as quick as PyTorch",
  "by processor time",
  "as quick as torch-lucent",
  "auto by itself: activation, in views",
  "as quick as PyTorch",
  "ranks: PyTorch",
  "auto",
  "distance: PyTorch",
  "auto",
];

export const describeQuality = {
  /** @param {Row} row */
  row: ({ target, side, seed, steps, seconds, processor, clean, views }) =>
    `${target}  seed ${seed}  ${side} ${steps ?? ""}  ${fixed(seconds)} s (${fixed(processor)} of the processor)  ${fixed(clean, 2)}, in views ${fixed(views, 2)}`,

  /**
   * @param {readonly Row[]} rows
   */
  table(rows) {
    const all = comparisons(rows);
    const cells = all.map(({ target, isHeldOut, seed, level, first, itself, lucent }) => [
      `\`${target}\`${isHeldOut ? " (held out)" : ""}`,
      seed,
      first ? (first.steps ?? "as it comes") : "none",
      times(ratio(level, first, "seconds")),
      times(ratio(level, first, "processor")),
      times(ratio(lucent, first, "seconds")),
      share(itself, level),
      times(ratio(level, itself, "seconds")),
      level.ranks.join(", "),
      (itself?.ranks ?? []).join(", "),
      fixed(level.distance, 3),
      fixed(itself?.distance, 3),
    ]);
    return [line(head), line(head.map((_, i) => (i === 0 ? "---" : "---:"))), ...cells.map(line)].join("\n");
  },
};
