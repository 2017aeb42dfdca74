import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { setTimeout as pause } from "node:timers/promises";
import { XstarError } from "@xstar/core";
import { jobId, type ContentJob, type JobReport, type JobRunner, type ResultStore } from "@xstar/runs";
import { UnrecoverableError, Worker, type Job } from "bullmq";
import { connectionOf, openRedis } from "./connection.js";
import { queueName, workerKey, type QueuedJob, type WorkerFacts } from "./names.js";

export interface WorkOptions {
  readonly queue: string;
  readonly version: string;
  readonly results: ResultStore;
  /** Jobs at once, each with a runner of its own. */
  readonly jobs: number;
  readonly startRunner: () => JobRunner;
  /** Ends the work when the jobs in progress are done. */
  readonly signal: AbortSignal;
  readonly onEvent?: (event: WorkEvent) => void;
  /** Milliseconds after which a job of a worker that is silent returns to the queue. @default 30000 */
  readonly lease?: number;
}

/** What happened. */
export type WorkEvent =
  | { readonly kind: "ready" | "draining" }
  | { readonly kind: "done" | "there already"; readonly id: string; readonly what: string; readonly seconds: number }
  | { readonly kind: "failed"; readonly id: string; readonly what: string; readonly reason: string }
  | { readonly kind: "store away"; readonly reason: string };

/** Workers that died with a job may be so many before the job is taken to be the reason. */
const deaths = 2;
const [reportMs, beatMs] = [1000, 10_000];
/** How long a store may be away, with pauses that grow up to ten seconds. */
const patience = 600_000;

/** Does jobs of a queue until the signal. Throws `unreachable`. */
export async function work(options: WorkOptions): Promise<{ readonly done: number; readonly failed: number }> {
  const {
    queue: address,
    version,
    results,
    jobs,
    startRunner,
    signal,
    lease = 30_000,
    onEvent = () => undefined,
  } = options;
  const redis = await openRedis(address);
  const free: (JobRunner | undefined)[] = Array.from({ length: jobs });
  const facts = { done: 0, failed: 0 };

  const patiently = async <T>(act: () => Promise<T>): Promise<T> => {
    const until = Date.now() + patience;
    for (let wait = 500; ; wait = Math.min(10_000, 2 * wait)) {
      try {
        return await act();
      } catch (error) {
        if (Date.now() > until) throw error;
        onEvent({ kind: "store away", reason: error instanceof Error ? error.message : String(error) });
        await pause(wait);
      }
    }
  };
  const process = async (queued: Job<QueuedJob>) => {
    const job = readJob(queued, version);
    const [id, began] = [queued.id!, performance.now()];
    const tell = (kind: "done" | "there already") =>
      onEvent({ kind, id, what: wordsOf(job), seconds: (performance.now() - began) / 1000 });
    if (await patiently(() => results.has(id))) return tell("there already");
    const runner = free.pop() ?? startRunner();
    let reported = 0;
    const report = (now: JobReport) => {
      if (Date.now() - reported < reportMs) return;
      reported = Date.now();
      void queued.updateProgress(now).catch(() => undefined);
    };
    try {
      const bytes = await runner.run(job, report);
      free.push(runner);
      await patiently(() => results.put(id, bytes));
      facts.done++;
      tell("done");
    } catch (error) {
      if (!free.includes(runner)) {
        free.push(undefined);
        await runner.close();
      }
      facts.failed++;
      onEvent({
        kind: "failed",
        id,
        what: wordsOf(job),
        reason: error instanceof Error ? error.message : String(error),
      });
      throw error;
    }
  };

  const worker = new Worker<QueuedJob>(queueName(version), process, {
    connection: connectionOf(address),
    concurrency: jobs,
    lockDuration: lease,
    stalledInterval: lease / 2,
    maxStalledCount: deaths,
  });
  worker.on("error", () => undefined);
  const key = workerKey(version, `${hostname()}-${globalThis.process.pid}-${randomUUID()}`);
  const since = Date.now();
  const beat = () => {
    const now: WorkerFacts = { version, host: hostname(), pid: globalThis.process.pid, jobs, since, ...facts };
    void redis.set(key, JSON.stringify(now), "PX", 3 * beatMs).catch(() => undefined);
  };
  beat();
  const beats = setInterval(beat, beatMs);
  try {
    await worker.waitUntilReady();
    onEvent({ kind: "ready" });
    await new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      signal.addEventListener("abort", () => resolve());
    });
    onEvent({ kind: "draining" });
    await worker.close();
  } finally {
    clearInterval(beats);
    await Promise.allSettled([...free.map((runner) => runner?.close()), redis.del(key)]);
    redis.disconnect();
  }
  return facts;
}

/** A job as it was sent: what it is called tells whether it is whole. Throws what is not tried again. */
function readJob({ id, data }: Job<QueuedJob>, version: string): ContentJob {
  const job = data?.job as ContentJob | undefined;
  const isJob = typeof job === "object" && job !== null && (job.kind === "pictures" || job.kind === "survey");
  if (!isJob || jobId(job) !== id) throw new UnrecoverableError("The job is not what its name says");
  if (job.xstar !== version) {
    const problem = new XstarError("bad-argument", `The job is of xstar ${job.xstar}, and this worker of ${version}`);
    throw new UnrecoverableError(problem.message);
  }
  return job;
}

function wordsOf(job: ContentJob): string {
  if (job.kind === "survey") return `real pictures ${job.range[0]} to ${job.range[1] - 1}`;
  const last = job.goals.at(-1)!.target;
  return `${job.goals[0]!.target} to ${last.slice(last.lastIndexOf(":") + 1)}`;
}
