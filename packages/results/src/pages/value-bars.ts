import { formatNumber } from "./format.js";
import { type Html, html } from "./html.js";

export interface ValueBarsOptions {
  readonly title: string;
  /** Of any sign. */
  readonly values: readonly number[];
  /** What they were at the start. */
  readonly before: readonly number[];
}

/** No shares, of which the nines would count. */
const rounded = (x: number) => formatNumber(Number(x.toPrecision(4)));

/** Bars to the right of 0 for what is above, to the left for what is below, with the numbers and what changed. */
export function valueBars({ title, values, before }: ValueBarsOptions): Html {
  const low = Math.min(0, ...values);
  const span = Math.max(0, ...values) - low || 1;
  const share = (x: number) => ((100 * x) / span).toFixed(2);
  return html`<figure class="chart">
    <figcaption>${title}</figcaption>
    <table class="bars values" aria-label="${title}">
      <thead>
        <tr>
          <th scope="col">Number</th>
          <td></td>
          <th scope="col">Value</th>
          <th scope="col">Change</th>
        </tr>
      </thead>
      <tbody>
        ${values.map((value, i) => {
          const [from, width] = [share(Math.min(value, 0) - low), share(Math.abs(value))];
          return html`<tr>
            <th scope="row">${i}</th>
            <td class="track series-0"><span class="bar" style="margin-left:${from}%;width:${width}%"></span></td>
            <td>${rounded(value)}</td>
            <td>${rounded(value - before[i]!)}</td>
          </tr> `;
        })}
      </tbody>
    </table>
  </figure>`;
}
