import type { Command } from "commander";
import { renderTable } from "../../terminal/table.js";

export function addDevices(command: Command): void {
  command
    .option("--json", "print the list as JSON")
    .addHelpText(
      "after",
      `
Each is measured by a step of the article's network, and of one of SqueezeNet's size, both for one picture.

Examples:
  xstar devices
  xstar maximize model.onnx conv2:7 --device webgpu`,
    )
    .action(async ({ json }: { json?: boolean }) => {
      const { findDevices } = await import("../../devices.js");
      const { measureDevice } = await import("../../api/measure-device.js");
      const rows = [];
      for (const { device, runtime, missing, hint } of await findDevices()) {
        const speed = runtime && (await measureDevice(runtime));
        rows.push({ device, runtime: runtime?.name, ...speed, missing, hint });
      }
      process.stdout.write(`${json ? JSON.stringify(rows, undefined, 2) : describe(rows)}\n`);
    });
}

interface Row {
  readonly device: string;
  readonly runtime?: string | undefined;
  readonly article?: number;
  readonly squeezeNet?: number | undefined;
  readonly missing?: string | undefined;
  readonly hint?: string | undefined;
}

function describe(rows: readonly Row[]): string {
  const there = rows.filter(({ runtime }) => runtime);
  const milliseconds = (x: number | undefined) => (x === undefined ? "too slow" : `${Number(x.toPrecision(3))} ms`);
  const table = renderTable([
    ["device", "ONNX Runtime", "article, a step", "SqueezeNet, a step"],
    ...there.map((row) => [row.device, row.runtime!, milliseconds(row.article), milliseconds(row.squeezeNet)]),
  ]);
  const missing = rows
    .filter(({ runtime }) => !runtime)
    .map((row) => `${row.device}: ${row.missing}${row.hint ? `\n  ${row.hint}` : ""}`);
  return [table, ...(missing.length > 0 ? ["", "Not here:", ...missing] : [])].join("\n");
}
