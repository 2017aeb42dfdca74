import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { setTimeout as pause } from "node:timers/promises";
import { XstarError } from "@xstar/core";
import {
  isJob,
  jobId,
  partOf,
  wordsOf,
  type ContentJob,
  type JobReport,
  type JobRunner,
  type ResultStore,
} from "@xstar/runs";
import { UnrecoverableError, Worker, type Job } from "bullmq";
import { connectionOf, openRedis } from "./connection.js";
import { queueName, workerKey, type QueuedJob } from "./names.js";
import { readWorkers } from "./status.js";
import { startTracing } from "./tracing.js";
import { serveFacts, type WorkerNow } from "./serve-facts.js";

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
  /** A port for `/metrics` and `/health`. */
  readonly metrics?: number | undefined;
}

/** What happened. */
export type WorkEvent =
  | { readonly kind: "ready" | "draining" }
  | { readonly kind: "done" | "there already"; readonly id: string; readonly what: string; readonly seconds: number }
  | { readonly kind: "failed"; readonly id: string; readonly what: string; readonly reason: string }
  | { readonly kind: "store away"; readonly reason: string }
  | { readonly kind: "other versions"; readonly versions: readonly string[] };

/** Workers that died with a job may be so many before the job is taken to be the reason. */
const deaths = 2;
const [reportMs, beatMs] = [1000, 10_000];
/** How long a store may be away, with pauses that grow up to ten seconds. */
const patience = 600_000;

/** Does jobs of a queue until the signal. Throws `unreachable`. */
export async function work(options: WorkOptions): Promise<{ readonly done: number; readonly failed: number }> {
  const { queue: address, version, jobs, signal, lease = 30_000, metrics, onEvent = () => undefined } = options;
  const redis = await openRedis(address);
  const runners = createRunners(options.startRunner);
  const count = { done: 0, failed: 0, active: 0, seconds: 0 };
  const own = { version, host: hostname(), pid: process.pid, jobs, since: Date.now() };
  const now = (): WorkerNow => ({ ...own, ...count, isConnected: redis.status === "ready" });
  const tracing = await startTracing("xstar-worker");
  const server = metrics === undefined ? undefined : await serveFacts(metrics, now);
  const doJob = async (queued: Job<QueuedJob>) => {
    const job = readJob(queued, version);
    const [id, what, began] = [queued.id!, wordsOf(job), performance.now()];
    const secondsNow = () => (performance.now() - began) / 1000;
    count.active++;
    try {
      const isNew = await tracing.span(
        "xstar.job",
        { "xstar.job.id": id, "xstar.job.kind": job.kind, "xstar.job.part": partOf(job) },
        () => doOnce(job, { ...options, queued, onEvent, runners }),
      );
      if (isNew) {
        count.done++;
        count.seconds += secondsNow();
      }
      onEvent({ kind: isNew ? "done" : "there already", id, what, seconds: secondsNow() });
    } catch (error) {
      count.failed++;
      onEvent({ kind: "failed", id, what, reason: messageOf(error) });
      throw error;
    } finally {
      count.active--;
    }
  };
  const worker = new Worker<QueuedJob>(queueName(version), doJob, {
    connection: connectionOf(address),
    concurrency: jobs,
    lockDuration: lease,
    stalledInterval: lease / 2,
    maxStalledCount: deaths,
  });
  worker.on("error", () => undefined);
  const key = workerKey(version, `${own.host}-${own.pid}-${randomUUID()}`);
  const beat = () => {
    const { done, failed } = count;
    void redis.set(key, JSON.stringify({ ...own, done, failed }), "PX", 3 * beatMs).catch(() => undefined);
  };
  beat();
  const beats = setInterval(beat, beatMs);
  try {
    await worker.waitUntilReady();
    onEvent({ kind: "ready" });
    const others = new Set((await readWorkers(redis)).map((one) => one.version).filter((one) => one !== version));
    if (others.size > 0) onEvent({ kind: "other versions", versions: [...others].toSorted() });
    await new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      signal.addEventListener("abort", () => resolve());
    });
    onEvent({ kind: "draining" });
    await worker.close();
  } finally {
    clearInterval(beats);
    server?.close();
    await runners.close();
    await tracing.end().catch(() => undefined);
    if (redis.status === "ready") await redis.del(key).catch(() => undefined);
    redis.disconnect();
  }
  return { done: count.done, failed: count.failed };
}

interface JobSources extends Pick<WorkOptions, "results"> {
  readonly queued: Job<QueuedJob>;
  readonly runners: ReturnType<typeof createRunners>;
  readonly onEvent: (event: WorkEvent) => void;
}

/** Does a job whose result is not there; false where it is. */
async function doOnce(job: ContentJob, { results, queued, runners, onEvent }: JobSources): Promise<boolean> {
  const onAway = (reason: string) => onEvent({ kind: "store away", reason });
  if (await patiently(() => results.has(queued.id!), onAway)) return false;
  let reported = 0;
  const report = (now: JobReport) => {
    if (Date.now() - reported < reportMs) return;
    reported = Date.now();
    void queued.updateProgress(now).catch(() => undefined);
  };
  const bytes = await runners.use((runner) => runner.run(job, report));
  await patiently(() => results.put(queued.id!, bytes), onAway);
  return true;
}

/** Does what a store may be away for, again and again. */
async function patiently<T>(act: () => Promise<T>, onAway: (reason: string) => void): Promise<T> {
  const until = Date.now() + patience;
  for (let wait = 500; ; wait = Math.min(10_000, 2 * wait)) {
    try {
      return await act();
    } catch (error) {
      if (Date.now() > until) throw error;
      onAway(messageOf(error));
      await pause(wait);
    }
  }
}

/** Runners that are kept for the next job; one that failed is not. */
function createRunners(start: () => JobRunner) {
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
    close: () => Promise.all(free.map((runner) => runner.close())),
  };
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

/** A job as it was sent: what it is called tells whether it is whole. Throws what is not tried again. */
function readJob({ id, data }: Job<QueuedJob>, version: string): ContentJob {
  const job: unknown = data?.job;
  if (!isJob(job) || jobId(job) !== id) throw new UnrecoverableError("The job is not what its name says");
  if (job.xstar !== version) {
    const problem = new XstarError("bad-argument", `The job is of xstar ${job.xstar}, and this worker of ${version}`);
    throw new UnrecoverableError(problem.message);
  }
  return job;
}
