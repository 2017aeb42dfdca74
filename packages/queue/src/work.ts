import { randomUUID } from "node:crypto";
import { once } from "node:events";
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
import { UnrecoverableError, WaitingError, Worker, type Job } from "bullmq";
import { closeMs, openRedis } from "./connection.js";
import { queueName, workerKey, type QueuedJob } from "./names.js";
import { createRunners, keepMemory } from "./runners.js";
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
  /** Jobs that all workers of the queue together may begin in a minute. @default as many as they can */
  readonly rate?: number | undefined;
  /** Bytes of this process above which fewer jobs are done at once. @default no limit */
  readonly memory?: number | undefined;
  /** A port for `/metrics` and `/health`. */
  readonly metrics?: number | undefined;
}

/** What happened. */
export type WorkEvent =
  | { readonly kind: "ready" | "draining" }
  | { readonly kind: "done" | "there already"; readonly id: string; readonly what: string; readonly seconds: number }
  | { readonly kind: "failed" | "returned"; readonly id: string; readonly what: string; readonly reason: string }
  | { readonly kind: "other versions"; readonly versions: readonly string[] };

/** Workers that died with a job may be so many before the job is taken to be the reason: spot machines die of other reasons. */
const deaths = 5;
/** A thousand workers that all told every second how far they are would keep Redis from its work. */
const [reportMs, beatMs] = [5000, 10_000];

/**
 * Does jobs of a queue until the signal. Throws `unreachable`, and what says that this machine cannot do jobs, such as a full disk: the
 * job that met it goes back to the queue for others.
 */
export async function work(options: WorkOptions): Promise<{ readonly done: number; readonly failed: number }> {
  const { queue: address, version, jobs, signal, lease = 30_000, rate, memory, metrics } = options;
  const { onEvent = () => undefined } = options;
  const redis = await openRedis(address);
  const runners = createRunners(options.startRunner);
  const count = { done: 0, failed: 0, active: 0, seconds: 0 };
  const own = { version, host: hostname(), pid: process.pid, jobs, since: Date.now() };
  const now = (): WorkerNow => ({ ...own, ...count, isConnected: redis.status === "ready" });
  const tracing = await startTracing("xstar-worker");
  const server = metrics === undefined ? undefined : await serveFacts(metrics, now);
  const stop = new AbortController();
  const doJob = async (queued: Job<QueuedJob>, token?: string) => {
    const job = readJob(queued, version);
    const [id, what, began] = [queued.id!, wordsOf(job), performance.now()];
    const secondsNow = () => (performance.now() - began) / 1000;
    count.active++;
    try {
      const isNew = await tracing.span(
        "xstar.job",
        { "xstar.job.id": id, "xstar.job.kind": job.kind, "xstar.job.part": partOf(job) },
        () => doOnce(job, { ...options, queued, runners }),
      );
      if (isNew) {
        count.done++;
        count.seconds += secondsNow();
      }
      onEvent({ kind: isNew ? "done" : "there already", id, what, seconds: secondsNow() });
    } catch (error) {
      const fault = faultOfMachine(error);
      if (fault !== undefined) stop.abort(error);
      if (fault === "elsewhere") {
        onEvent({ kind: "returned", id, what, reason: messageOf(error) });
        await queued.moveToWait(token);
        throw new WaitingError();
      }
      count.failed++;
      onEvent({ kind: "failed", id, what, reason: messageOf(error) });
      throw error;
    } finally {
      count.active--;
    }
  };
  const worker = new Worker<QueuedJob>(queueName(version), doJob, {
    connection: redis,
    concurrency: jobs,
    lockDuration: lease,
    stalledInterval: lease / 2,
    maxStalledCount: deaths,
    ...(rate !== undefined && { limiter: { max: rate, duration: 60_000 } }),
  });
  worker.on("error", () => undefined);
  const key = workerKey(version, `${own.host}-${own.pid}-${randomUUID()}`);
  const beat = () => {
    const { done, failed } = count;
    void redis.set(key, JSON.stringify({ ...own, done, failed }), "PX", 3 * beatMs).catch(() => undefined);
  };
  beat();
  const beats = setInterval(beat, beatMs);
  const endMemory =
    memory === undefined ? undefined : keepMemory({ limit: memory, slots: worker, most: jobs, runners });
  try {
    await worker.waitUntilReady();
    onEvent({ kind: "ready" });
    const others = new Set((await readWorkers(redis)).map((one) => one.version).filter((one) => one !== version));
    if (others.size > 0) onEvent({ kind: "other versions", versions: [...others].toSorted() });
    const ending = AbortSignal.any([signal, stop.signal]);
    if (!ending.aborted) await once(ending, "abort");
    onEvent({ kind: "draining" });
    await drain(worker, count);
  } finally {
    clearInterval(beats);
    endMemory?.();
    server?.close();
    await runners.close();
    await tracing.end().catch(() => undefined);
    if (redis.status === "ready") await redis.del(key).catch(() => undefined);
    redis.disconnect();
  }
  if (stop.signal.aborted) throw stop.signal.reason;
  return { done: count.done, failed: count.failed };
}

/**
 * Ends when the jobs in progress have. A job whose end BullMQ cannot tell the server in time comes back to the queue, and its
 * result is found there.
 */
async function drain(worker: Worker, jobs: { readonly active: number }): Promise<void> {
  let isQuiet = false;
  const pausing = worker.pause().then(() => (isQuiet = true));
  for (let waited = 0; !isQuiet && waited < closeMs; waited = jobs.active > 0 ? 0 : waited + 100)
    await Promise.race([pausing, pause(100)]);
  await worker.close(true);
}

/** Where an attempt ended for this machine's sake: whether the job is done elsewhere, or the attempt counts, since the job may be at fault, too. */
function faultOfMachine(error: unknown): "elsewhere" | "perhaps" | undefined {
  if (!XstarError.is(error)) return undefined;
  if (error.code === "file-not-writable" || error.code === "unreachable") return "elsewhere";
  return error.code === "file-not-readable" ? "perhaps" : undefined;
}

interface JobSources extends Pick<WorkOptions, "results"> {
  readonly queued: Job<QueuedJob>;
  readonly runners: ReturnType<typeof createRunners>;
}

/** Does a job whose result is not there; false where it is. */
async function doOnce(job: ContentJob, { results, queued, runners }: JobSources): Promise<boolean> {
  if (await results.has(queued.id!)) return false;
  let reported = 0;
  const report = (now: JobReport) => {
    if (Date.now() - reported < reportMs) return;
    reported = Date.now();
    void queued.updateProgress(now).catch(() => undefined);
  };
  const bytes = await runners.use((runner) => runner.run(job, report));
  await results.put(queued.id!, bytes);
  return true;
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
