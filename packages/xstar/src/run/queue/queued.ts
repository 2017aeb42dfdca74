import { resultsIn, type BlobStore, type DoJobs, type ResultStore } from "@xstar/runs";
import { version } from "../../version.js";
import type { AtlasWork } from "../atlas/make-atlas.js";
import { loadQueue } from "./open-store.js";
import { shareContents } from "./share-contents.js";

/** Which queue jobs are sent to, and where its workers find what they need. */
export interface QueuePlace {
  readonly queue: string;
  readonly blobs: BlobStore;
  readonly onNotice?: (sentence: string) => void;
}

/** Sends the jobs of an atlas to workers; what comes of them is brought here. */
export function inQueue({ queue, blobs, onNotice }: QueuePlace): (work: AtlasWork) => DoJobs {
  return ({ store, model, path, data }) =>
    async (jobs, listener, signal) => {
      const { sendJobs } = await loadQueue();
      await shareContents(blobs, { model, path, data });
      const results = broughtHere(store, resultsIn(blobs));
      await sendJobs({ queue, version, results, ...(onNotice && { onNotice }) })(jobs, listener, signal);
    };
}

/** Results that are looked for there, and kept here. */
function broughtHere(here: ResultStore, there: ResultStore): ResultStore {
  return {
    ...here,
    async has(id) {
      if (await here.has(id)) return true;
      const bytes = await there.get(id);
      if (!bytes) return false;
      await here.put(id, bytes);
      return true;
    },
  };
}
