import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { suggest, XstarError } from "@xstar/core";
import type { Command, Option } from "commander";
import { isThere } from "../files/folder.js";
import { readFileOrExplain } from "../files/read.js";
import { say } from "./print-warnings.js";

/** Looked for in the current folder, in this order. */
const usual = ["xstar.config.json", "xstar.config.js", "xstar.config.ts"];

/** What only the command line says. */
const never = new Set(["config", "from", "resume", "force", "debug", "help", "version"]);

/**
 * Gives the command the flags that a config file holds, by their names (`{"steps": 200, "picture-size": 512}`): those of
 * `--config`, else of xstar.config.json, .js or .ts in the current folder. Flags of the command line go before it, and a
 * run that `--from` repeats has only the file that is named. Throws `bad-data` for unknown names, `bad-argument` for wrong
 * values, and what reading files does.
 *
 * @param all every command: a config file may hold flags of others
 */
export async function applyConfig(command: Command, all: () => Promise<readonly Command[]>): Promise<void> {
  const { config: named, from } = command.opts<{ config?: string; from?: string }>();
  const path = named ?? (from === undefined ? await firstThere() : undefined);
  if (path === undefined) return;
  const values = await read(path);
  const known = new Map((await all()).flatMap(({ options }) => options).map((option) => [nameOf(option), option]));
  const used: string[] = [];
  for (const [key, value] of Object.entries(values)) {
    const name = kebab(key);
    if (!known.has(name) || never.has(name)) throw unknownName(path, key, [...known.keys()]);
    const option = command.options.find((one) => nameOf(one) === name);
    if (!option || command.getOptionValueSource(option.attributeName()) === "cli") continue;
    command.setOptionValueWithSource(option.attributeName(), parse(option, value), "config");
    used.push(`--${name}`);
  }
  if (used.length > 0) say(`Note: ${used.join(", ")} from ${path}`);
}

const nameOf = (option: Option) => (option.long ?? "").replace(/^--/, "");
const kebab = (name: string) => name.replace(/^--/, "").replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

async function firstThere(): Promise<string | undefined> {
  for (const path of usual) if (await isThere(path)) return path;
  return undefined;
}

async function read(path: string): Promise<Readonly<Record<string, unknown>>> {
  const held = path.endsWith(".json") ? await readJson(path) : await importDefault(path);
  if (typeof held === "object" && held !== null && !Array.isArray(held)) return held as Record<string, unknown>;
  throw new XstarError("bad-data", `The config file "${path}" holds no object`, { hint: 'Write it as {"steps": 200}' });
}

async function readJson(path: string): Promise<unknown> {
  const text = new TextDecoder().decode(await readFileOrExplain(path));
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new XstarError("bad-data", `The config file "${path}" is no JSON`, {
      hint: 'Write it as {"steps": 200}',
      cause,
    });
  }
}

async function importDefault(path: string): Promise<unknown> {
  try {
    const { default: held } = (await import(pathToFileURL(resolve(path)).href)) as { default?: unknown };
    return held;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new XstarError("file-not-readable", `The config file "${path}" could not be loaded: ${reason}`, {
      hint: "Export the flags as default; a TypeScript file needs Node 22.18 or newer",
      cause,
    });
  }
}

/** As the command line reads it; a list is a flag that is given several times, or one with commas. */
function parse(option: Option, value: unknown): unknown {
  const takesNone = !option.required && !option.optional;
  if (takesNone) {
    if (typeof value === "boolean") return value;
    throw new XstarError(
      "bad-argument",
      `"${nameOf(option)}" must be true or false: current value is ${JSON.stringify(value)}`,
    );
  }
  const textOf = (one: unknown) => (typeof one === "object" && one !== null ? JSON.stringify(one) : String(one));
  const given: readonly unknown[] = Array.isArray(value) ? value : [value];
  const isNumbers = Array.isArray(value) && value.every((one) => typeof one === "number");
  const texts = isNumbers ? [given.join(",")] : given.map(textOf);
  const read = option.parseArg;
  if (!read) return texts.at(-1);
  return texts.reduce<unknown>((before, text) => read(text, before as never), undefined);
}

function unknownName(path: string, key: string, names: readonly string[]): XstarError {
  const flags = names.filter((name) => !never.has(name));
  return new XstarError("bad-data", `The config file "${path}" has the unknown name "${key}"`, {
    hint: never.has(kebab(key))
      ? "That belongs on the command line"
      : `${suggest(kebab(key), flags)} Names are those of the flags, without --`,
  });
}
