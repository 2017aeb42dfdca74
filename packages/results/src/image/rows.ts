import { filledPicture, type Picture } from "./picture.js";
import { contactSheet, surround, type SheetOptions } from "./sheet.js";

/**
 * Rows of pictures on one sheet, each from the left; where there is none, and behind shorter rows, it is empty.
 *
 * @example
 * const sheet = rowsSheet([[drawNumber(1), drawNumber(2)], [drawNumber(3)]]);
 */
export function rowsSheet(
  rows: readonly (readonly (Picture | undefined)[])[],
  options: Omit<SheetOptions, "columns"> = {},
): Picture {
  const columns = Math.max(...rows.map((row) => row.length));
  const empty = filledPicture(1, 1, surround);
  const cells = rows.flatMap((row) => Array.from({ length: columns }, (_, i) => row[i] ?? empty));
  return contactSheet(cells, { ...options, columns });
}
