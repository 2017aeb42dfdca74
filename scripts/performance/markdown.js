const row = (cells) => `| ${cells.join(" | ")} |`;

/**
 * @param {readonly string[]} head
 * @param {readonly (readonly unknown[])[]} rows
 */
export const table = (head, rows) =>
  [row(head), row(head.map((_, i) => (i === 0 ? "---" : "---:"))), ...rows.map(row)].join("\n");
