import { summarizeTransfer } from "../../bench/quality/transfer-table.js";

/** @param {{ rows: import("../../bench/quality/transfer-table.js").TransferRow[] } | undefined} results */
export function transferSection(results) {
  if (!results) return undefined;
  return `## Whom the pictures convince

Where networks that had no part in the making put the class, by \`npm run bench:transfer\`: ImageNet's classes on three networks, each
judged by the two others, digits on three networks of MNIST likewise.

${summarizeTransfer(results.rows)}`;
}
