import { isJob, wordsOf } from "@xstar/runs";
import { Queue } from "bullmq";
import type { Redis } from "ioredis";
import { connectionOf, openRedis } from "./connection.js";
import { queueName, senderKey, workerKeys, type SenderFacts, type WorkerFacts } from "./names.js";

/** How a queue is. */
export interface QueueStatus {
  /** Jobs of this version: waiting, those that are tried again later, being done, and given up. */
  readonly waiting: number;
  readonly delayed: number;
  readonly active: number;
  readonly failed: number;
  /** The last that were given up. */
  readonly failures: readonly { readonly id: string; readonly what: string; readonly reason: string }[];
  readonly workers: readonly WorkerFacts[];
  /** How far the whole is that was sent; undefined where no sender is there. */
  readonly sender: SenderFacts | undefined;
}

/** Failures that are told. */
const told = 10;

/** The workers of all versions that are there. */
export async function readWorkers(redis: Redis): Promise<WorkerFacts[]> {
  const found: WorkerFacts[] = [];
  let cursor = "0";
  do {
    const [next, keys] = await redis.scan(cursor, "MATCH", workerKeys, "COUNT", 1000);
    const texts = keys.length > 0 ? await redis.mget(keys) : [];
    for (const text of texts) if (text !== null) found.push(JSON.parse(text) as WorkerFacts);
    cursor = next;
  } while (cursor !== "0");
  return found.toSorted((a, b) => (a.host < b.host ? -1 : a.host > b.host ? 1 : a.pid - b.pid));
}

/** How the queue of a version is. Throws `unreachable`. */
export async function queueStatus(address: string, version: string): Promise<QueueStatus> {
  const redis = await openRedis(address);
  const queue = new Queue(queueName(version), { connection: connectionOf(address) });
  queue.on("error", () => undefined);
  try {
    const counts = await queue.getJobCounts("waiting", "prioritized", "delayed", "active", "failed");
    const failed = await queue.getFailed(0, told - 1);
    const sender = await redis.get(senderKey(version));
    return {
      waiting: (counts["waiting"] ?? 0) + (counts["prioritized"] ?? 0),
      delayed: counts["delayed"] ?? 0,
      active: counts["active"] ?? 0,
      failed: counts["failed"] ?? 0,
      failures: failed.map((job) => ({
        id: job.id ?? "",
        what: isJob(job.data.job) ? wordsOf(job.data.job) : "no job",
        reason: job.failedReason,
      })),
      workers: await readWorkers(redis),
      sender: sender === null ? undefined : (JSON.parse(sender) as SenderFacts),
    };
  } finally {
    await queue.close();
    redis.disconnect();
  }
}
