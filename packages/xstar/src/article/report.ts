import {
  barChart,
  colorBar,
  dataTable,
  dataUri,
  diverging,
  embedJson,
  encodePng,
  formatNumber,
  formatPercent,
  gray,
  html,
  lineChart,
  matrixChart,
  page,
  pictureFigure,
  pictureRow,
  viridis,
  type Html,
  type Picture,
} from "@xstar/results";
import { side } from "../train/network.js";
import type { Ascent, Curves } from "./ascent.js";
import type { ArticleRun } from "./experiment.js";
import { compareFigures, pictureOf } from "./figures.js";
import { claimsSection } from "./report-claims.js";
import { constantViews, variabilityViews, viewAscents } from "./pictures.js";
import type { ArticleResults, PictureResult, TableResult } from "./results.js";

const uri = (picture: Picture) => dataUri("image/png", encodePng(picture));
const size = { width: side, height: side };
const digits = Array.from({ length: 10 }, (_, digit) => String(digit));

/** The report of an article run: one HTML file that needs nothing else. */
export function articleReport(run: ArticleRun): string {
  const { results } = run;
  return page({
    title: "What does a 1 look like to a network?",
    description: verdict(results),
    body: html`
      ${comparison(results)} ${network(results)} ${table(run, 0, "Table 1: class 1 from four starts")}
      ${variability(run)} ${table(run, 1, "Class 2, the most variable digit")} ${border(results)} ${claimsSection(run)}
      ${reproduce(results)} ${embedJson("results", results)}
    `,
  });
}

function verdict({ networks, tables, claims: measured }: ArticleResults): string {
  const random = pictureOf(tables.tenSteps[0]!, "random");
  return (
    `A small network that reads ${formatPercent(networks[0]!.accuracy)} of the MNIST test digits right is maximized for a 1. ` +
    `From random noise it is ${random.fedBack.text} sure after 10 steps, of a picture in which few people see a digit. ` +
    `The made pictures correlate with their digit's mean picture by ${measured.notLikeTheDigit.synthetic.classMean.mean.toFixed(2)}, ` +
    `real ones by ${measured.notLikeTheDigit.real.classMean.mean.toFixed(2)}.`
  );
}

function comparison(results: ArticleResults): Html {
  const { convergence } = results;
  return html`<h2>The article's figures and ours</h2>
    ${dataTable({
      columns: ["Figure", "Article", "Here, after 10 steps", `Here, until ${convergence.confidence}`],
      rows: compareFigures(results).map(({ figure, article, tenSteps, converged }) => [
        figure,
        article,
        tenSteps,
        converged,
      ]),
    })}`;
}

function network({ networks }: ArticleResults): Html {
  const [first] = networks;
  return html`<h2>The network</h2>
    <p>
      Two 3×3 convolutions (32 and 64 channels), a 2×2 max-pool, a dense layer of 128 and one of 10, trained by xstar on the
      60,000 MNIST training pictures and tested on the 10,000 others. Test accuracy
      ${networks.map(({ accuracy, seed }) => `${formatNumber(accuracy)} (seed ${seed})`).join(", ")}.
    </p>
    ${barChart({
      title: "Accuracy by class (seed 0)",
      nameLabel: "Digit",
      valueLabel: "Share right",
      bars: first!.classAccuracy.map((value, digit) => ({ name: String(digit), value: value ?? 0 })),
      max: 1,
      format: (value) => formatPercent(value),
    })}
    ${matrixChart({
      title: "Confusion matrix (seed 0)",
      rows: digits,
      columns: digits,
      rowLabel: "Digit shown",
      columnLabel: "Digit seen",
      values: first!.confusion,
      kind: "sequential",
      digits: 0,
    })}`;
}

