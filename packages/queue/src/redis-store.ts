import { XstarError } from "@xstar/core";
import type { BlobStore } from "@xstar/runs";
import type { Redis } from "ioredis";

/** Bytes that a value may have: Redis holds everything in memory. */
const most = 64 * 2 ** 20;

/** Redis itself as a store, for small things. */
export function openRedisStore(redis: Redis): BlobStore {
  const keyOf = (key: string) => `xstar:store:${key}`;
  return {
    has: async (key) => (await redis.exists(keyOf(key))) === 1,
    get: async (key) => (await redis.getBuffer(keyOf(key))) ?? undefined,
    async put(key, bytes) {
      if (bytes.length > most) {
        throw new XstarError(
          "bad-argument",
          `"${key}" of ${Math.ceil(bytes.length / 1e6)} MB is too large for Redis as a store`,
          {
            hint: "Give a folder that all machines share, or an object store, with --store",
          },
        );
      }
      await redis.set(keyOf(key), Buffer.from(bytes));
    },
  };
}
