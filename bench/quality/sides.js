/** The sides of bench:quality as whole processes: a command each, that writes a picture. */
import { spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { networks, wordsOf } from "./targets.js";

const here = import.meta.dirname;
const cli = join(here, "..", "..", "packages", "xstar", "bin", "xstar.js");
const usage = pathToFileURL(join(here, "report-usage.js")).href;

/**
 * Seconds of a process, and what it printed; rejects with what it complained of.
 * @param {string} command
 * @param {readonly string[]} args
 * @returns {Promise<{ seconds: number, stdout: string, stderr: string }>}
 */
function run(command, args) {
  const begin = performance.now();
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"] });
  const said = { stdout: "", stderr: "" };
  for (const name of /** @type {const} */ (["stdout", "stderr"]))
    child[name].setEncoding("utf8").on("data", (text) => (said[name] += text));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (status) => {
      const seconds = (performance.now() - begin) / 1000;
      if (status === 0) resolve({ seconds, ...said });
      else reject(new Error(said.stderr.trim().split("\n").at(-1)));
    });
  });
}

/**
 * An xstar command.
 * @param {string} program
 * @param {readonly string[]} args
 * @returns {Promise<{ seconds: number, processor: number }>}
 */
export async function runCommand(program, args) {
  const { seconds, stderr } = await run(process.execPath, ["--import", usage, program, ...args]);
  return { seconds, processor: Number(/processor seconds (\S+)/.exec(stderr)?.[1]) };
}

/**
 * xstar's command as its users call it. `options` are further flags.
 * @returns {Promise<{ seconds: number, processor: number, picture: string }>}
 */
export async function runXstar({ target, file, threads, seed, out, options = {} }) {
  const given = { seed, threads, out, format: "none", ...options };
  const flags = Object.entries(given).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const times = await runCommand(cli, ["maximize", file, wordsOf(target), ...flags, "--force"]);
  const [picture] = readdirSync(out).filter((name) => name.endsWith(".npy"));
  return { ...times, picture: join(out, picture) };
}

/**
 * A PyTorch program.
 * @param {{ python: string, script: string, target: import("./targets.js").Target, file: string, contract: any, threads: number, seed: number, steps: number, out: string, flags?: readonly string[] }} run
 * @returns {Promise<{ seconds: number, processor: number, picture: string }>}
 */
export async function runTorch({ python, script, target, file, contract, threads, seed, steps, out, flags = [] }) {
  const { size, side } = networks[target.network];
  const picture = `${out}.npy`;
  const args = [
    join(here, "..", "peers", script),
    file,
    target.layer,
    String(target.unit),
    ...flags,
    ...(target.kind === "neuron" ? ["--centre"] : []),
    ...Object.entries({ steps, seed, threads, side, size, out: picture }).flatMap(([name, v]) => [`--${name}`, `${v}`]),
    "--mean",
    ...contract.mean.map(String),
    "--std",
    ...contract.std.map(String),
  ];
  const { seconds, stdout } = await run(python, ["-W", "ignore", ...args]);
  const { processor } = JSON.parse(String(stdout.trim().split("\n").at(-1)));
  return { seconds, processor, picture };
}
