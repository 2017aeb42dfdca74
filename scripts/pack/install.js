/** Packs every package, and installs xstar from the tarballs as a stranger does: by `npm install xstar`, in an empty folder. */
import { execFile } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { serveTarballs } from "./registry.js";

const execute = promisify(execFile);
export const root = fileURLToPath(new URL("../../", import.meta.url));
const minutes = 60_000;

/** Runs a program; gives what it printed, and fails with all of it. */
export async function run(cwd, command, args, env = {}) {
  const options = { cwd, env: { ...process.env, ...env }, timeout: 5 * minutes, maxBuffer: 1 << 26 };
  try {
    return (await execute(command, args, { ...options, shell: process.platform === "win32" })).stdout;
  } catch (cause) {
    const { stdout, stderr } = /** @type {{ stdout: string, stderr: string }} */ (cause);
    throw new Error(`${command} ${args.join(" ")} failed\n${stdout}${stderr}`, { cause });
  }
}

/** The tarballs of all packages, in a new folder. */
export async function packAll(folder) {
  mkdirSync(folder, { recursive: true });
  await run(root, "npm", ["pack", "--silent", "--workspaces", "--pack-destination", folder]);
  return readdirSync(folder);
}

/**
 * `npm install xstar` in a new folder, our packages from the tarballs, others from the registry.
 *
 * @param {string} tarballs
 * @param {string} folder
 * @param {{ node?: string, more?: readonly string[] }} options `node` is a folder with its programs, `more` is installed beside
 */
export async function installXstar(tarballs, folder, { node, more = [] } = {}) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), '{ "private": true, "type": "module" }\n');
  const registry = await serveTarballs(tarballs);
  try {
    const [own] = readdirSync(tarballs).filter((file) => /^xstar-\d/.test(file));
    const flags = [
      `--@xstar:registry=${registry.origin}/`,
      "--prefer-offline",
      "--no-audit",
      "--no-fund",
      "--loglevel=error",
    ];
    const env = { ONNXRUNTIME_NODE_INSTALL: "", ...(node && { PATH: `${node}${delimiter}${process.env.PATH}` }) };
    await run(folder, "npm", ["install", join(tarballs, own), ...more, ...flags], env);
  } finally {
    await registry.close();
  }
  if (!existsSync(join(folder, "node_modules", "xstar"))) throw new Error("npm installed nothing");
}
