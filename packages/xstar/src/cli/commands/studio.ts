import { spawn } from "node:child_process";
import { fields } from "@xstar/core";
import type { Command } from "commander";
import { withInterrupt } from "../../terminal/interrupt.js";
import { valueOf } from "../flags.js";

interface StudioFlags {
  readonly port: number;
  readonly open: boolean;
}

export function addStudio(command: Command): void {
  command
    .option(
      "--port <number>",
      "port on this machine; 0 takes a free one",
      valueOf("--port", fields.int("", { min: 0, max: 65_535 })),
      8484,
    )
    .option("--no-open", "only print the address")
    .addHelpText(
      "after",
      `
Everything runs in the browser, on this machine: the command serves the studio's files, and those of the model, to 127.0.0.1 alone,
with the headers that let a page have threads. Ctrl-C ends it.

Examples:
  xstar studio
  xstar studio model.onnx
  xstar studio https://example.org/model.onnx
  xstar studio --no-open --port 9000`,
    )
    .action((model: string | undefined, flags: StudioFlags) => runStudio(model, flags));
}

async function runStudio(model: string | undefined, { port, open }: StudioFlags): Promise<void> {
  const { serveStudio } = await import("../../studio/serve.js");
  const { filesOfModel } = await import("../../studio/model-files.js");
  const { downloadModel, isAddress } = await import("../../studio/download-model.js");
  const downloaded = model !== undefined && isAddress(model) ? await downloadModel(model) : undefined;
  const files = model === undefined ? undefined : await filesOfModel(downloaded?.path ?? model);
  const server = await serveStudio({ port, files });
  const address = files ? `${server.address}#/local` : server.address;
  process.stdout.write(`The studio is at ${address}\n`);
  if (open && process.stdout.isTTY) openBrowser(address);
  await withInterrupt((signal) => new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve())));
  await server.close();
  await downloaded?.remove();
}

/** Where there is no browser, the address is printed already. */
function openBrowser(address: string): void {
  const openers: Partial<Record<NodeJS.Platform, readonly [string, readonly string[]]>> = {
    darwin: ["open", []],
    win32: ["cmd", ["/c", "start", ""]],
  };
  const [program, words] = openers[process.platform] ?? ["xdg-open", []];
  spawn(program, [...words, address], { stdio: "ignore", detached: true })
    .on("error", () => undefined)
    .unref();
}
