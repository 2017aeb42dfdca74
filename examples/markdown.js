/** A Markdown table; the first row is its head. */
export function table([head, ...rows]) {
  const line = (cells) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

/** Commands that can be copied. */
export const commands = (lines) => ["```bash", ...lines, "```"].join("\n");

/** Three figures. */
export const number = (x) => (Math.abs(x) < 0.005 ? "0" : `${Number(x.toPrecision(3))}`);

/** A share from 0 to 1; what is not quite 100 % does not look like it. */
export const percent = (share) =>
  share > 0.9999 ? "> 99.99 %" : share < 0.0001 ? "< 0.01 %" : `${(100 * share).toFixed(share > 0.99 ? 2 : 1)} %`;

/** A list cut into rows of so many. */
export const inRows = (items, columns) =>
  Array.from({ length: Math.ceil(items.length / columns) }, (_, row) =>
    items.slice(row * columns, (row + 1) * columns),
  );
