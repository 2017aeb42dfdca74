import { diverging, gray, viridis } from "../picture/colormap.js";
import { encodePng, pngDataUri } from "../picture/png.js";
import type { Picture } from "../picture/picture.js";
import { barChart } from "../report/bar-chart.js";
import { dataTable } from "../report/data-table.js";
import { colorBar, pictureFigure, pictureRow } from "../report/figure.js";
import { formatNumber, formatPercent } from "../report/format.js";
import { embedJson, html, page, type Html } from "../report/html.js";
import { lineChart } from "../report/line-chart.js";
import { matrixChart } from "../report/matrix-chart.js";
import type { Ascent, Curves } from "./ascent.js";
import type { Spread } from "./claims.js";
import { side, type ArticleRun } from "./experiment.js";
import { constantViews, variabilityViews, viewAscents } from "./pictures.js";
import type { ArticleResults, PictureResult, TableResult } from "./results.js";

const uri = (picture: Picture) => pngDataUri(encodePng(picture));
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
      ${variability(run)} ${table(run, 1, "Class 2, the most variable digit")} ${border(results)} ${claims(results)}
      ${reproduce(results)} ${embedJson("results", results)}
    `,
  });
}

function verdict({ networks, tables, claims: measured }: ArticleResults): string {
  const random = pictureOf(tables.tenSteps[0]!, "random");
  return (
    `A small network that reads ${formatPercent(networks[0]!.accuracy)} of the MNIST test digits right is climbed for a 1. ` +
    `From random noise it is ${random.fedBack.text} sure after 10 steps, of a picture in which few people see a digit. ` +
    `The made pictures correlate with their digit's mean picture by ${measured.notLikeTheDigit.synthetic.classMean.mean.toFixed(2)}, ` +
    `real ones by ${measured.notLikeTheDigit.real.classMean.mean.toFixed(2)}.`
  );
}

const pictureOf = (result: TableResult, start: string): PictureResult =>
  result.pictures.find((one) => one.start === start)!;

function comparison({
  networks,
  tables,
  variability: { mostVariable, sums },
  border: curves,
  article,
}: ArticleResults): Html {
  const one = pictureOf(tables.tenSteps[0]!, "random");
  const two = pictureOf(tables.tenSteps[1]!, "random");
  const oneConverged = pictureOf(tables.converged[0]!, "random");
  const twoConverged = pictureOf(tables.converged[1]!, "random");
  const cut = curves.find((curve) => curve.class === 2 && curve.start === "random")!;
  const rows: [string, string, string, string][] = [
    [
      "Test accuracy",
      String(article.accuracy),
      networks[0]!.accuracy.toFixed(4),
      networks.map(({ accuracy }) => accuracy.toFixed(4)).join(", "),
    ],
    [
      "Confidence in 1 from random",
      String(article.confidenceOfOne),
      one.fedBack.text,
      `${oneConverged.fedBack.text} after ${oneConverged.steps} steps`,
    ],
    [
      "Confidence in 2 from random",
      `over ${article.confidenceOfTwo}`,
      two.fedBack.text,
      `${twoConverged.fedBack.text} after ${twoConverged.steps} steps`,
    ],
    [
      "The same with a border of one pixel set to 0",
      String(article.confidenceOfTwoWithoutBorder),
      cut.text[1]!,
      "see the curve below",
    ],
    [
      "Most variable digit",
      String(article.mostVariable),
      String(mostVariable),
      `sum of deviations ${sums[mostVariable]!.toFixed(2)}`,
    ],
  ];
  return html`<h2>The article's figures and ours</h2>
    ${dataTable({ columns: ["Figure", "Article", "Measured here", "More"], rows })}`;
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
  const names = ten.pictures.map(({ start }) => start);
  const correlations = (result: TableResult, what: "resultCorrelation" | "changeCorrelation") =>
    result[what].map((row) => row.map((value) => value ?? Number.NaN));
  return html`<h2>${title}</h2>
    <p>
      The rule of the article: the picture moves against the gradient of the cross-entropy, with step size 1 and no bounds,
      for 10 steps. Below each start, what it became, and the change alone; all changes of a table share one scale.
    </p>
    ${views(run.ascents.tenSteps[index]!, ten)}
    <h3>The same until nothing moves any more</h3>
    ${views(run.ascents.converged[index]!, converged)}
    <h3>Confidence, fed back through the saved file</h3>
    ${confidenceTable([...ten.pictures, ...converged.pictures])}
    ${curveCharts(ten, "10 steps")} ${curveCharts(converged, "until nothing moves")}
    ${matrixChart({ title: "Correlation of the results", rows: names, columns: names, values: correlations(ten, "resultCorrelation"), kind: "diverging", limit: 1, digits: 2 })}
    ${matrixChart({ title: "Correlation of the changes", rows: names, columns: names, values: correlations(ten, "changeCorrelation"), kind: "diverging", limit: 1, digits: 2 })}`;
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
    rows: pictures.map(({ start, steps, converged, fedBack }) => [
      start,
      `${steps}${converged ? " (converged)" : ""}`,
      fedBack.predicted,
      fedBack.text,
      fedBack.nines === null ? "all" : fedBack.nines.toFixed(1),
    ]),
  });
}

