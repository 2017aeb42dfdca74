import type { NamedToken } from "../record/run-file.js";
import { dataTable } from "./data-table.js";
import { formatNumber } from "./format.js";
import { html, type Html } from "./html.js";

/** A token as a reader knows it: its word, or its number. */
const nameOf = ({ index, word }: NamedToken): string => word ?? `#${index}`;

/** The nearest token of every place, one after the other. */
export const tokenText = (places: readonly (readonly NamedToken[])[]): string =>
  places.map(([first]) => (first ? nameOf(first) : "?")).join(" ");

/** The real tokens that lie nearest to the vector of each place. */
export function tokenTable(places: readonly (readonly NamedToken[])[]): Html {
  const count = Math.max(1, ...places.map((some) => some.length));
  const others = Array.from({ length: count - 1 }, (_, i) => `Next ${i + 1}`);
  const cell = (token: NamedToken | undefined) => token && `${nameOf(token)} (${formatNumber(token.cosine, 2)})`;
  return html`${dataTable({
    caption: "The nearest real tokens",
    columns: ["Place", "Nearest", "Number", "Distance", ...others],
    rows: places.map(([first, ...rest], place) => [
      String(place),
      cell(first) ?? "–",
      first ? String(first.index) : "–",
      first ? formatNumber(first.distance, 3) : "–",
      ...others.map((_, i) => cell(rest[i]) ?? "–"),
    ]),
  })}
    <p class="note">
      In parentheses the cosine between the two vectors: what was maximized lies between tokens, and a low one says that no token is
      near it.
    </p>`;
}
