import {
  colorBar,
  dataTable,
  dataUri,
  diverging,
  encodePng,
  formatNumber,
  formatPercent,
  gray,
  html,
  lineChart,
  matrixChart,
  pictureFigure,
  pictureRow,
  type Html,
  type Picture,
} from "@xstar/results";
import { side } from "../train/network.js";
import type { Ascent, Curves } from "./ascent.js";
import type { ArticleRun } from "./experiment.js";
import { viewAscents } from "./pictures.js";
import type { ArticleResults, PictureResult, TableResult } from "./results.js";

export const uri = (picture: Picture) => dataUri("image/png", encodePng(picture));
export const size = { width: side, height: side };

export const theRule = html`<p>
  The rule of the article: the picture moves against the gradient of the cross-entropy, with step size 1 and no bounds, for 10
  steps. Beside each start, what it became, drawn as the start is (from 0, black, to 1, white), and the change alone; all changes
  of a table share one scale.
</p>`;

export function table(run: ArticleRun, index: number, title: string): Html {
  const ten = run.results.tables.tenSteps[index]!;
  const converged = run.results.tables.converged[index]!;
  return html`<h2>${title}</h2>
    ${theRule}
    ${views(run.ascents.tenSteps[index]!, ten)}
    <h3>The same until the network is sure</h3>
    <p>${aboutConvergence(run.results, converged)}</p>
    ${views(run.ascents.converged[index]!, converged)}
    <h3>Confidence, fed back through the saved file</h3>
    ${confidenceTable([...ten.pictures, ...converged.pictures])}
    ${curveCharts(ten, "10 steps")} ${curveCharts(converged, "until sure")}
    ${correlationCharts(ten, "10 steps")} ${correlationCharts(converged, "until sure")}`;
}

function correlationCharts(result: TableResult, rule: string): Html[] {
  const names = result.pictures.map(({ start }) => start);
  const chart = (title: string, values: TableResult["resultCorrelation"]) =>
    matrixChart({
      title: `${title} (${rule})`,
      rows: names,
      columns: names,
      values: values.map((row) => row.map((value) => value ?? Number.NaN)),
      kind: "diverging",
      limit: 1,
      digits: 2,
    });
  return [
    chart("Correlation of the results", result.resultCorrelation),
    chart("Correlation of the changes", result.changeCorrelation),
  ];
}

/** What "until it converges" means, and how far from rest that is. */
function aboutConvergence({ convergence }: ArticleResults, { pictures }: TableResult): string {
  const [first] = pictures;
  const list = (read: (one: PictureResult) => string) =>
    pictures.map((one) => `${read(one)} (${one.start})`).join(", ");
  const late = pictures.every(({ converged }) => converged) ? "" : ` Not all were there after ${first!.steps} steps.`;
  return (
    `Nothing ever comes to rest: the gradient vanishes as the confidence nears 1, and the loss goes on falling, about as 1 / steps. ` +
    `“Converged” means here that the confidence, whose bound is 1, is at least ${convergence.confidence} for all four starts, in at most ` +
    `${convergence.mostSteps} steps. That took ${list(({ sureAt }) => (sureAt === null ? "more" : `${sureAt}`))} steps.${late} ` +
    `All four went on to step ${first!.steps}. From step ${first!.lately.fromStep} on, the loss fell to ` +
    `${list(({ lately }) => formatNumber(lately.lossRatio, 2))} of what it was, and the picture moved by ` +
    `${list(({ lately, change }) => (change.l2 === 0 ? "0 %" : formatPercent(lately.moved / change.l2)))} of the length of its whole change.`
  );
}

export function views(ascents: readonly Ascent[], result: TableResult): Html {
  return html`<div class="pairs">${viewAscents(ascents).map(({ start, onStartScale: raw, change, changeOnDark }, i) => {
    const one = result.pictures[i]!;
    const name = `class ${one.class} from ${one.start}`;
    const [low, high] = one.range;
    return html`<section><h4>From ${one.start}: ${one.fedBack.text}${one.change.largest === 0 && " (nothing moved: the gradient is 0 there)"}</h4>
      ${pictureRow(
        [
          pictureFigure({
            ...size,
            scale: 5,
            light: uri(start.picture),
            alt: `Start: ${one.start}`,
            caption: "Start",
            bar: colorBar({ low: 0, high: 1, map: { light: gray, dark: gray } }),
          }),
          pictureFigure({
            ...size,
            scale: 5,
            light: uri(raw.picture),
            alt: `Result for ${name} after ${one.steps} steps; values ${formatNumber(low, 3)} to ${formatNumber(high, 3)}`,
            caption: `Result after ${one.steps} steps; ${formatPercent(one.outside)} of the pixels outside 0 to 1`,
            bar: colorBar({ ...raw, map: { light: gray, dark: gray } }),
          }),
          pictureFigure({
            ...size,
            scale: 5,
            light: uri(change.picture),
            dark: uri(changeOnDark.picture),
            alt: `Change for ${name}: ${one.change.words}`,
            caption: `Change: length ${formatNumber(one.change.l2, 3)}, largest ${formatNumber(one.change.largest, 3)}`,
            bar: colorBar({ ...change, zero: 0, map: diverging }),
          }),
        ],
        { isTriple: true },
      )}</section>`;
  })}</div>`;
}

export function confidenceTable(pictures: readonly PictureResult[]): Html {
  return dataTable({
    columns: ["Start", "Steps", "Class seen", "Confidence", "Nines"],
    rows: pictures.map(({ start, steps, fedBack }) => [
      start,
      steps,
      fedBack.predicted,
      fedBack.text,
      fedBack.nines === null ? "all" : fedBack.nines.toFixed(1),
    ]),
  });
}

export function curveCharts(result: TableResult, rule: string): Html {
  const xScale = result.pictures[0]!.steps > 100 ? "log" : "linear";
  const series = (read: (curves: Curves) => readonly number[]) =>
    result.pictures.map(({ start, curves }) => ({
      name: start,
      points: read(curves).map((value, i) => [curves.step[i]!, value] as const),
    }));
  /** The largest probability below 1 in float32: what a confidence of exactly 1 is drawn as. */
  const almostOne = 1 - 2 ** -24;
  return html`${lineChart({
    title: `Confidence in ${result.class} by step, in nines (${rule})`,
    xLabel: "step",
    xScale,
    yLabel: "confidence",
    yScale: "nines",
    series: series(({ confidence }) => confidence.map((p) => Math.min(p, almostOne))),
  })}
  ${lineChart({
    title: `Loss by step (${rule})`,
    xLabel: "step",
    xScale,
    yLabel: "cross-entropy",
    yScale: "log",
    series: series(({ loss }) => loss.map((value) => Math.max(value, 1e-8))),
  })}
  ${lineChart({ title: `Activation (logit) by step (${rule})`, xLabel: "step", xScale, yLabel: "logit", series: series(({ logit }) => logit) })}`;
}
