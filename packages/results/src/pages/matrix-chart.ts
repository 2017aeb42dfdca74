import { diverging } from "../image/colormap.js";
import { type Html, html } from "./html.js";
import { filledWith } from "./theme.js";

export interface MatrixChartOptions {
  readonly title: string;
  readonly rows: readonly string[];
  readonly columns: readonly string[];
  /** `values[row][column]`. */
  readonly values: readonly (readonly number[])[];
  /** What rows and columns are: "digit", "network says". */
  readonly rowLabel?: string;
  readonly columnLabel?: string;
  /** From 0 up, or signed around 0. */
  readonly kind?: "sequential" | "diverging";
  /** The value that gets the strongest colour; by default the largest absolute one. */
  readonly limit?: number;
  /** Digits behind the point; by default none for whole numbers, else two. */
  readonly digits?: number;
  /** Where a cell leads; nowhere where it gives nothing. */
  readonly link?: (row: number, column: number) => string | undefined;
}

/** A heat map: a table whose cells have a colour and a number, so that it needs no second form for screen readers. */
export function matrixChart(options: MatrixChartOptions): Html {
  const { title, rows, columns, values, rowLabel = "", columnLabel = "", kind = "sequential", link } = options;
  const all = values.flat().filter(Number.isFinite);
  const limit = options.limit ?? (all.reduce((most, value) => Math.max(most, Math.abs(value)), 0) || 1);
  const digits = options.digits ?? (all.every(Number.isInteger) ? 0 : 2);
  const fill = (value: number) => {
    if (!Number.isFinite(value)) return "";
    return filledWith(diverging, kind === "diverging" ? 0.5 + value / limit / 2 : 0.5 - value / limit / 2);
  };
  const cell = (value: number, row: number, column: number) => {
    const [text, href] = [formatCell(value, digits), link?.(row, column)];
    return html`<td style="${fill(value)}">${href === undefined ? text : html`<a href="${href}">${text}</a>`}</td>`;
  };
  return html`<figure class="chart">
    <figcaption>${title}</figcaption>
    <div class="scroll" role="region" tabindex="0" aria-label="${title}">
      <table class="matrix">
        <thead>
          <tr>
            <td>${rowLabel && `${rowLabel} ↓`}<br />${columnLabel && `${columnLabel} →`}</td>
            ${columns.map((name) => html`<th scope="col">${name}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${rows.map(
            (name, row) =>
              html`<tr>
                <th scope="row">${name}</th>
                ${(values[row] ?? []).map((value, column) => cell(value, row, column))}
              </tr> `,
          )}
        </tbody>
      </table>
    </div>
  </figure>`;
}

function formatCell(value: number, digits: number): string {
  if (!Number.isFinite(value)) return "–";
  const text = value.toFixed(digits);
  return (Number(text) === 0 ? text.replace("-", "") : text).replace("-", "−");
}
