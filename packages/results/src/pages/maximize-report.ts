import { lookUp, standard, type Spec, type Vocabulary } from "@xstar/core";
import { maximizesItsTarget, isWeightedSum, nameOfMaximized, termsOf } from "../measure/terms.js";
import { diverging, gray } from "../image/colormap.js";
import { barChart } from "./bar-chart.js";
import { besideFigures, type InputBeside } from "./beside-figures.js";
import { dataTable, factsTable } from "./data-table.js";
import { colorBar, pictureFigure, pictureRow } from "./figure.js";
import { formatNumber, formatPercent } from "./format.js";
import { html, page, type Html, type HtmlPart } from "./html.js";
import { lineChart } from "./line-chart.js";
import { seriesCount } from "./styles.js";
import type { ImageCodec } from "../codecs/image-codec.js";
import { nameOfFile } from "../record/paths.js";
import type { PictureEntry, RunFile } from "../record/run-file.js";
import { metricRows } from "./describe-metrics.js";
import { exampleRow } from "./examples-page.js";
import type { AscentMetrics } from "../measure/measure-ascent.js";
import { repeatRun, settingsOf } from "./report-settings.js";
import { inputFigures, wordFor, type ShownInput } from "./input-figures.js";
import { tokenTable } from "./token-table.js";
import type { ResultViews } from "./report-views.js";
import type { TargetPictures } from "./draw-examples.js";

export interface MaximizeReport {
  /** What `run.json` holds. */
  readonly run: RunFile;
  /** What each picture was made for, without penalties. */
  readonly targets: readonly Spec[];
  /** By picture; undefined for pictures that cannot be looked at. */
  readonly views: readonly (ResultViews | ShownInput | undefined)[];
  /** By picture; undefined without a data set. */
  readonly examples: readonly (TargetPictures | undefined)[];
  /** By picture, the address of its animation; undefined where there is none. */
  readonly animations?: readonly (string | undefined)[];
  /** What is maximized together with each picture. */
  readonly beside?: readonly (readonly InputBeside[])[];
  /** Files of the folder besides those of the pictures. */
  readonly files?: readonly string[];
  readonly codec: ImageCodec;
  /** What targets may name. @default standard */
  readonly vocabulary?: Pick<Vocabulary, "objective"> | undefined;
  /** Why there are no metrics, where there are none. */
  readonly problem?: string | undefined;
}

/** The report of a run: one HTML file that needs nothing else, the same for the same run. */
export async function maximizeReport(report: MaximizeReport): Promise<string> {
  const { run, problem, files = [] } = report;
  const { pictures, metrics } = run;
  const sections = await Promise.all(pictures.map((_, i) => pictureSection(report, i)));
  return page({
    title: titleOf(report),
    description: verdict(report),
    body: html`
      ${sections}
      ${metrics && pictures.length > 1 && comparison(pictures, metrics)}
      ${problem !== undefined && html`<p>The metrics could not be measured: ${problem}.</p>`}
      <h2>Activation by step</h2>
      <p>
        What is maximized, as the step sees it: the mean over the transformed views, with penalties. Steps are counted from the
        start, which is step 0.
      </p>
      ${curves(pictures)} ${settingsOf(run)} ${repeatRun(run)}
      ${files.length > 0 && html`<p class="note">Beside this page: ${linksTo(files)}</p>`} ${caveats(run.ascent.holds ? "An input" : "A picture")}
    `,
  });
}

function titleOf({ run: { pictures, model: file } }: MaximizeReport): string {
  const model = nameOfFile(file.path).replace(/(?<=.)\.onnx$/, "");
  const targets = new Set(pictures.map(({ target }) => target));
  const [first] = targets;
  if (pictures.length === 1) return `${first} of ${model}`;
  return targets.size === 1
    ? `${first} of ${model}, ${pictures.length} times`
    : `${pictures.length} targets of ${model}`;
}

function verdict({ run: { pictures, metrics, stepsTaken, ascent }, targets }: MaximizeReport): string {
  const [first] = pictures;
  const steps = `${stepsTaken} ${stepsTaken === 1 ? "step" : "steps"}`;
  if (pictures.length > 1)
    return `${pictures.length} ${ascent.holds ? "inputs" : "pictures"}, each changed in ${steps} until its target answered as strongly as possible.`;
  const { start, end } = first!.activation;
  const what = ascent.holds ? "An input" : "A picture";
  const [objective] = ascent.objectives;
  if (!maximizesItsTarget(objective!, targets[0]!)) {
    const maximized = `What is maximized is ${nameOfMaximized(objective!)}, which went from ${formatNumber(start)} to ${formatNumber(end)}`;
    return `${what} was changed in ${steps}. ${maximized}: the target's own activation is another number, below.`;
  }
  const changed = `${what} was changed in ${steps} so that the target answers as strongly as possible: ${formatNumber(start)} became ${formatNumber(end)}.`;
  const [measured] = metrics?.pictures ?? [];
  if (measured?.activation === undefined || measured.percentile === undefined) return changed;
  const [, percentile] = metricRows(measured, metrics!);
  return `${changed} Without transforms it is ${formatNumber(measured.activation)}, ${percentile!.note}.`;
}

