import { tensor, type Tensor } from "@xstar/core";
import type { ImageCodec } from "../codecs/image-codec.js";
import { planesOf } from "../image/drawing.js";
import { enlarge, enlargementFor } from "../image/enlarge.js";
import { drawHeat } from "../image/heat.js";
import { validView } from "../image/view.js";
import { pictureSizeOf, type PictureSource } from "../measure/source.js";
import { nameOfClass } from "../pages/explain-words.js";
import { dataTable } from "../pages/data-table.js";
import { pictureFigure, pictureRow } from "../pages/figure.js";
import { html, page, type Html } from "../pages/html.js";
import { lineChart } from "../pages/line-chart.js";
import { matrixChart } from "../pages/matrix-chart.js";
import { webpUri } from "../pages/report-views.js";
import { judged, shown } from "./check.js";
import {
  byImportance,
  type Finding,
  type FoundHeat,
  type FoundPicture,
  type MadePicture,
  type Severity,
} from "./finding.js";
import type { Observations } from "./observe.js";

/** What a report of a diagnosis tells. */
export interface DiagnosisReport {
  /** The model's name. */
  readonly name: string;
  readonly findings: readonly Finding[];
  /** Whether all checks were made. @default true */
  readonly isWhole?: boolean | undefined;
  readonly observed: Observations;
  readonly pictures: PictureSource;
  readonly training?: PictureSource | undefined;
  /** Pictures to train with that could not be read. */
  readonly unreadToTrain?: Observations["skipped"] | undefined;
  readonly labels: readonly string[] | undefined;
  readonly codec: ImageCodec;
}

const heading: Readonly<Record<Severity, string>> = {
  serious: "Mend this first",
  warning: "Mend this",
  note: "Good to know",
  fine: "In order",
};

/** The diagnosis in a sentence or two, for those who read nothing else; of work that was stopped, that it was. */
export function summarizeFindings(findings: readonly Finding[], isWhole = true): string {
  const sorted = byImportance(findings);
  const bad = sorted.filter(({ severity }) => severity === "serious" || severity === "warning");
  const errs = sorted.find(({ check }) => check === "errors");
  const first = errs ? `${errs.title}. ` : "";
  const rest = isWhole ? "" : " The work was stopped before all checks were made.";
  if (bad.length === 0) return `${first}Nothing was found that needs mending.${rest}`;
  const named = bad
    .filter((one) => one !== errs)
    .slice(0, 2)
    .map(({ title }) => `${title}.`);
  const more = bad.length - named.length - Number(errs !== undefined && bad.includes(errs));
  return `${first}${named.join(" ")}${more > 0 ? ` And ${more} more to mend.` : ""}${rest}`;
}

/** Pictures of a finding on the page. */
const mostShown = 24;
/** Screen pixels of a picture. */
const side = 96;

/** A page that needs nothing else: the most important finding first, with its numbers, its pictures and what to do. */
export async function diagnosisReport(report: DiagnosisReport): Promise<string> {
  const { name, findings, observed, isWhole } = report;
  const sorted = byImportance(findings);
  const parts: Html[] = [];
  let last: Severity | undefined;
  for (const finding of sorted) {
    if (finding.severity !== last) parts.push(html`<h2>${heading[finding.severity]}</h2>`);
    last = finding.severity;
    parts.push(await section(finding, report));
  }
  return page({
    title: `What is wrong with ${name}?`,
    description: summarizeFindings(findings, isWhole),
    body: html`${parts} ${await confusion(report)}
    ${unread(observed.skipped, "pictures")} ${unread(report.unreadToTrain ?? [], "pictures to train with")}`,
  });
}

/** How many pictures could not be read, and the first of them. */
const unread = (skipped: Observations["skipped"], what: string) =>
  skipped.length > 0 &&
  html`<p class="note">${skipped.length} ${what} could not be read: ${skipped
    .slice(0, 20)
    .map(({ reason }) => reason)
    .join("; ")}.</p>`;

