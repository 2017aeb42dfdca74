import { setTimeout as pause } from "node:timers/promises";
import { inBatchesOf, jobId, tries, type ContentJob, type DoJobs, type JobReport, type ResultStore } from "@xstar/runs";
import { Queue, QueueEvents } from "bullmq";
import { closeMs, connectionOf, cut, openRedis, untilWhole } from "./connection.js";
import { queueName } from "./names.js";
import { createSenderFacts } from "./sender.js";
import { readWorkers } from "./status.js";

export interface SendOptions {
  readonly queue: string;
  readonly version: string;
  readonly results: ResultStore;
  /** Takes sentences that a person should read, such as that no worker is there. */
  readonly onNotice?: (sentence: string) => void;
}

/** Jobs that are in the queue at once, so that the server knows no more: at least so many, and so many for each that workers do at once. */
const ahead = { least: 500, each: 2 };
/** Jobs whose state is asked for together. */
const together = 500;
/** Milliseconds between two looks at what should have ended: an event may be lost with a server. */
const sweepMs = 5000;

/** Sends jobs to workers through a queue on Redis. Throws `unreachable` where that does not answer. */
export function sendJobs({ queue: address, version, results, onNotice = () => undefined }: SendOptions): DoJobs {
  return async (jobs, { onProgress, onDone }, signal) => {
    const redis = await openRedis(address);
    const connection = connectionOf(address);
    const queue = new Queue(queueName(version), {
      connection,
      defaultJobOptions: {
        attempts: tries,
        backoff: { type: "exponential", delay: 500 },
        removeOnComplete: true,
        removeOnFail: false,
      },
    });
    const events = new QueueEvents(queueName(version), { connection });
    queue.on("error", () => undefined);
    events.on("error", () => undefined);
    const pending = new Map<string, ContentJob>();
    const facts = createSenderFacts(redis, version, jobs);
    let next = 0;
    let problem: unknown;

    const settle = async (id: string, failure?: string) => {
      const job = pending.get(id);
      if (!job) return;
      if (failure === undefined && !(await results.has(id))) return add([job]);
      if (!pending.delete(id)) return;
      if (failure !== undefined) await results.fail(id, failure);
      facts.done(job);
      onDone(job, failure);
    };
    /** Puts jobs into the queue, without what an earlier run left of them. */
    const add = async (some: readonly ContentJob[]) => {
      const ids = some.map(jobId);
      const states = await Promise.all(ids.map((id) => queue.getJobState(id)));
      for (const [i, id] of ids.entries())
        if (states[i] === "failed" || states[i] === "completed") await (await queue.getJob(id))?.remove();
      await untilWhole(() =>
        queue.addBulk(some.map((job, i) => ({ name: job.kind, data: { job }, opts: { jobId: ids[i]! } }))),
      );
    };
    const catching = (work: Promise<unknown>) => void work.catch((error: unknown) => (problem ??= error));
    events.on("completed", ({ jobId: id }) => catching(settle(id)));
    events.on("failed", ({ jobId: id, failedReason }) => catching(settleFailed(id, failedReason)));
    events.on("progress", ({ jobId: id, data }) => {
      const job = pending.get(id);
      if (job) onProgress(job, data as JobReport);
    });
    /** A failure counts when there will be no further attempt. */
    const settleFailed = async (id: string, reason: string) => {
      if ((await queue.getJobState(id)) === "failed") await settle(id, reason);
    };
    const sweep = async () => {
      for (const ids of inBatchesOf([...pending.keys()], together)) {
        const states = await Promise.all(ids.map((id) => queue.getJobState(id)));
        for (const [i, id] of ids.entries()) {
          if (states[i] === "failed") await settle(id, (await queue.getJob(id))?.failedReason ?? "It failed");
          else if (states[i] === "completed" || states[i] === "unknown") await settle(id);
        }
      }
    };

    let said = "";
    let slots = 0;
    const lookForWorkers = async () => {
      const workers = await readWorkers(redis);
      const own = workers.filter((one) => one.version === version);
      slots = own.reduce((sum, { jobs: atOnce }) => sum + atOnce, 0);
      const others = [...new Set(workers.map((one) => one.version))].filter((one) => one !== version);
      const sentence =
        own.length > 0
          ? ""
          : others.length > 0
            ? `The workers of this queue are of xstar ${others.join(", ")}, and this is ${version}: they do not do its jobs`
            : "No worker is there yet: xstar work --queue ... starts one";
      if (sentence !== "" && sentence !== said) onNotice(sentence);
      said = sentence;
    };

    let swept = Date.now();
    try {
      await events.waitUntilReady();
      for (;;) {
        if (problem !== undefined) throw problem;
        if (signal?.aborted) break;
        const some = jobs.slice(next, next + Math.max(0, Math.max(ahead.least, ahead.each * slots) - pending.size));
        next += some.length;
        for (const job of some) pending.set(jobId(job), job);
        if (some.length > 0) await add(some);
        if (pending.size === 0) return;
        await facts.tell();
        if (Date.now() - swept > sweepMs) {
          swept = Date.now();
          await lookForWorkers();
          await sweep();
        }
        await pause(100);
      }
      // what no worker has begun is taken back; what is begun is kept when it is done
      for (const id of pending.keys()) await (await queue.getJob(id))?.remove().catch(() => undefined);
    } finally {
      await Promise.race([Promise.allSettled([facts.end(), events.close(), queue.close()]), pause(closeMs)]);
      cut(events, queue);
      redis.disconnect();
    }
  };
}
