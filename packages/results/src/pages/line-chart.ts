import { type Axis, type AxisScale, createAxis } from "./axis.js";
import { formatNumber } from "./format.js";
import { type Html, html } from "./html.js";
import { seriesCount } from "./styles.js";

export type Point = readonly [x: number, y: number];

export interface Series {
  readonly name: string;
  /** In ascending order of x. A point whose y the scale cannot show interrupts the line. */
  readonly points: readonly Point[];
}

export interface LineChartOptions {
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly series: readonly Series[];
  /** "nines" spreads probabilities near 1: 0.9, 0.99 and 0.999 are equally far apart. */
  readonly yScale?: AxisScale;
  /** "log" leaves out points at 0, but not from the table. */
  readonly xScale?: "linear" | "log";
  /** Without marks many points look like the curve that they are. @default true */
  readonly hasMarks?: boolean;
}

const width = 460;
const height = 270;
const [right, top, bottom] = [width - 16, 28, height - 44];
const dashes = ["none", "7 4", "2 4", "10 4 2 4", "14 4", "4 2"];
const marks = [
  "M4 0A4 4 0 1 1-4 0A4 4 0 1 1 4 0Z",
  "M-4-4H4V4H-4Z",
  "M0-5L5 4H-5Z",
  "M0-5.5L5.5 0L0 5.5L-5.5 0Z",
  "M0 5L5-4H-5Z",
  "M-4-4L4 4M4-4L-4 4",
];
const marksPerCurve = 5;
const mostRows = 120;

/** Curves as SVG, each with its own colour, dashes and marks, and the numbers as a table that unfolds. */
export function lineChart({
  title,
  xLabel,
  yLabel,
  series,
  yScale = "linear",
  xScale = "linear",
  hasMarks = true,
}: LineChartOptions): Html {
  const points = series.flatMap((one) => one.points);
  const frame = createFrame(points, { xScale, yScale });
  const summary = `Line chart of ${yLabel} by ${xLabel}. ${series.map(describe).join("; ")}`;
  return html`<figure class="chart">
    <figcaption>${title}</figcaption>
    ${
      series.length > 1 &&
      html`<ul class="legend">
        ${series.map(legendEntry)}
      </ul>`
    }
    <svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${summary}">
      ${frame.yAxis.ticks.map(({ position, label }) => {
        const y = frame.yAt(position);
        return html`<path class="grid" d="M${frame.left} ${y}H${right}" />
          <text x="${frame.left - 8}" y="${y}" dy=".35em" text-anchor="end">${label}</text>`;
      })}
      ${frame.xAxis.ticks.map(({ position, label }) => {
        const x = frame.xAt(position);
        return html`<path class="grid" d="M${x} ${bottom}v5" />
          <text x="${x}" y="${bottom + 19}" text-anchor="middle">${label}</text>`;
      })}
      <text x="2" y="14">${yLabel}</text>
      <text x="${right}" y="${height - 6}" text-anchor="end">${xLabel}</text>
      ${series.map((one, i) => curve(one.points, i, { ...frame, hasMarks }))}
    </svg>
    ${numbersTable(series, xLabel, title)}
  </figure>`;
}

interface Frame {
  readonly xAxis: Axis;
  readonly yAxis: Axis;
  /** Where the plot begins: right of the longest label. */
  readonly left: number;
  /** Positions on the axes, 0 to 1, in units of the picture. */
  xAt(position: number): number;
  yAt(position: number): number;
}

function createFrame(points: readonly Point[], { xScale, yScale }: Record<"xScale" | "yScale", AxisScale>): Frame {
  const xAxis = createAxis(
    xScale,
    points.map(([x]) => x),
    true,
  );
  const shown = points.filter(([x]) => Number.isFinite(xAxis.position(x)));
  const yAxis = createAxis(
    yScale,
    shown.map(([, y]) => y),
  );
  const left = 16 + 9 * Math.max(2, ...yAxis.ticks.map(({ label }) => label.length));
  return {
    xAxis,
    yAxis,
    left,
    xAt: (position) => round(left + position * (right - left)),
    yAt: (position) => round(bottom - position * (bottom - top)),
  };
}

function curve(
  points: readonly Point[],
  index: number,
  { xAxis, yAxis, xAt, yAt, hasMarks }: Frame & { readonly hasMarks: boolean },
): Html {
  const shown = points.map(([x, y]) => [xAt(xAxis.position(x)), yAt(yAxis.position(y))] as const);
  let isDown = false;
  const path = shown.map(([x, y]) => {
    const step = Number.isFinite(x) && Number.isFinite(y) ? `${isDown ? "L" : "M"}${x} ${y}` : "";
    isDown = step !== "";
    return step;
  });
  const stride = Math.max(1, Math.floor((shown.length - 1) / marksPerCurve));
  const offset = Math.floor((stride * index) / seriesCount);
  const marked = shown.filter(([x, y], i) => Number.isFinite(x) && Number.isFinite(y) && i % stride === offset);
  return html`<g class="series-${index % seriesCount}">
    <path class="curve" stroke-dasharray="${dash(index)}" d="${path.join("")}" />
    ${hasMarks && marked.map(([x, y]) => mark(index, x, y))}
  </g>`;
}

function legendEntry({ name }: Series, index: number): Html {
  return html`<li>
    <svg class="series-${index % seriesCount}" viewBox="0 0 44 14" aria-hidden="true">
      <path class="curve" stroke-dasharray="${dash(index)}" d="M0 7H44" />
      ${mark(index, 22, 7)}</svg
    >${name}
  </li>`;
}

function mark(index: number, x: number, y: number): Html {
  return html`<path class="mark" transform="translate(${x} ${y})" d="${marks[index % marks.length]!}" />`;
}

function dash(index: number): string {
  return dashes[index % dashes.length]!;
}

function describe({ name, points }: Series): string {
  const [first, last] = [points[0], points.at(-1)];
  return first && last ? `${name}: from ${formatNumber(first[1])} to ${formatNumber(last[1])}` : `${name}: no points`;
}

/** One row for each x; of long series at most about 120 rows at equal distances with the first and the last. */
function numbersTable(series: readonly Series[], xLabel: string, title: string): Html {
  const columns = series.map(({ points }) => new Map(points));
  const all = [...new Set(columns.flatMap((column) => [...column.keys()]))].sort((a, b) => a - b);
  const stride = Math.ceil(all.length / mostRows);
  const rows = all.filter((_, i) => i % stride === 0 || i === all.length - 1);
  const note = stride > 1 ? ` (${rows.length} of ${all.length} rows)` : "";
  return html`<details>
    <summary>The numbers${note}</summary>
    <div class="scroll" role="region" tabindex="0" aria-label="The numbers: ${title}">
      <table>
        <thead>
          <tr>
            <th scope="col">${xLabel}</th>
            ${series.map(({ name }) => html`<th scope="col">${name}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${rows.map(
            (x) =>
              html`<tr>
                <th scope="row">${formatNumber(x)}</th>
                ${columns.map((column) => html`<td>${formatCell(column.get(x))}</td>`)}
              </tr> `,
          )}
        </tbody>
      </table>
    </div>
  </details>`;
}

function formatCell(y: number | undefined): string {
  if (y === undefined) return "";
  return Number.isFinite(y) ? formatNumber(y) : "–";
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
