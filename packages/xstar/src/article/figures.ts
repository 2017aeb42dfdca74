import type { ArticleResults, TableResult } from "./results.js";

/** One figure of the article and what was measured here; empty where there is none. */
export interface FigureRow {
  readonly figure: string;
  readonly article: string;
  readonly tenSteps: string;
  readonly converged: string;
}

/** The article's figures beside those of a run, like beside like. */
export function compareFigures({ networks, tables, variability, border, article }: ArticleResults): FigureRow[] {
  const { mostVariable, sums } = variability;
  const once = (figure: string, of: number, here: string): FigureRow => ({
    figure,
    article: String(of),
    tenSteps: here,
    converged: "",
  });
  const both = (figure: string, of: string, read: (rule: "tenSteps" | "converged") => string): FigureRow => ({
    figure,
    article: of,
    tenSteps: read("tenSteps"),
    converged: read("converged"),
  });
  const sure = (index: number, start: string) => (rule: "tenSteps" | "converged") => {
    const { fedBack, steps } = pictureOf(tables[rule][index]!, start);
    return rule === "tenSteps" ? fedBack.text : `${fedBack.text} (${steps} steps)`;
  };
  return [
    once("test accuracy", article.accuracy, networks.map(({ accuracy }) => accuracy.toFixed(4)).join(", ")),
    ...["ones", "0.5", "zeros"].map((start) => both(`confidence in 1 from ${start}`, "", sure(0, start))),
    both("confidence in 1 from random", String(article.confidenceOfOne), sure(0, "random")),
    once("most variable digit", article.mostVariable, `${mostVariable} (${sums[mostVariable]!.toFixed(2)})`),
    both("confidence in 2 from random", `over ${article.confidenceOfTwo}`, sure(1, "random")),
    both(
      "the same with its border set to 0",
      String(article.confidenceOfTwoWithoutBorder),
      (rule) => border[rule].find((curve) => curve.class === 2 && curve.start === "random")!.text[1]!,
    ),
  ];
}

export const pictureOf = (table: TableResult, start: string) => table.pictures.find((one) => one.start === start)!;