async function section(finding: Finding, report: DiagnosisReport): Promise<Html> {
  const { title, detail, advice, pictures = [], made = [], table, curve } = finding;
  const figures = await Promise.all(pictures.slice(0, mostShown).map((one) => figureOf(one, report)));
  return html`<h3>${title}</h3>
    <p>${detail}</p>
    ${advice !== undefined && html`<p><strong>What to do:</strong> ${advice}.</p>`}
    ${figures.length > 0 && pictureRow(figures.filter((one) => one !== undefined))}
    ${made.length > 0 && pictureRow(made.map(madeFigure))}
    ${curve && lineChart(curve)}
    ${table && dataTable({ columns: table.columns, rows: table.rows })}`;
}

const madeFigure = ({ caption, width, height, png }: MadePicture): Html =>
  pictureFigure({ light: png, alt: caption, caption, width, height, scale: side / Math.max(width, height) });

async function figureOf(
  { index, name, caption, isTraining, heat }: FoundPicture,
  { pictures, training, observed, codec }: DiagnosisReport,
): Promise<Html | undefined> {
  const size = pictureSizeOf(observed.shape);
  const source = isTraining ? training : pictures;
  if (!size || !source) return undefined;
  const small = fitted(size);
  const read = await source.read(index, small);
  const picture = heat ? heated(read, heat) : validView(planesOf(read)).picture;
  const large = enlarge(picture, enlargementFor(picture, side));
  const { width, height } = large;
  return pictureFigure({
    light: await webpUri(large, codec),
    alt: `${name}: ${caption}`,
    caption: html`${caption}<br /><span class="note">${name}</span>`,
    width,
    height,
    scale: side / Math.max(width, height),
    isSmooth: size.height > side,
  });
}

const heated = (picture: Tensor, { values, height, width, isSigned = false }: FoundHeat) =>
  drawHeat(picture, tensor("float32", [...values], [height, width]), { isSigned });

/** A picture is read no larger than it is shown. */
function fitted(size: NonNullable<ReturnType<typeof pictureSizeOf>>) {
  const factor = Math.min(1, side / Math.max(size.height, size.width));
  return { ...size, height: Math.round(size.height * factor), width: Math.round(size.width * factor) };
}

/** Of this many classes a whole table is still readable. */
const mostClasses = 20;
/** Pictures behind a cell. */
const perCell = 12;

/** Which class was taken for which; a cell unfolds its pictures. */
async function confusion(report: DiagnosisReport): Promise<Html> {
  const { observed, labels } = report;
  const all = judged(observed);
  const classes = [...new Set(all.flatMap(({ at, label }) => [label, observed.predicted[at]!]))].sort((a, b) => a - b);
  if (all.length === 0 || classes.length > mostClasses || classes.length < 2) return html``;
  const names = classes.map((one) => nameOfClass(one, labels));
  const cell = (row: number, column: number) =>
    all.filter(({ at, label }) => label === classes[row] && observed.predicted[at] === classes[column]);
  const idOf = (row: number, column: number) => `pictures-${classes[row]}-${classes[column]}`;
  const values = classes.map((_, row) => classes.map((_c, column) => cell(row, column).length));
  const folds: Html[] = [];
  for (const [row] of classes.entries()) {
    for (const [column] of classes.entries()) {
      const some = cell(row, column);
      if (some.length === 0) continue;
      const figures = await Promise.all(
        some.slice(0, perCell).map(({ at }) => figureOf(shown(observed, at, labels), report)),
      );
      folds.push(
        html`<details>
          <summary>${names[row]} taken for ${names[column]}: ${some.length}${some.length > perCell && `, of which ${perCell} are shown`}</summary>
          <div id="${idOf(row, column)}">${pictureRow(figures.filter((one) => one !== undefined))}</div>
        </details>`,
      );
    }
  }
  return html`<h2>Which class is taken for which</h2>
    ${matrixChart({
      title: "Labelled (rows), taken for (columns)",
      rows: names,
      columns: names,
      values,
      rowLabel: "labelled",
      columnLabel: "taken for",
      limit: Math.max(1, ...values.flatMap((line, row) => line.filter((_, column) => column !== row))),
      link: (row, column) => (values[row]![column]! > 0 ? `#${idOf(row, column)}` : undefined),
    })}
    <p class="note">Every number leads to its pictures.</p>
    ${folds}`;
}
