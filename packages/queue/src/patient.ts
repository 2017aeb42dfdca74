import { setTimeout as pause } from "node:timers/promises";
import { XstarError } from "@xstar/core";
import type { BlobStore } from "@xstar/runs";

/** How long a store may be away, with pauses that grow from half a second to ten. */
const longest = 600_000;

export interface PatientOptions {
  /** Takes why the store does not answer, at every attempt that it does not. */
  readonly onAway: (reason: string) => void;
  /** Milliseconds. @default ten minutes */
  readonly patience?: number;
}

/**
 * A store that is asked again and again while it is away: a disk that is full, a network that is down. What it refuses for what
 * was asked is thrown at once; so is `unreachable` when it stays away.
 */
export function patientStore(blobs: BlobStore, { onAway, patience = longest }: PatientOptions): BlobStore {
  async function patiently<T>(act: () => Promise<T>): Promise<T> {
    const until = Date.now() + patience;
    for (let wait = 500; ; wait = Math.min(10_000, 2 * wait)) {
      try {
        return await act();
      } catch (error) {
        if (isOfAsking(error)) throw error;
        const reason = error instanceof Error ? error.message : String(error);
        if (Date.now() > until) {
          throw new XstarError("unreachable", `The store stays away: ${reason}`, {
            hint: "Nothing is lost: the same command goes on when it is back",
            cause: error,
          });
        }
        onAway(reason);
        await pause(wait);
      }
    }
  }
  return {
    has: (key) => patiently(() => blobs.has(key)),
    get: (key) => patiently(() => blobs.get(key)),
    put: (key, bytes) => patiently(() => blobs.put(key, bytes)),
  };
}

const isOfAsking = (error: unknown) => XstarError.is(error) && ["bad-argument", "bad-data"].includes(error.code);
