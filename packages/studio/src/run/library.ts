import { XstarError } from "@xstar/core";
import type { ModelFacts } from "../engine/protocol.js";
import type { Recording } from "./recording.svelte.js";
import { settingsOf } from "./settings-of-record.js";

/** A run as it is kept: what makes it again, and a picture to know it by. */
export interface KeptRun {
  readonly id: string;
  readonly at: number;
  readonly model: { readonly id: string; readonly name: string; readonly path: string };
  readonly targets: readonly string[];
  readonly flags: Readonly<Record<string, unknown>>;
  readonly steps: number;
  readonly objective: readonly number[];
  readonly shape: readonly number[];
  readonly picture: Float32Array<ArrayBuffer>;
  readonly start: Float32Array<ArrayBuffer>;
}

const name = "xstar-studio";
const store = "runs";

function open(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(name, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(store, { keyPath: "id" });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error!);
  });
}

async function within<T>(mode: IDBTransactionMode, work: (runs: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const database = await open();
  try {
    return await new Promise<T>((resolve, reject) => {
      const transaction = database.transaction(store, mode);
      const request = work(transaction.objectStore(store));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = () => reject(transaction.error ?? new Error("It could not be kept"));
      transaction.onerror = () => reject(transaction.error!);
    });
  } finally {
    database.close();
  }
}

/** The latest first. */
export async function keptRuns(): Promise<KeptRun[]> {
  const runs = await within<KeptRun[]>("readonly", (all) => all.getAll());
  return runs.sort((a, b) => b.at - a.at);
}

export const deleteRun = (id: string) => within("readwrite", (runs) => runs.delete(id));
export const putRun = (run: KeptRun) => within("readwrite", (runs) => runs.put(run));

/** Keeps a finished run where this browser lets pages keep things. */
export async function keepRun({ id, name: modelName, path }: ModelFacts, run: Recording): Promise<void> {
  const [picture, start] = [run.planes(run.last, 0), run.planes(0, 0)];
  if (run.status !== "done" || !picture || !start) return;
  const { targets, flags } = settingsOf(run);
  const kept: KeptRun = {
    id: run.id,
    at: Date.now(),
    model: { id, name: modelName, path },
    targets: [...targets],
    flags: JSON.parse(JSON.stringify(flags)) as Record<string, unknown>,
    steps: run.last,
    objective: run.curve(0),
    shape: [...picture.shape],
    picture: Float32Array.from(picture.data),
    start: Float32Array.from(start.data),
  };
  await putRun(kept).catch(() => undefined);
}

const format = { name: "xstar-library", version: 1 };

/** Runs as one text, which `unpackRuns` reads back. */
export function packRuns(runs: readonly KeptRun[]): string {
  const plain = runs.map((run) => ({ ...run, picture: Array.from(run.picture), start: Array.from(run.start) }));
  return JSON.stringify({ ...format, runs: plain });
}

/** Throws `bad-data` for a text that is no library. */
export function unpackRuns(text: string): KeptRun[] {
  const fail = (cause?: unknown) =>
    new XstarError("bad-data", "The file is no library of the studio", {
      hint: "Give one that “Export as one file” wrote",
      cause,
    });
  let held: { name?: string; runs?: (Omit<KeptRun, "picture" | "start"> & { picture: number[]; start: number[] })[] };
  try {
    held = JSON.parse(text) as typeof held;
  } catch (cause) {
    throw fail(cause);
  }
  if (held?.name !== format.name || !Array.isArray(held.runs)) throw fail();
  return held.runs.map((run) => ({
    ...run,
    picture: Float32Array.from(run.picture),
    start: Float32Array.from(run.start),
  }));
}
