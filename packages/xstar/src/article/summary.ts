import { diverging, gray } from "../picture/colormap.js";
import { changeView } from "../picture/view.js";
import { formatPercent } from "../report/format.js";
import { renderBlocks } from "../terminal/blocks.js";
import type { ColorSupport } from "../terminal/color.js";
import { renderTable } from "../terminal/table.js";
import { side, type ArticleRun } from "./experiment.js";

interface SummaryOptions {
  /** Path of the report. */
  readonly report: string;
  readonly color: ColorSupport;
  /** Width of the terminal in characters. */
  readonly columns: number;
}

/** What the terminal shows at the end: the changes of table 1 as pictures, the figures, the two facts. */
export function summarizeArticle({ results, ascents }: ArticleRun, { report, color, columns }: SummaryOptions): string {
  const { networks, tables, variability, border, article, claims, seconds } = results;
  const shape = [side, side];
  const map = color === "none" ? gray : diverging.dark;
  const pictures = ascents.tenSteps[0]!.map(({ picture, startPicture, start }) => ({
    picture: changeView({ shape, data: picture }, { shape, data: startPicture }, { map }).picture,
    caption: `from ${start}`,
  }));
  const sure = (table: number, start: string) =>
    tables.tenSteps[table]!.pictures.find((one) => one.start === start)!.fedBack.text;
  const cut = border.find((curve) => curve.class === 2 && curve.start === "random")!;
  const rows = [
    ["", "article", "here"],
    ["test accuracy", String(article.accuracy), networks.map(({ accuracy }) => accuracy.toFixed(4)).join("  ")],
    ...["ones", "0.5", "zeros"].map((start) => [`confidence in 1 from ${start}`, "", sure(0, start)]),
    ["confidence in 1 from random", String(article.confidenceOfOne), sure(0, "random")],
    [
      "most variable digit",
      String(article.mostVariable),
      `${variability.mostVariable} (${variability.sums[variability.mostVariable]!.toFixed(2)})`,
    ],
    ["confidence in 2 from random", `> ${article.confidenceOfTwo}`, sure(1, "random")],
    ["  with its border set to 0", String(article.confidenceOfTwoWithoutBorder), cut.text[1]!],
  ];
  return [
    "What 10 steps changed, so that the network says 1:",
    renderBlocks(pictures, { color, columns }),
    "",
    renderTable(rows),
    "",
    `1. ${claims.notLikeTheDigit.words}`,
    `2. ${claims.dependsOnStart.words}`,
    "",
    `${report} (${seconds.total.toFixed(0)} s; ${formatPercent(seconds.training / seconds.total)} of it for the networks)`,
    "",
  ].join("\n");
}