function table(run: ArticleRun, index: number, title: string): Html {
  const ten = run.results.tables.tenSteps[index]!;
  const converged = run.results.tables.converged[index]!;
  return html`<h2>${title}</h2>
    <p>
      The rule of the article: the picture moves against the gradient of the cross-entropy, with step size 1 and no bounds,
      for 10 steps. Beside each start, what it became, and the change alone; all changes of a table share one scale.
    </p>
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

function views(ascents: readonly Ascent[], result: TableResult): Html {
  return html`<div class="pairs">${viewAscents(ascents).map(({ start, result: raw, change, changeOnDark }, i) => {
    const one = result.pictures[i]!;
    const name = `class ${one.class} from ${one.start}`;
    const [low, high] = one.range;
    return html`<section><h4>From ${one.start}: ${one.fedBack.text}${one.change.largest === 0 && " (nothing moved: the gradient is 0 there)"}</h4>
      ${pictureRow([
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
          bar: colorBar({
            low: raw.low,
            high: raw.high,
            clippedBelow: raw.below,
            clippedAbove: raw.above,
            map: { light: gray, dark: gray },
          }),
        }),
        pictureFigure({
          ...size,
          scale: 5,
          light: uri(change.picture),
          dark: uri(changeOnDark.picture),
          alt: `Change for ${name}: ${one.change.words}`,
          caption: `Change: length ${formatNumber(one.change.l2, 3)}, largest ${formatNumber(one.change.largest, 3)}`,
          bar: colorBar({
            low: change.low,
            high: change.high,
            zero: 0,
            clippedBelow: change.below,
            clippedAbove: change.above,
            map: diverging,
          }),
        }),
      ])}</section>`;
  })}</div>`;
}

function confidenceTable(pictures: readonly PictureResult[]): Html {
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

function curveCharts(result: TableResult, rule: string): Html {
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

function variability(run: ArticleRun): Html {
  const { sums, mostVariable, neverVarying, neverVaryingAtAll } = run.results.variability;
  const constants = constantViews(run);
  return html`<h2>Which digit varies most?</h2>
    <p>
      The standard deviation of every pixel over the training pictures of a class, on one scale, and its sum. The most variable
      digit is ${mostVariable} with ${sums[mostVariable]!.toFixed(2)}. ${neverVaryingAtAll} of the 784 pixels are the same in all
      60,000 pictures.
    </p>
    ${pictureRow(
      variabilityViews(run).map(({ picture, low, high }, digit) =>
        pictureFigure({
          ...size,
          scale: 4,
          light: uri(picture),
          alt: `Standard deviation of the pixels of digit ${digit}; their sum is ${sums[digit]!.toFixed(2)}`,
          caption: `${digit}: ${sums[digit]!.toFixed(2)}`,
          bar: colorBar({ low, high, map: { light: viridis, dark: viridis } }),
        }),
      ),
    )}
    ${barChart({
      title: "Sum of the standard deviations",
      nameLabel: "Digit",
      valueLabel: "Sum",
      bars: sums.map((value, digit) => ({ name: String(digit), value })),
      isBestMarked: true,
      format: (value) => value.toFixed(2),
    })}
    <h3>Where pixels never vary</h3>
    ${pictureRow(
      constants.map(({ picture }, digit) =>
        pictureFigure({
          ...size,
          scale: 3,
          light: uri(picture),
          alt: `White where the pixel is the same in all pictures of digit ${digit}: ${neverVarying[digit]} pixels`,
          caption: `${digit}: ${neverVarying[digit]} pixels`,
        }),
      ),
    )}`;
}

function border({ border: all, convergence }: ArticleResults): Html {
  const chart = (rule: keyof typeof all, when: string) => (digit: number) =>
    lineChart({
      title: `Confidence in ${digit} with the border set to 0 (${when})`,
      xLabel: "width of the border in pixels",
      yLabel: "confidence",
      series: all[rule]
        .filter((curve) => curve.class === digit)
        .map(({ start, confidence }) => ({ name: start, points: confidence.map((p, width) => [width, p] as const) })),
    });
  const ten = chart("tenSteps", "10 steps");
  const sure = chart("converged", `until ${convergence.confidence}`);
  return html`<h2>Without the border</h2>
    <p>The results, with a frame of 0 to 13 pixels overwritten by 0, fed back through the saved file.</p>
    ${ten(1)} ${sure(1)} ${ten(2)} ${sure(2)}`;
}

function reproduce({ seed, networks, environment, seconds }: ArticleResults): Html {
  return html`<h2>How to get these figures again</h2>
    <p>
      <code>xstar article --seed ${seed}</code> with ${environment.runtime}, Node ${environment.node}, ${environment.platform}. It took
      ${seconds.total.toFixed(0)} s, of which ${seconds.training.toFixed(0)} s to train or load the networks. The networks' files have the
      SHA-256 ${networks.map(({ sha256 }) => sha256.slice(0, 12)).join(", ")}. results.json beside this page holds every number of it.
    </p>
    <p>
      A picture here is one of many that the network is sure of, found by one rule from one start: it says what suffices for the
      network, not what the network &ldquo;sees&rdquo; in real digits.
    </p>`;
}
