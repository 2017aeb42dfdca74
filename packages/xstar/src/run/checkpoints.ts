import { readdir, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { checkSameRun, type Step } from "@xstar/core";
import { decodeAscent, encodeAscent, type Frames, type SavedAscent } from "@xstar/runs";
import type { RunFacts } from "@xstar/results";
import { writeFileAtomic } from "../files/atomic.js";
import { readIfThere } from "../files/read.js";

/** The checkpoint of a run in its output folder. */
export const checkpointFile = (folder: string) => join(folder, "checkpoint.safetensors");

/** Without `--checkpoint`, one is written after so many milliseconds, ... */
const interval = 10_000;
/** The first one comes so soon after the first step. */
const firstInterval = 1000;
/** ... but never so often that writing takes more than this part of the time. */
const share = 1 / 20;

export interface CheckpointOptions {
  readonly path: string;
  readonly facts: RunFacts;
  readonly frames: Frames;
  /** Steps from one to the next; by time when left out. */
  readonly every?: number | undefined;
  /** Seconds that the run has taken. */
  seconds(): number;
  /** Milliseconds. @default performance.now() */
  now?(): number;
}

/** Writes checkpoints while a run goes on. */
export interface Checkpoints {
  /** Called after each step that has a next one, before `frames` gets that. */
  afterStep(step: Step): Promise<void>;
  /** Writes one now. */
  write(step: Step): Promise<void>;
}

export function createCheckpoints(options: CheckpointOptions): Checkpoints {
  const { path, facts, frames, every, seconds, now = () => performance.now() } = options;
  let due: number | undefined;
  async function write(step: Step): Promise<void> {
    const startedAt = now();
    const saved = { facts, checkpoint: step.checkpoint(), frames: frames.state, seconds: seconds() };
    await writeFileAtomic(path, encodeAscent(saved));
    const endedAt = now();
    due = endedAt + Math.max(interval, (endedAt - startedAt) / share);
  }
  return {
    write,
    async afterStep(step) {
      due ??= now() + firstInterval;
      const isDue = every === undefined ? now() >= due : step.index > 0 && step.index % every === 0;
      if (isDue) await write(step);
    },
  };
}

/**
 * The checkpoint of an earlier run; undefined when there is none. Throws `bad-data` when it is damaged, `bad-argument` when
 * it is one of another run.
 */
export async function readCheckpoint(path: string, facts: RunFacts): Promise<SavedAscent | undefined> {
  const bytes = await readIfThere(path);
  if (!bytes) return undefined;
  const saved = decodeAscent(bytes, path);
  checkSameRun(saved.facts, JSON.parse(JSON.stringify(facts)) as RunFacts);
  return saved;
}

/** Removes a checkpoint, and what killed runs left of writing it. */
export async function removeCheckpoint(path: string): Promise<void> {
  const names = await readdir(dirname(path)).catch(() => []);
  const leftovers = names.filter((name) => name.startsWith(`.${basename(path)}.`) && name.endsWith(".tmp"));
  for (const name of [basename(path), ...leftovers]) await rm(join(dirname(path), name), { force: true });
}
