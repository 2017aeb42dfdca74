import { printable } from "./printable.js";
import { textWidth } from "./width.js";

export interface TableOptions {
  /** First cells of more characters get a line of their own, so that they do not widen their column. */
  readonly widestFirst?: number;
}

/**
 * Rows of text in columns of equal width, two spaces apart. The first row is the header; a column whose other cells
 * all begin like a number stands to the right.
 */
export function renderTable(
  all: readonly (readonly string[])[],
  { widestFirst = Infinity }: TableOptions = {},
): string {
  const isLong = ([first = ""]: readonly string[]) => textWidth(first) > widestFirst;
  const printed = all.map((row) => row.map(printable));
  const rows = printed.map((row) => (isLong(row) ? ["", ...row.slice(1)] : row));
  const columns = Math.max(0, ...rows.map((row) => row.length));
  const layout = Array.from({ length: columns }, (_, column) => {
    const cells = rows.map((row) => row[column] ?? "");
    return {
      width: Math.max(...cells.map(textWidth)),
      isNumeric: cells.slice(1).every((cell) => /^([+\-−]?[\d.]|$)/.test(cell)) && cells.slice(1).some(Boolean),
    };
  });
  return rows
    .map((row, i) => {
      const own = isLong(printed[i]!) ? `${printed[i]![0]}\n` : "";
      const cells = layout
        .map(({ width, isNumeric }, column) => {
          const cell = row[column] ?? "";
          const space = " ".repeat(width - textWidth(cell));
          return isNumeric ? space + cell : cell + space;
        })
        .join("  ")
        .trimEnd();
      return own + cells;
    })
    .join("\n");
}
