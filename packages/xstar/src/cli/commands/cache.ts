import type { Command } from "commander";
import { renderTable } from "../../terminal/table.js";

export function addCache(command: Command): void {
  command
    .option("--clear", "remove them all")
    .option("--json", "print the list as JSON")
    .addHelpText(
      "after",
      `
xstar maximize keeps what ONNX Runtime makes of its graphs for this machine, by their contents: a model that was
maximized before begins sooner, with the same numbers. They take 512 MiB at most; those that were used last stay.
The environment variable XSTAR_CACHE names another folder for them, or keeps none: XSTAR_CACHE=off.

Examples:
  xstar cache
  xstar cache --clear`,
    )
    .action(async ({ clear = false, json = false }: { clear?: boolean; json?: boolean }) => {
      const { clearGraphs, graphsFolder, listGraphs } = await import("../../files/kept-graphs.js");
      const folder = graphsFolder();
      const kept = folder === undefined ? [] : await listGraphs(folder);
      if (clear && folder !== undefined) await clearGraphs(folder);
      const bytes = kept.reduce((sum, one) => sum + one.bytes, 0);
      const total = `${kept.length} graph${kept.length === 1 ? "" : "s"}, ${mebibytes(bytes)}`;
      if (json)
        process.stdout.write(`${JSON.stringify({ folder: folder ?? null, cleared: clear, kept }, undefined, 2)}\n`);
      else if (folder === undefined) process.stdout.write("Nothing is kept: XSTAR_CACHE is off\n");
      else if (clear) process.stdout.write(`Removed from ${folder}: ${total}\n`);
      else process.stdout.write(`${[...tableOf(kept), `${folder}: ${total}`].join("\n")}\n`);
    });
}

function tableOf(
  kept: readonly { readonly path: string; readonly bytes: number; readonly usedAt: number }[],
): string[] {
  if (kept.length === 0) return [];
  const rows = kept.map(({ path, bytes, usedAt }) => [
    /([0-9a-f]{12})[^\\/]*$/.exec(path)![1]!,
    mebibytes(bytes),
    new Date(usedAt).toISOString().slice(0, 16).replace("T", " "),
  ]);
  return [renderTable([["graph", "size", "last used (UTC)"], ...rows])];
}

const mebibytes = (bytes: number) => `${(bytes / 2 ** 20).toFixed(1)} MiB`;