function curveCharts(result: TableResult, rule: string): Html {
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
    yLabel: "confidence",
    yScale: "nines",
    series: series(({ confidence }) => confidence.map((p) => Math.min(p, almostOne))),
  })}
  ${lineChart({
    title: `Loss by step (${rule})`,
    xLabel: "step",
    yLabel: "cross-entropy",
    yScale: "log",
    series: series(({ loss }) => loss.map((value) => Math.max(value, 1e-8))),
  })}
  ${lineChart({ title: `Activation (logit) by step (${rule})`, xLabel: "step", yLabel: "logit", series: series(({ logit }) => logit) })}`;
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

function border({ border: all }: ArticleResults): Html {
  const chart = (digit: number) =>
    lineChart({
      title: `Confidence in ${digit} with the border set to 0`,
      xLabel: "width of the border in pixels",
      yLabel: "confidence",
      series: all
        .filter((curve) => curve.class === digit)
        .map(({ start, confidence }) => ({ name: start, points: confidence.map((p, width) => [width, p] as const) })),
    });
  return html`<h2>Without the border</h2>
    <p>The results after 10 steps, with a frame of 0 to 13 pixels overwritten by 0, fed back through the saved file.</p>
    ${chart(1)} ${chart(2)}`;
}

function claims({ claims: measured }: ArticleResults): Html {
  const { notLikeTheDigit: likeness, dependsOnStart: starts } = measured;
  const row = (name: string, { mean, min, max }: Spread) => [
    name,
    ...[mean, min, max].map((value) => formatNumber(value, 3)),
  ];
  const spreads = (caption: string, rows: readonly string[][]) =>
    dataTable({ caption, columns: ["Measured", "Mean", "Least", "Most"], rows });
  return html`<h2>The two facts, measured</h2>
    <p>Every digit from ${measured.randomStarts} random starts on ${measured.networks} networks, ${measured.steps} steps each.</p>
    <h3>1. What the network wants is not what people mean</h3>
    <p>${likeness.words}</p>
    ${spreads("Pearson correlation of pixels", [
      row("Made pictures with their class's mean", likeness.synthetic.classMean),
      row("Changes (result − start) with their class's mean", likeness.synthetic.changeWithClassMean),
      row("Real test pictures with their class's mean", likeness.real.classMean),
      row("Made pictures with their nearest training picture", likeness.synthetic.nearest),
      row("Real test pictures with their nearest training picture", likeness.real.nearest),
    ])}
    <h3>2. The optimum depends on the start</h3>
    <p>${starts.words}</p>
    ${spreads("Euclidean distance between results, and between the starts", [
      row("Starts", starts.starts),
      row("Same network, different starts", starts.differentStarts.distance),
      row("Same start, different networks", starts.differentNetworks.distance),
      row("Changes: same network, different starts", starts.differentStarts.changeDistance),
      row("Changes: same start, different networks", starts.differentNetworks.changeDistance),
    ])}
    ${spreads("Pearson correlation between results", [
      row("Same network, different starts", starts.differentStarts.correlation),
      row("Same start, different networks", starts.differentNetworks.correlation),
      row("A result and its own start", starts.keptStart),
      row("Changes: same network, different starts", starts.differentStarts.changeCorrelation),
      row("Changes: same start, different networks", starts.differentNetworks.changeCorrelation),
    ])}`;
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
