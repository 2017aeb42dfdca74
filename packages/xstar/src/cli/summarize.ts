import { formatNumber, formatPercent } from "../report/format.js";
import { rawView } from "../picture/view.js";
import { renderBlocks } from "../terminal/blocks.js";
import { colorSupport } from "../terminal/color.js";
import { renderTable } from "../terminal/table.js";
import { isDrawable, pictureOf, planesOf, type Ascent } from "./write-ascent.js";

/** What a run reached, for the terminal: small pictures where it has colours, and a table. */
export function summarize(ascent: Ascent, files: readonly (readonly string[])[], folder: string): string {
  const { jobs, result, top } = ascent;
  const severalStarts = new Set(jobs.map(({ start }) => start)).size > 1;
  const header = ["target", ...(severalStarts ? ["from"] : []), "start", "end", ...(top ? ["likeliest class"] : [])];
  const rows = jobs.map(({ target, start }, i) => [
    target,
    ...(severalStarts ? [start] : []),
    formatNumber(result.curve[0]![i]!),
    formatNumber(result.last.objective[i]!),
    ...(top ? [describeClass(top[i]![0]!)] : []),
  ]);
  const list = [...files.flat(), "run.json"];
  const written = jobs.length === 1 ? list.join(", ") : `${list.length} files, listed in run.json`;
  const table = renderTable([header, ...rows]);
  return [...drawings(ascent), table, ...notes(ascent), `Written to ${folder}: ${written}`, ""].join("\n");
}

/** Sizes that were guessed, and targets whose gradient was zero all the way. */
function notes({ jobs, result }: Ascent): string[] {
  const [first, ...later] = result.curve;
  const still = jobs.flatMap(({ target, start }, i) =>
    later.length > 0 && later.every((objective) => objective[i] === first![i])
      ? [`Note: ${target} did not move, its gradient is zero at the start ${start}: try another --init or --seed`]
      : [],
  );
  return [...result.record.assumed.map((assumed) => `Note: ${assumed}`), ...still];
}

function describeClass({ class: index, label, probability }: NonNullable<Ascent["top"]>[number][number]): string {
  return `${index}${label === null || label === String(index) ? "" : ` ${label}`} (${formatPercent(probability)})`;
}

function drawings({ jobs, result }: Ascent): string[] {
  const color = colorSupport(process.env, process.stdout.isTTY);
  const pictures = jobs.map((_, i) => pictureOf(result.last.picture, i));
  if (color === "none" || !pictures.every(isDrawable)) return [];
  const tiles = pictures.map((picture, i) => ({
    picture: rawView(planesOf(picture)).picture,
    caption: jobs.length > 1 ? jobs[i]!.slug : "",
  }));
  return [renderBlocks(tiles, { color, columns: process.stdout.columns }), ""];
}
