import { randomUUID } from "node:crypto";
import { link, readFile, rename, rm, rmdir, stat, utimes, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { dirname, join, resolve } from "node:path";
import { XstarError } from "@xstar/core";
import { prepareFolder } from "./folder.js";
import { explainSystemError } from "./system-error.js";

/** A folder that this process alone writes, until it is released. */
export interface FolderLock {
  /** Also takes away the folders that were made for it and stayed empty. */
  release(): Promise<void>;
}

interface Holder {
  readonly pid: number;
  readonly host: string;
}

const name = ".xstar.lock";
/** How often a holder shows that it is still there, ... */
const beatMs = 20_000;
/** ... and how long one of another machine may be silent. */
const silentMs = 300_000;

const ours = new Set<string>();

/**
 * Makes a folder and locks it. A lock that a run which was killed has left is taken over: its process is gone or, on another
 * machine, has been silent for five minutes. Throws `file-not-writable` where another run is writing, and where files cannot be written.
 */
export async function lockFolder(folder: string): Promise<FolderLock> {
  const path = join(resolve(folder), name);
  const made = await missingFolders(resolve(folder));
  await prepareFolder(folder);
  const content = `${JSON.stringify({ pid: process.pid, host: hostname() })}\n`;
  for (;;) {
    const known = await create(path, content);
    if (known === undefined) break;
    if (!(await isStale(path, known))) throw heldBy(folder, known);
    await takeAway(path, known);
  }
  ours.add(path);
  const beat = setInterval(() => void utimes(path, new Date(), new Date()).catch(() => undefined), beatMs).unref();
  return {
    async release() {
      clearInterval(beat);
      ours.delete(path);
      await rm(path, { force: true });
      for (const empty of made)
        if (
          !(await rmdir(empty).then(
            () => true,
            () => false,
          ))
        )
          break;
    },
  };
}

/** Writes the lock; gives what is in one that is there already. */
async function create(path: string, content: string): Promise<string | undefined> {
  try {
    await writeFile(path, content, { flag: "wx" });
    return undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw explainSystemError("file-not-writable", path, error);
    return readFile(path, "utf8").catch(() => "");
  }
}

async function isStale(path: string, content: string): Promise<boolean> {
  const holder = parse(content);
  const facts = await stat(path).catch(() => undefined);
  if (!facts) return true;
  if (holder?.host === hostname()) return holder.pid === process.pid ? !ours.has(path) : !isRunning(holder.pid);
  return Date.now() - facts.mtimeMs > silentMs;
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Of several that find the same stale lock one alone takes it away; a new one that came between is put back. */
async function takeAway(path: string, stale: string): Promise<void> {
  const aside = `${path}.${randomUUID()}`;
  await rename(path, aside).catch(() => undefined);
  const taken = await readFile(aside, "utf8").catch(() => stale);
  if (taken !== stale) await link(aside, path).catch(() => undefined);
  await rm(aside, { force: true });
}

function heldBy(folder: string, content: string): XstarError {
  const holder = parse(content);
  const who = holder ? `process ${holder.pid} on ${holder.host}` : "another process";
  return new XstarError("file-not-writable", `"${folder}" is being written by another run: ${who}`, {
    hint: `Wait for it, or give another folder with --out; if there is no such run, delete "${join(folder, name)}"`,
    details: { isLocked: true },
  });
}

function parse(content: string): Holder | undefined {
  try {
    const { pid, host } = JSON.parse(content) as Holder;
    return Number.isInteger(pid) && typeof host === "string" ? { pid, host } : undefined;
  } catch {
    return undefined;
  }
}

/** The folder and those above it that do not exist, the innermost first. */
async function missingFolders(folder: string): Promise<string[]> {
  if (await stat(folder).catch(() => undefined)) return [];
  const above = dirname(folder);
  return above === folder ? [folder] : [folder, ...(await missingFolders(above))];
}
