import type { ContentJob, JobReport, JobRunner } from "@xstar/runs";
import { openThread } from "../../threads/open-thread.js";
import type { PlacedJob } from "./job-worker.js";
import type { LocalContents } from "./local-contents.js";

/** Finds, or fetches, what a job names. */
export type FindContents = (job: ContentJob) => Promise<LocalContents>;

/** A runner of jobs in a thread of its own. */
export function startJobRunner(find: FindContents): JobRunner {
  const file = new URL("./job-worker.js", import.meta.url);
  const { send, close } = openThread<PlacedJob, JobReport, Uint8Array>(file);
  return {
    run: async (job, report, signal) => send({ job, contents: await find(job) }, { onReport: report, signal }),
    close,
  };
}
