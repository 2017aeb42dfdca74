import { createHash, randomUUID } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { mkdir, readdir, readFile, rename, rm, stat, utimes } from "node:fs/promises";
import { cpus } from "node:os";
import { join } from "node:path";
import type { KeptGraphs } from "@xstar/core";
import { version } from "../version.js";
import { cacheFolder } from "./cache-folder.js";

/** Graphs of fewer bytes open as soon as a file is read; those of more would push out all others. */
const [least, most] = [2 ** 20, 2 ** 28];

/** What all of them may take, those that were used last. */
const mostOfAll = 2 ** 29;

/** Milliseconds after which a file that is still being written was left behind. */
const abandonedAfter = 3_600_000;

/** What it was made from, and its own content. */
const entryName = /^([0-9a-f]{32})-([0-9a-f]{32})\.onnx$/;

/** A kept graph as a file. */
export interface KeptFile {
  readonly path: string;
  readonly bytes: number;
  readonly usedAt: number;
}

/** Where the graphs are that ONNX Runtime has optimized for this machine; undefined where nothing is to be kept. */
export function graphsFolder(): string | undefined {
  const folder = cacheFolder();
  return folder === undefined ? undefined : join(folder, "graphs");
}

/**
 * Keeps the optimized graphs of ascents in a folder, by their contents, so that the next command opens them sooner. Nothing here
 * fails: what cannot be read or written is not kept, what is damaged is made again, and several processes may use one folder.
 *
 * @example
 * const model = await loadModel("model.onnx", { runtime: nodeRuntime({ kept: keepGraphs() }) });
 */
export function keepGraphs(folder: string | undefined = graphsFolder(), limit = mostOfAll): KeptGraphs | undefined {
  if (folder === undefined) return undefined;
  const hashes = new WeakMap<Uint8Array, string>();
  const known = (bytes: Uint8Array) => {
    const made = hashes.get(bytes) ?? hashOf(bytes);
    hashes.set(bytes, made);
    return made;
  };
  return {
    entry(runtime, model, files) {
      const total = [...files.values()].reduce((sum, { byteLength }) => sum + byteLength, model.byteLength);
      if (total < least || total > most) return undefined;
      const parts = [
        version,
        runtime,
        machine(),
        hashOf(model),
        ...[...files].flatMap(([name, b]) => [name, known(b)]),
      ];
      const key = hashOf(JSON.stringify(parts));
      const temporary = join(folder, `${key}.${randomUUID()}.tmp`);
      const find = async () => (await namesIn(folder)).filter((name) => entryName.exec(name)?.[1] === key);
      return {
        async read() {
          for (const name of await find()) {
            const path = join(folder, name);
            const bytes = await readFile(path).catch(() => undefined);
            if (bytes && hashOf(bytes) === entryName.exec(name)![2]) {
              const now = new Date();
              await utimes(path, now, now).catch(() => undefined);
              return bytes;
            }
            await rm(path, { force: true }).catch(() => undefined);
          }
          return undefined;
        },
        place: () =>
          mkdir(folder, { recursive: true }).then(
            () => temporary,
            () => undefined,
          ),
        async written() {
          try {
            const content = hashOf(await readFile(temporary));
            // another process was faster
            if ((await find()).length > 0) await rm(temporary);
            else await rename(temporary, join(folder, `${key}-${content}.onnx`));
            await trim(folder, limit);
          } catch {
            await rm(temporary, { force: true }).catch(() => undefined);
          }
        },
        async drop() {
          const paths = [temporary, ...(await find()).map((name) => join(folder, name))];
          for (const path of paths) await rm(path, { force: true }).catch(() => undefined);
        },
      };
    },
  };
}

/** The kept graphs of a folder, those that were used last first. */
export async function listGraphs(folder: string): Promise<KeptFile[]> {
  const found = await filesOf(folder, (name) => entryName.test(name));
  return found.toSorted((a, b) => b.usedAt - a.usedAt);
}

/** Removes all kept graphs of a folder, and what was left of writing them. */
export async function clearGraphs(folder: string): Promise<void> {
  const all = await filesOf(folder, (name) => entryName.test(name) || name.endsWith(".tmp"));
  for (const { path } of all) await rm(path, { force: true });
}

async function trim(folder: string, limit: number): Promise<void> {
  let room = limit;
  for (const { path, bytes } of await listGraphs(folder)) {
    room -= bytes;
    if (room < 0) await rm(path, { force: true });
  }
  const unfinished = await filesOf(folder, (name) => name.endsWith(".tmp"));
  for (const { path, usedAt } of unfinished) if (Date.now() - usedAt > abandonedAfter) await rm(path, { force: true });
}

const namesIn = (folder: string): Promise<string[]> => readdir(folder).catch(() => []);

async function filesOf(folder: string, isMeant: (name: string) => boolean): Promise<KeptFile[]> {
  const files = (await namesIn(folder)).filter(isMeant).map(async (name) => {
    const path = join(folder, name);
    const facts = await stat(path).catch(() => undefined);
    return facts?.isFile() ? [{ path, bytes: facts.size, usedAt: facts.mtimeMs }] : [];
  });
  return (await Promise.all(files)).flat();
}

const hashOf = (content: Uint8Array | string) => createHash("sha256").update(content).digest("hex").slice(0, 32);

/** What of this machine decides how a graph is optimized: the instructions of its processor. */
function machine(): string {
  const info = "/proc/cpuinfo";
  const flags = existsSync(info) ? /^(?:flags|Features)\s*:.*$/m.exec(readFileSync(info, "utf8"))?.[0] : undefined;
  return [process.platform, process.arch, cpus()[0]?.model, flags].join(" ");
}
