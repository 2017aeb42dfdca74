import { XstarError } from "@xstar/core";
import type { BlobStore } from "@xstar/runs";
import { openSharedFolder } from "./shared-folder.js";

/** The package of the queue, which is no part of a plain xstar. Throws `file-not-readable` where it is not installed. */
export async function loadQueue() {
  try {
    return await import("@xstar/queue");
  } catch (cause) {
    throw new XstarError("file-not-readable", "Work on many machines needs the package @xstar/queue", {
      hint: "npm install @xstar/queue",
      cause,
    });
  }
}

/** A store, to be closed. */
export interface OpenedStore {
  readonly blobs: BlobStore;
  close(): void;
}

/**
 * The store of `--store`: a folder that all machines share, `s3://...`, or Redis itself. It is waited for while it is away. Throws
 * `unreachable`, `file-not-writable`.
 */
export async function openStore(
  where: string | undefined,
  queue: string,
  onAway: (reason: string) => void,
): Promise<OpenedStore> {
  const { openRedis, openRedisStore, openS3Store, patientStore, readS3Place } = await loadQueue();
  const opened = (blobs: BlobStore, close = () => undefined as void): OpenedStore => ({
    blobs: patientStore(blobs, { onAway }),
    close,
  });
  const place = where === undefined ? undefined : readS3Place(where);
  if (place) return opened(await openS3Store(place));
  if (where !== undefined) return opened(await openSharedFolder(where));
  const redis = await openRedis(queue);
  return opened(openRedisStore(redis), () => redis.disconnect());
}
