import {
  barChart,
  colorBar,
  dataTable,
  embedJson,
  formatNumber,
  formatPercent,
  html,
  lineChart,
  matrixChart,
  page,
  pictureFigure,
  pictureRow,
  timelineScript,
  viridis,
  type Html,
} from "@xstar/results";
import type { ArticleDiagnosis } from "./diagnosis.js";
import type { ArticleRun, FirstResult } from "./experiment.js";
import { compareFigures } from "./figures.js";
import { claimsSection } from "./report-claims.js";
import { nameOf } from "./network.js";
import { constantViews, variabilityViews } from "./pictures.js";
import { watch } from "./report-watch.js";
import { size, table, theRule, uri, views, confidenceTable } from "./report-tables.js";
import type { ArticleResults, TableResult } from "./results.js";
import { articleSteps } from "./tables.js";

const articleTitle = "What does a 1 look like to a network?";
const digits = Array.from({ length: 10 }, (_, digit) => String(digit));

/** The report of an article run: one HTML file that needs nothing else. */
export function articleReport(run: ArticleRun, diagnosis?: ArticleDiagnosis): string {
  const { results } = run;
  return page({
    title: articleTitle,
    description: verdict(results),
    body: html`
      ${watch(run.ascents.converged[0]!, results.tables.converged[0]!)}
      ${table(run, 0, "Table 1: class 1 from four starts")} ${variability(run)}
      ${table(run, 1, "Class 2, the most variable digit")} ${border(results)} ${claimsSection(run)} ${comparison(results)}
      ${network(results)} ${files(results)} ${reproduce(results)} ${diagnosis && diagnosisSection(diagnosis)} ${embedJson("results", results)}
    `,
    script: timelineScript,
  });
}

/** For those who read nothing else. */
function verdict({ networks, tables }: Pick<ArticleResults, "networks" | "tables">): string {
  return leadOf(networks[0]!.accuracy, tables.converged[0]!);
}

function leadOf(accuracy: number, ones: TableResult): string {
  const { steps } = ones.pictures[0]!;
  const taken = ones.pictures.filter(({ fedBack }) => fedBack.predicted === ones.class).length;
  const all = taken === ones.pictures.length ? "all four" : `${taken} of the four`;
  return (
    `A program has learned to read handwritten digits: it gets ${formatPercent(accuracy)} of them right. ` +
    `Here it is asked the other way round: four pictures are changed, step by step, until it says “${ones.class}”. ` +
    `After ${steps} steps it takes ${all} for a ${ones.class}. You will hardly see one.`
  );
}

/** What there is after the first network, until the others are trained. */
export function firstReport({ network: first, ascents, tables }: FirstResult): string {
  const { accuracy } = first.confusion;
  const section = (index: number, title: string) => html`<h2>${title}</h2>
    ${index === 0 && theRule} ${views(ascents[index]!, tables[index]!)}
    <h3>Confidence, fed back through the saved file</h3>
    ${confidenceTable(tables[index]!.pictures)}`;
  return page({
    title: articleTitle,
    description: leadOf(accuracy, tables[0]!),
    body: html`<p>
        <strong>This is the first part.</strong> The rest comes when two more networks are trained: the same command goes on
        from where it was stopped, and writes this page again.
      </p>
      ${watch(ascents[0]!, tables[0]!)} ${section(0, "Table 1: class 1 from four starts")} ${section(1, "Class 2, the most variable digit")}
      <h2>The network</h2>
      <p>${described(first.file)} Test accuracy ${formatNumber(accuracy)}.</p>
      ${accuracyByClass(nameOf(first), first.confusion.classAccuracy)}`,
    script: timelineScript,
  });
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

const trained =
  "Two 3×3 convolutions (32 and 64 channels), a 2×2 max-pool, a dense layer of 128 and one of 10, trained by xstar on the 60,000 MNIST training pictures and tested on the 10,000 others.";

/** What the first network is, and the others beside it. */
const described = (file: string | null) =>
  file === null
    ? trained
    : `The network of ${file}, tested on the 10,000 MNIST test pictures. Those beside it: ${trained}`;

function accuracyByClass(name: string, shares: readonly (number | null)[]): Html {
  return barChart({
    title: `Accuracy by class (${name})`,
    nameLabel: "Digit",
    valueLabel: "Share right",
    bars: shares.map((value, digit) => ({ name: String(digit), value: value ?? 0 })),
    max: 1,
    format: (value) => formatPercent(value),
  });
}

function network({ networks }: ArticleResults): Html {
  const [first] = networks;
  return html`<h2>The network</h2>
    <p>
      ${described(first!.file)} Test accuracy
      ${networks.map((one) => `${formatNumber(one.accuracy)} (${nameOf(one)})`).join(", ")}.
    </p>
    ${accuracyByClass(nameOf(first!), first!.classAccuracy)}
    ${matrixChart({
      title: `Confusion matrix (${nameOf(first!)})`,
      rows: digits,
      columns: digits,
      rowLabel: "Digit shown",
      columnLabel: "Digit seen",
      values: first!.confusion,
      kind: "sequential",
      digits: 0,
    })}`;
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

function diagnosisSection({ summary, page: address }: ArticleDiagnosis): Html {
  return html`<h2>What is wrong with the network?</h2>
    <p>${summary} <a href="${address}">The whole diagnosis</a>, with the pictures that it gets wrong.</p>`;
}

/** The same run in the studio of this machine, while that is there. */
const inStudio = (seed: number) =>
  `http://127.0.0.1:8484/#/local?t=crossEntropy:1&init=ones&init=0.5&init=zeros&init=random&steps=${articleSteps}&seed=${seed}&recipe=none&opt=gradient:learningRate%3D1`;

const files = ({ seed }: ArticleResults) => html`<h2>Go on from here</h2>
  <p>
    Run <code>xstar studio network.onnx</code> in this folder: it opens the network in a browser, to change whatever you like. While it runs,
    <a href="${inStudio(seed)}">this is the same run there</a>.
  </p>
  <ul>
    <li><a href="results.json">results.json</a>: every number of this page</li>
    <li><a href="network.onnx">network.onnx</a>: the network; <code>xstar inspect network.onnx</code> says what is in it</li>
    <li><a href="ascent.onnx">ascent.onnx</a>: the ten steps as a file that any ONNX Runtime can run</li>
    <li><a href="pictures/table1.png">pictures/</a>: every picture as a PNG</li>
  </ul>`;

function reproduce({ seed, networks, environment, seconds }: ArticleResults): Html {
  const given = networks[0]!.file;
  return html`<h2>How to get these figures again</h2>
    <p>
      <code>xstar article --seed ${seed}${given === null ? "" : ` --network ${given}`}</code> with ${environment.runtime}, Node ${environment.node}, ${environment.platform}. It took
      ${seconds.total.toFixed(0)} s, of which ${seconds.training.toFixed(0)} s to train or load the networks. The networks' files have the
      SHA-256 ${networks.map(({ sha256 }) => sha256.slice(0, 12)).join(", ")}.
    </p>
    <p>
      A picture here is one of many that the network is sure of, found by one rule from one start: it says what suffices for the
      network, not what the network &ldquo;sees&rdquo; in real digits.
    </p>`;
}
