import { comparisons, isAsGood, ratio, spread } from "../../bench/quality/table.js";
import { curvesAsSvg } from "./plots.js";
import { table } from "./markdown.js";

const fixed = (x, digits = 1) => (x === undefined ? "" : x.toFixed(digits));
const times = (x) => (x === undefined ? "" : `x ${fixed(x)}`);
const mean = (numbers) => numbers.reduce((sum, x) => sum + x, 0) / numbers.length;

/** Of ratios: "x 8.1 (5.0 to 11.2, 9 of them)". */
function inShort(ratios) {
  const known = ratios.filter((x) => x !== undefined);
  if (known.length === 0) return "not measured";
  const { least, median, most, count } = spread(known);
  return `x ${fixed(median)} (${fixed(least)} to ${fixed(most)}, ${count} runs)`;
}

/**
 * @param {{ machine: { processor: string, cores: number }, note?: string, rows: import("../../bench/quality/table.js").Row[] } | undefined} results
 * @param {(name: string, about: string, svg: string) => string} plot
 */
export function qualitySection(results, plot) {
  if (!results) return undefined;
  const { machine, rows, note } = results;
  const all = comparisons(rows);
  const peers = [
    { name: "PyTorch, cut and frozen by hand", of: (one) => one.level },
    { name: "the same with torch.compile", of: (one) => one.compiled },
    { name: "torch-lucent", of: (one) => one.lucent },
  ].filter(({ of }) => all.some((one) => of(one)));
  const groups = [
    { which: "all targets", some: all },
    { which: "held out", some: all.filter(({ isHeldOut }) => isHeldOut) },
  ];
  const summary = peers.flatMap(({ name, of }) =>
    groups.map(({ which, some }) => [
      name,
      which,
      inShort(some.map((one) => ratio(of(one), one.first, "seconds"))),
      inShort(some.map((one) => ratio(of(one), one.first, "processor"))),
      inShort(some.map((one) => ratio(of(one), one.itself, "seconds"))),
      inShort(some.map((one) => ratio(of(one), one.itself, "processor"))),
    ]),
  );
  const behind = all.filter(({ first }) => !first);
  const slower = all.filter(({ level, first }) => first && level.seconds < first.seconds);
  const passed = all.filter(({ itself, level }) => itself && isAsGood(itself, level));
  const own = rows.filter(({ side }) => side === "xstar");
  const curves = all.map(({ target, seed, level }) => ({
    name: target.replace(/^\S+ /, (network) => `${network.trim()}: `),
    points: own
      .filter((row) => row.target === target && row.seed === seed)
      .flatMap(({ steps, clean, views }) =>
        steps === null ? [] : [{ steps, share: Math.min(clean / level.clean, views / level.views) }],
      )
      .toSorted((a, b) => a.steps - b.steps)
      .map(({ steps, share }) => [steps, share]),
  }));
  const ranks = (of) => all.flatMap((one) => of(one)?.ranks ?? []);
  const distances = (of) => mean(all.flatMap((one) => (one.itself ? [of(one)?.distance ?? NaN] : [])));
  const first = (list) => `${list.filter((rank) => rank === 1).length} of ${list.length}`;
  const rowsOf = all.map(({ target, isHeldOut, seed, level, first: enough, itself }) => [
    `\`${target}\`${isHeldOut ? " (held out)" : ""}`,
    seed,
    enough ? (enough.steps ?? "as it comes") : "none",
    times(ratio(level, enough, "seconds")),
    times(ratio(level, enough, "processor")),
    itself ? `${fixed(itself.clean / level.clean, 2)}, ${fixed(itself.views / level.views, 2)}` : "",
  ]);
  return `## Until a picture is as good

A picture is as good when it reaches what PyTorch has after 512 steps of Lucid's recipe by two measures at once: the activation on
the picture as it is, and its mean over 32 fixed views (Lucid's own shifts, zooms and turns). \`npm run bench:quality\` measures it; on
${machine.processor}, ${machine.cores} cores, ${all.length} runs of ${new Set(all.map(({ target }) => target)).size} targets so far${loadOf(rows)}.${note ? ` ${note}` : ""}

${table(
  [
    "peer",
    "targets",
    "fewest steps that are enough, by the clock",
    "by processor time",
    "the command as it comes, by the clock",
    "by processor time",
  ],
  summary,
)}

The command as it comes, without \`--steps\`, is as good on ${passed.length} of ${all.filter(({ itself }) => itself).length}.
${behind.length > 0 ? `With the steps that were tried it is not as good as PyTorch yet on ${namesOf(behind)}. ` : ""}${slower.length > 0 ? `PyTorch was quicker on ${namesOf(slower)}.` : "Where it is as good, PyTorch was quicker on none."}

${plot("quality", "How near to PyTorch's picture, by steps", curvesAsSvg({ title: "Of PyTorch's activation, by steps", xLabel: "steps", yLabel: "the lower of both measures", series: curves.filter(({ points }) => points.length > 1).slice(0, 6) }))}

${table(["target", "seed", "steps that are enough", "as quick, by the clock", "by processor time", "the command as it comes: activation, in views"], rowsOf)}

Of the ranks of classes in networks that had no part in it, PyTorch's pictures are first in ${first(ranks(({ level }) => level))}, those of the command as it
comes in ${first(ranks(({ itself }) => itself))}; the mean distance to the nearest photograph is ${fixed(
    distances(({ level }) => level),
    3,
  )} and ${fixed(
    distances(({ itself }) => itself),
    3,
  )}.`;
}

const namesOf = (some) => some.map(({ target, seed }) => `\`${target}\` (seed ${seed})`).join(", ");

/** What else the machine did. */
function loadOf(rows) {
  const loads = rows.flatMap(({ load }) => (load === undefined ? [] : [load]));
  if (loads.length === 0) return "";
  const { least, most } = spread(loads);
  return most < 3
    ? ""
    : `, while others worked on it, too (load ${fixed(least, 0)} to ${fixed(most, 0)}): processor time says more than the clock`;
}
