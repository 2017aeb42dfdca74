import { formatNumber } from "./format.js";
import { type Html, html } from "./html.js";

export interface Bar {
  readonly name: string;
  /** 0 or more. */
  readonly value: number;
}

export interface BarChartOptions {
  readonly title: string;
  /** What a bar and its length are: "digit", "sum of standard deviations". */
  readonly nameLabel: string;
  readonly valueLabel: string;
  readonly bars: readonly Bar[];
  /** The value of a full bar; by default the largest. */
  readonly max?: number;
  /** Marks the longest bar with a star. */
  readonly isBestMarked?: boolean;
  readonly format?: (value: number) => string;
}

/** Horizontal bars in a table, from 0, with the number at the end of each row. */
export function barChart(options: BarChartOptions): Html {
  const { title, nameLabel, valueLabel, bars, isBestMarked = false, format = formatNumber } = options;
  const most = bars.reduce((best, { value }) => Math.max(best, value), 0);
  const max = options.max ?? (most || 1);
  return html`<figure class="chart">
    <figcaption>${title}</figcaption>
    <table class="bars" aria-label="${title}">
      <thead>
        <tr>
          <th scope="col">${nameLabel}</th>
          <td></td>
          <th scope="col">${valueLabel}</th>
        </tr>
      </thead>
      <tbody>
        ${bars.map(({ name, value }) => {
          const isBest = isBestMarked && value === most;
          const percent = Math.min(100, Math.max(0, (100 * value) / max)).toFixed(2);
          return html`<tr${isBest && html` class="best"`}><th scope="row">${name}</th>
<td class="track series-0"><span class="bar" style="width:${percent}%"></span></td><td>${format(value)}${isBest && " ★"}</td></tr>
`;
        })}
      </tbody>
    </table>
  </figure>`;
}
