import { changeView, diverging, formatPercent, gray } from "@xstar/results";
import { renderBlocks } from "../terminal/blocks.js";
import type { ColorSupport } from "../terminal/color.js";
import { renderTable } from "../terminal/table.js";
import { side } from "../train/network.js";
import type { ArticleRun, FirstResult } from "./experiment.js";
import { compareFigures } from "./figures.js";

interface Terminal {
  readonly color: ColorSupport;
  /** Width of the terminal in characters. */
  readonly columns: number;
  /** The page that shows it already. */
  readonly report?: string;
}

/** What the terminal shows first: table 1 with its changes as pictures. */
export function summarizeFirst(
  { network, ascents, tables }: FirstResult,
  { color, columns, report }: Terminal,
): string {
  const shape = [side, side];
  const map = color === "none" ? gray : diverging.dark;
  const pictures = ascents[0]!.map(({ picture, startPicture, start }) => ({
    picture: changeView({ shape, data: picture }, { shape, data: startPicture }, { map }).picture,
    caption: `from ${start}`,
  }));
  const [one] = tables;
  const rows = [
    ["start", "digit seen", "confidence"],
    ...one!.pictures.map(({ start, fedBack }) => [start, String(fedBack.predicted), fedBack.text]),
  ];
  return [
    `A network that reads ${formatPercent(network.confusion.accuracy)} of the test digits right. What 10 steps changed, so that it says 1:`,
    renderBlocks(pictures, { color, columns }),
    "",
    renderTable(rows),
    "",
    ...(report === undefined ? [] : [`The first part of the report: ${report}`]),
    "",
  ].join("\n");
}

/** What the terminal shows at the end: the figures, the two facts. */
export function summarizeArticle({ results }: ArticleRun, report: string): string {
  const { claims, convergence, seconds } = results;
  const rows = compareFigures(results).map(({ figure, article, tenSteps, converged }) => [
    figure,
    article,
    tenSteps,
    converged,
  ]);
  return [
    renderTable([["", "article", "here, 10 steps", `until ${convergence.confidence}`], ...rows]),
    "",
    `1. ${claims.notLikeTheDigit.words}`,
    `2. ${claims.dependsOnStart.words}`,
    "",
    `${report} (${seconds.total.toFixed(0)} s; ${formatPercent(seconds.training / seconds.total)} of it for the networks)`,
    "",
  ].join("\n");
}
