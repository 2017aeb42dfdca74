import {
  maximizesItsTarget,
  drawingOf,
  formatNumber,
  formatPercent,
  metricLine,
  nameOfMaximized,
  pictureOf,
  tokenText,
  type AscentMetrics,
} from "@xstar/results";
import { activationOf, type Ascent, type Plan } from "@xstar/runs";
import { renderBlocks } from "../terminal/blocks.js";
import { colorSupport } from "../terminal/color.js";
import { printableLines } from "../terminal/printable.js";
import { renderTable } from "../terminal/table.js";

/** What a run reached, for the terminal: small pictures where it has colours, and a table. */
export function summarize(
  ascent: Ascent,
  files: readonly (readonly string[])[],
  {
    plan,
    folder,
    metrics,
  }: { readonly plan: Plan; readonly folder: string; readonly metrics: AscentMetrics | undefined },
): string {
  const { facts, result, top, tokens } = ascent;
  const jobs = facts.pictures;
  const several = jobs.length > 1;
  const severalStarts = new Set(jobs.map(({ start }) => start)).size > 1;
  const header = ["target", ...(severalStarts ? ["from"] : []), "start", "end", ...(top ? ["likeliest class"] : [])];
  const rows = jobs.map(({ target, start }, i) => [
    target,
    ...(severalStarts ? [start ?? ""] : []),
    formatNumber(result.curve[0]![i]!),
    formatNumber(activationOf(result, i)),
    ...(top ? [describeClass(top[i]![0]!)] : []),
  ]);
  const list = [...files.flat(), "report.html", "run.json"];
  const written = jobs.length === 1 ? list.join(", ") : `${list.length} files, shown in report.html`;
  const table = renderTable([header, ...rows]);
  const [other] = plan.objectives.filter((one, i) => !maximizesItsTarget(one, plan.targets[i]!));
  const text = [
    table,
    ...(other ? [`Start and end are of ${nameOfMaximized(other)}, which is maximized in the place of the target`] : []),
    ...(metrics?.pictures ?? []).map((one, i) => `${several ? `${jobs[i]!.slug}: ` : ""}${metricLine(one, metrics!)}`),
    ...(tokens ?? []).map((places, i) => `${several ? `${jobs[i]!.slug}: ` : ""}nearest tokens: ${tokenText(places)}`),
    ...result.record.assumed.map((assumed) => `Note: ${assumed}`),
    `Written to ${folder}: ${written}`,
    "",
  ].join("\n");
  return [...drawings(ascent), printableLines(text)].join("\n");
}

function describeClass({ class: index, label, probability }: NonNullable<Ascent["top"]>[number][number]): string {
  return `${index}${label === null || label === String(index) ? "" : ` ${label}`} (${formatPercent(probability)})`;
}

function drawings({ facts, result }: Ascent): string[] {
  const color = colorSupport(process.env, process.stdout.isTTY);
  const drawing = drawingOf(result.record.shape, result.record.holds);
  if (color === "none" || !drawing.isDrawable) return [];
  const jobs = facts.pictures;
  const tiles = jobs.map(({ slug }, i) => ({
    picture: drawing.raw(pictureOf(result.picture, i)),
    caption: jobs.length > 1 ? slug : "",
  }));
  return [renderBlocks(tiles, { color, columns: process.stdout.columns }), ""];
}
