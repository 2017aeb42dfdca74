import { spawn, type ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import { requireBuild } from "./require-build.js";

const program = fileURLToPath(new URL("../../bin/xstar.js", import.meta.url));

export interface Outcome {
  /** Null when a signal ended it. */
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs the command line in a folder; `onStart` gets the process, to stop it, `env` is what it finds besides its path. */
export function runCli(
  cwd: string,
  args: readonly string[],
  onStart?: (child: ChildProcess) => void,
  env: Readonly<Record<string, string>> = {},
): Promise<Outcome> {
  requireBuild();
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program, ...args], {
      cwd,
      env: { PATH: process.env["PATH"], XSTAR_CACHE: "off", ...env },
    });
    let [out, err] = ["", ""];
    child.stdout.on("data", (chunk) => (out += chunk));
    child.stderr.on("data", (chunk) => (err += chunk));
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, out, err }));
    onStart?.(child);
  });
}