const nameOf = ({ target, start }: PictureEntry, all: readonly PictureEntry[]): string =>
  start !== null && new Set(all.map((one) => one.start)).size > 1 ? `${target} from ${start}` : target;

/** Screen pixels of a picture: three stand beside each other. */
const comfortable = 304;
/** Pictures of so many pixels a side are looked at pixel by pixel. */
const small = 64;

async function pictureSection(
  { run, targets, views, examples, animations, beside, codec, vocabulary }: MaximizeReport,
  i: number,
): Promise<Html> {
  const { pictures, metrics } = run;
  const picture = pictures[i]!;
  const { top, activation, step, redirected, warnings, files, tokens } = picture;
  const name = nameOf(picture, pictures);
  const isOwn = maximizesItsTarget(run.ascent.objectives[i]!, targets[i]!);
  const whose = isOwn ? "" : `; of ${nameOfMaximized(run.ascent.objectives[i]!)}, not of the target`;
  const measured = metrics?.pictures[i];
  const moving = animations?.[i];
  // that of a video is the video itself
  const isVideo = run.ascent.holds?.kind === "video";
  const shown = isVideo && views[i] ? { ...(views[i] as ShownInput), animation: moving } : views[i];
  const rows: string[][] = [
    ["Maximized, at the start", formatNumber(activation.start), `step 0${whose}`],
    [
      "Maximized, at the end",
      formatNumber(activation.end),
      `step ${step}, the ${wordFor(run.ascent.holds)} here${whose}`,
    ],
    ...(measured ? metricRows(measured, metrics!) : [])
      // most of what is not known is of pictures alone
      .filter(({ value }) => !run.ascent.holds || value !== "–")
      .map((row) => [row.name, row.value, row.note]),
  ];
  return html`<h2>${name}</h2>
    ${isOwn ? html`<p>${wordsOf(targets[i]!, vocabulary)}</p>` : aboutOther(targets[i]!, run.ascent.objectives[i]!, vocabulary)}
    ${figuresOf(shown, name) ?? html`<p>It has no channels that could be colours: its numbers are in ${picture.slug}.npy.</p>`}
    ${besideFigures(beside?.[i] ?? [])} ${tokens && tokenTable(tokens)} ${notes(warnings, redirected)}
    ${factsTable({ caption: "How good it is", columns: ["Measured", "Value", "Of"], rows })}
    ${
      top &&
      barChart({
        title: "Likeliest classes",
        nameLabel: "Class",
        valueLabel: "Probability",
        bars: top.map(({ class: index, label, probability }) => ({
          name: label === null || label === String(index) ? String(index) : `${index} ${label}`,
          value: probability,
        })),
        max: 1,
        format: formatPercent,
      })
    }
    ${examples[i] && (await besideReal(examples[i], wordFor(run.ascent.holds), codec))}
    ${moving !== undefined && !isVideo && animation(moving, name, wordFor(run.ascent.holds))}
    <p class="note">Files: ${linksTo(files)}</p>`;
}

const linksTo = (files: readonly string[]) =>
  files.map((file, at) => html`${at > 0 && ", "}<a href="${file}">${file}</a>`);

/** Closed at first: who opens it wants something that moves. */
function animation(source: string, name: string, what: string): Html {
  return html`<details class="animation">
    <summary>How the ${what} grew, step by step</summary>
    <img src="${source}" alt="The ${what} for ${name} from the start to the end" />
  </details>`;
}

function figuresOf(shown: ResultViews | ShownInput | undefined, name: string): Html | undefined {
  if (!shown) return undefined;
  return "holds" in shown ? inputFigures(shown, name) : figures(shown, name);
}

function figures({ channels, raw, start, change, changeInWords, range }: ResultViews, name: string): Html {
  const side = Math.max(raw.width, raw.height);
  const isSmooth = channels >= 3 && side > small;
  const scale = isSmooth ? comfortable / side : Math.max(1, Math.floor(comfortable / side));
  const [low, high] = range.map((x) => formatNumber(x, 3));
  const values = `values from ${low} to ${high}`;
  const sized = { scale, isSmooth };
  const grey = { light: gray, dark: gray };
  const scaleBar = (view: ResultViews["raw"]) => channels < 3 && { bar: colorBar({ ...view, map: grey }) };
  const figuresShown = [
    pictureFigure({ ...start, ...sized, alt: `The start`, caption: "The start", ...scaleBar(start) }),
    pictureFigure({
      ...raw,
      ...sized,
      isFirst: true,
      alt: `The picture that excites ${name}; ${values}`,
      caption: `The picture; ${values}${channels < 3 ? "" : `, drawn from ${formatNumber(raw.low, 3)} to ${formatNumber(raw.high, 3)}`}`,
      ...scaleBar(raw),
    }),
    pictureFigure({
      ...change,
      ...sized,
      alt: `What changed since the start: ${changeInWords}`,
      caption: `Change since the start${channels < 3 ? "" : " (luminance)"}`,
      bar: colorBar({ ...change, zero: 0, map: diverging }),
    }),
  ];
  return pictureRow(figuresShown, { isTriple: !isSmooth });
}

