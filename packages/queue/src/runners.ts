import type { JobRunner } from "@xstar/runs";

/** Runners that are kept for the next job; one that failed is not. */
export function createRunners(start: () => JobRunner) {
  const free: JobRunner[] = [];
  return {
    async use<T>(work: (runner: JobRunner) => Promise<T>): Promise<T> {
      const runner = free.pop() ?? start();
      try {
        const result = await work(runner);
        free.push(runner);
        return result;
      } catch (error) {
        await runner.close();
        throw error;
      }
    },
    /** Closes those that do nothing now. */
    close: () => Promise.all(free.splice(0).map((runner) => runner.close())),
  };
}

/** What the memory of this process is kept below. */
export interface MemoryOptions {
  /** Bytes. */
  readonly limit: number;
  /** Bytes that the process takes. */
  readonly used?: () => number;
  /** Jobs at once, now and at most. */
  readonly slots: { concurrency: number };
  readonly most: number;
  readonly runners: Pick<ReturnType<typeof createRunners>, "close">;
}

const everyMs = 500;
/** Below this share of the limit one more job is taken. */
const enough = 0.7;

/** Takes fewer jobs at once while the process has more memory than it may, and frees what waits for the next; gives back how to end that. */
export function keepMemory({ limit, used = process.memoryUsage.rss, slots, most, runners }: MemoryOptions): () => void {
  const look = () => {
    const now = used();
    if (now > limit) {
      slots.concurrency = Math.max(1, slots.concurrency - 1);
      void runners.close();
    } else if (now < enough * limit) slots.concurrency = Math.min(most, slots.concurrency + 1);
  };
  const timer = setInterval(look, everyMs);
  return () => clearInterval(timer);
}
