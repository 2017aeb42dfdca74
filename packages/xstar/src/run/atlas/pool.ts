import { XstarError } from "@xstar/core";
import { inPool, jobId, tries, type ContentJob, type DoJobs, type JobRunner, type ResultStore } from "@xstar/runs";

/** The usual way: a pool of runners on this machine. */
export function inPoolOf(count: number, start: () => JobRunner, store: ResultStore): DoJobs {
  return async (jobs, { onProgress, onDone }, signal) => {
    const runners = Array.from({ length: Math.min(count, jobs.length) }, () => createSlot(start));
    const work = async (slot: Slot, job: ContentJob, stop: AbortSignal) => {
      const id = jobId(job);
      for (let attempt = 1; ; attempt++) {
        try {
          await store.put(id, await slot.runner().run(job, (now) => onProgress(job, now), stop));
          return onDone(job);
        } catch (error) {
          if (stop.aborted || isOfStore(error)) throw error;
          await slot.renew();
          if (attempt < tries) continue;
          const reason = error instanceof Error ? error.message : String(error);
          await store.fail(id, reason);
          return onDone(job, reason);
        }
      }
    };
    try {
      await inPool(runners, jobs, work, signal);
    } finally {
      await Promise.all(runners.map((slot) => slot.close()));
    }
  };
}

/** A full disk is not the fault of a job. */
const isOfStore = (error: unknown) => XstarError.is(error) && error.code === "file-not-writable";

/** A place of the pool: its runner is started when it is needed, and again after an error. */
type Slot = ReturnType<typeof createSlot>;

function createSlot(start: () => JobRunner) {
  let current: JobRunner | undefined;
  const close = async () => {
    const last = current;
    current = undefined;
    await last?.close();
  };
  return { runner: () => (current ??= start()), renew: close, close };
}