function notes(warnings: readonly string[], redirected: number): HtmlPart {
  const steps = redirected === 1 ? "1 step was" : `${redirected} steps were`;
  const all = [
    ...warnings.map((sentence) => html`<li><strong>Warning:</strong> ${sentence}</li>`),
    ...(redirected > 0 ? [html`<li>No gradient arrived at first: ${steps} taken with redirected gradients</li>`] : []),
  ];
  return all.length > 0 && html`<ul>${all}</ul>`;
}

/** The pictures of the data set that excite the same target most. */
async function besideReal({ file, most, crops }: TargetPictures, word: string, codec: ImageCodec): Promise<Html> {
  const { leftOut } = file;
  return html`<h3>Real ${word}s that excite it most</h3>
    ${
      leftOut.length > 0 &&
      html`<p class="note">
        ${leftOut.length} of them ${leftOut.length === 1 ? "is" : "are"} nearly the same as one that is shown, and left out.
      </p>`
    }
    ${await exampleRow(most, file.most, ({ activation }) => activation, codec)}
    ${
      crops.length > 0 &&
      html`<h3>What in real pictures excites one place most</h3>
        <p class="note">The part of each picture that the place with the highest activation sees.</p>
        ${await exampleRow(crops, file.crops, ({ peak }) => peak!.activation, codec)}`
    }`;
}

function comparison(pictures: readonly PictureEntry[], metrics: AscentMetrics): Html {
  const all = metrics.pictures.map((one) => metricRows(one, metrics));
  const names = [...new Set(all.flatMap((rows) => rows.map(({ name }) => name)))];
  const known = names.filter((name) => all.some((rows) => rows.some((row) => row.name === name && row.value !== "–")));
  const { diversity, layer, missing } = metrics;
  const different = diversity
    ? `They differ by ${formatNumber(diversity.euclidean, 3)} on average (Euclidean) in the means of ${layer}${diversity.cosine === undefined ? "" : `, a cosine distance of ${formatNumber(diversity.cosine, 3)}`}.`
    : `How different they are is not known: ${missing.diversity}.`;
  return html`<h2>Side by side</h2>
    ${dataTable({
      columns: ["Target", "Maximized from", "to", ...known],
      rows: pictures.map((picture, i) => [
        nameOf(picture, pictures),
        formatNumber(picture.activation.start),
        formatNumber(picture.activation.end),
        ...known.map((name) => all[i]!.find((row) => row.name === name)?.value ?? "–"),
      ]),
    })}
    <p>${different}</p>`;
}

/** As many pictures on a chart as there are colours. */
function curves(pictures: readonly PictureEntry[]): Html[] {
  const count = Math.ceil(pictures.length / seriesCount);
  return Array.from({ length: count }, (_, chart) => {
    const shown = pictures.slice(chart * seriesCount, (chart + 1) * seriesCount);
    return lineChart({
      title: count === 1 ? "Activation by step" : `Activation by step (${chart + 1} of ${count})`,
      xLabel: "step",
      yLabel: "activation",
      series: shown.map((one) => ({
        name: nameOf(one, pictures),
        points: one.curve.map((value, step) => [step, value] as const),
      })),
    });
  });
}

const caveats = (what: string) => html`<p class="note">
  ${what} here is one of many that excite the target, found by one rule from one start: it says what suffices for the network,
  not what the network &ldquo;sees&rdquo; in real pictures.
</p>`;

/** For a recipe that maximizes something else in the place of the target. */
function aboutOther(target: Spec, objective: Spec, vocabulary?: Pick<Vocabulary, "objective">): Html {
  return html`<p>Maximized is ${nameOfMaximized(objective)}: ${wordsOf(objective, vocabulary)}</p>
    <p>Its target is what &ldquo;Activation&rdquo; below measures: ${wordsOf(target, vocabulary)}</p>`;
}

/** What an objective is, from the tables that define its parts. */
function wordsOf(spec: Spec, { objective: table }: Pick<Vocabulary, "objective"> = standard): string {
  const terms = termsOf(spec).map((term) => ({ ...term, doc: lookUp(table, term.spec, "objective").doc }));
  const sentences = isWeightedSum(spec)
    ? terms.map(({ isWanted, doc }) => (isWanted ? doc : `Less of: ${doc}`))
    : ["What this formula makes of its parts", ...terms.map((term) => `${term.spec.type}: ${term.doc}`)];
  return `${[...new Set(sentences)].join(". ")}.`;
}
