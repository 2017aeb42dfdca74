import { printable } from "./printable.js";

/**
 * Rows of text in columns of equal width, two spaces apart. The first row is the header; a column whose other cells
 * all begin like a number stands to the right.
 */
export function renderTable(given: readonly (readonly string[])[]): string {
  const rows = given.map((row) => row.map(printable));
  const columns = Math.max(0, ...rows.map((row) => row.length));
  const layout = Array.from({ length: columns }, (_, column) => {
    const cells = rows.map((row) => row[column] ?? "");
    return {
      width: Math.max(...cells.map(textWidth)),
      isNumeric: cells.slice(1).every((cell) => /^([+\-−]?[\d.]|$)/.test(cell)) && cells.slice(1).some(Boolean),
    };
  });
  return rows
    .map((row) =>
      layout
        .map(({ width, isNumeric }, column) => {
          const cell = row[column] ?? "";
          const space = " ".repeat(width - textWidth(cell));
          return isNumeric ? space + cell : cell + space;
        })
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

function textWidth(text: string): number {
  return [...text].length;
}
