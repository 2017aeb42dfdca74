import { html, type Html, type HtmlPart } from "./html.js";

export interface DataTableOptions {
  readonly caption?: string;
  readonly columns: readonly string[];
  /** The first cell of a row is its heading. */
  readonly rows: readonly (readonly HtmlPart[])[];
}

/** A table that scrolls sideways where the page is too narrow for it. */
export function dataTable({ caption, columns, rows }: DataTableOptions): Html {
  return html`<div class="scroll" role="region" tabindex="0" aria-label="${caption ?? columns.join(", ")}">
    <table class="data">
      ${caption !== undefined && html`<caption>${caption}</caption>`}
      <thead><tr>${columns.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead>
      <tbody>
        ${rows.map(
          ([heading, ...cells]) =>
            html`<tr><th scope="row">${heading}</th>${cells.map((cell) => html`<td>${cell}</td>`)}</tr> `,
        )}
      </tbody>
    </table>
  </div>`;
}

/** A table whose last column is text. */
export function factsTable(options: DataTableOptions): Html {
  return html`<div class="facts">${dataTable(options)}</div>`;
}
