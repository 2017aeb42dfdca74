import { partOf, type ContentJob } from "@xstar/runs";
import type { Redis } from "ioredis";
import { senderKey, type SenderFacts } from "./names.js";

const [beatMs, keptMs] = [2000, 60_000];

/** Keeps in Redis how far what a sender sent is, by parts, for whoever looks. */
export function createSenderFacts(redis: Redis, version: string, jobs: readonly ContentJob[]) {
  const parts = new Map<string, { done: number; of: number }>();
  for (const job of jobs) {
    const part = parts.get(partOf(job)) ?? { done: 0, of: 0 };
    part.of++;
    parts.set(partOf(job), part);
  }
  const since = Date.now();
  let told = 0;
  return {
    done(job: ContentJob): void {
      parts.get(partOf(job))!.done++;
    },
    /** Tells, where the last time was some seconds ago. */
    async tell(): Promise<void> {
      if (Date.now() - told < beatMs) return;
      told = Date.now();
      const facts: SenderFacts = { since, parts: [...parts].map(([name, part]) => ({ name, ...part })) };
      await redis.set(senderKey(version), JSON.stringify(facts), "PX", keptMs).catch(() => undefined);
    },
    end: () => redis.del(senderKey(version)).catch(() => undefined),
  };
}
