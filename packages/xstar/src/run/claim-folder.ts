import { join } from "node:path";
import { XstarError } from "@xstar/core";
import { decodeAscent, settingsOf } from "@xstar/runs";
import type { RunRecord } from "@xstar/results";
import { isThere } from "../files/folder.js";
import { lockFolder, type FolderLock } from "../files/lock.js";
import { readFileOrExplain } from "../files/read.js";
import { readRecord } from "../record/read-record.js";
import { checkpointFile } from "./checkpoints.js";

export interface ClaimOptions {
  /** The folder that the caller names; without one the usual folder is taken, or the first free one numbered behind it. */
  readonly named: string | undefined;
  readonly usual: string;
  /** Whether a folder that is named may hold another run, which is then overwritten. */
  readonly force: boolean;
  /** Whether a run is to go on: its folder is looked for. */
  readonly resume: boolean;
  /** The settings of this run, as `settingsOf` has them. */
  settings(): Promise<string>;
}

/** A folder for the files of one run, which holds no other one. */
export interface ClaimedFolder extends FolderLock {
  readonly folder: string;
}

/**
 * Finds and locks the folder of a run: a run never overwrites one of other settings without being told to. Throws `bad-argument`
 * when the folder that is named holds another run, `file-not-writable` when it is being written or cannot be.
 */
export async function claimFolder(options: ClaimOptions): Promise<ClaimedFolder> {
  const { named, usual, force } = options;
  if (named === undefined) return claimUsual(usual, options);
  const lock = await lockFolder(named);
  const held = await heldIn(named);
  if (held === undefined || force || (held !== "unknown" && held === (await options.settings())))
    return { ...lock, folder: named };
  // readCheckpoint says in what a run that cannot go on differs
  if (options.resume && (await isThere(checkpointFile(named)))) return { ...lock, folder: named };
  await lock.release();
  throw new XstarError("bad-argument", `"${named}" holds another run`, {
    hint: "Give another folder, or --force to overwrite it",
  });
}

async function claimUsual(usual: string, { resume, settings }: ClaimOptions): Promise<ClaimedFolder> {
  const numbered = (i: number) => numberedFolder(usual, i);
  for (let i = 1; resume && (await isThere(numbered(i))); i++) {
    if ((await heldIn(numbered(i))) === (await settings())) {
      return { ...(await lockFolder(numbered(i))), folder: numbered(i) };
    }
  }
  if (resume && (await isThere(checkpointFile(usual)))) return { ...(await lockFolder(usual)), folder: usual };
  for (let i = 1; ; i++) {
    const folder = numbered(i);
    const lock = await lockFolder(folder).catch((error: unknown) => {
      if (XstarError.is(error) && error.details?.["isLocked"]) return undefined;
      throw error;
    });
    const held = lock && (await heldIn(folder));
    if (lock && (held === undefined || held === (await settings()))) return { ...lock, folder };
    await lock?.release();
  }
}

/** The usual folder of a run, or the place of its number behind it. */
export const numberedFolder = (usual: string, i: number): string => (i === 1 ? usual : `${usual}-${i}`);

/** The settings of the run that a folder holds; undefined for none, and "unknown" for what is no single run. */
async function heldIn(folder: string): Promise<string | undefined> {
  if (await isThere(join(folder, "manifest.json"))) return "unknown";
  const record = (await recordIn(join(folder, "run.json"))) ?? (await checkpointIn(checkpointFile(folder)));
  return record === undefined || record === "unknown" ? record : settingsOf(record);
}

type Settings = Parameters<typeof settingsOf>[0];

async function recordIn(path: string): Promise<RunRecord | "unknown" | undefined> {
  if (!(await isThere(path))) return undefined;
  return readRecord(path).then(
    ({ record }) => record,
    () => "unknown" as const,
  );
}

async function checkpointIn(path: string): Promise<Settings | "unknown" | undefined> {
  if (!(await isThere(path))) return undefined;
  try {
    const { facts, checkpoint } = decodeAscent(await readFileOrExplain(path), path);
    return { ...facts, ascent: checkpoint.record };
  } catch {
    return "unknown";
  }
}
