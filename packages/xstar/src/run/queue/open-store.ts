import { XstarError } from "@xstar/core";
import type { BlobStore } from "@xstar/runs";
import { prepareFolder } from "../../files/folder.js";
import { openFolderStore } from "../atlas/folder-store.js";

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

/** The store of `--store`: a folder that all machines share, `s3://...`, or Redis itself. Throws `unreachable`, `file-not-writable`. */
export async function openStore(where: string | undefined, queue: string): Promise<OpenedStore> {
  const { openRedis, openRedisStore, openS3Store, readS3Place } = await loadQueue();
  const place = where === undefined ? undefined : readS3Place(where);
  if (place) return { blobs: await openS3Store(place), close: () => undefined };
  if (where !== undefined) {
    await prepareFolder(where);
    return { blobs: openFolderStore(where), close: () => undefined };
  }
  const redis = await openRedis(queue);
  return { blobs: openRedisStore(redis), close: () => redis.disconnect() };
}
