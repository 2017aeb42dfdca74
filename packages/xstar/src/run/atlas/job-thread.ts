import type { ContentJob, JobReport, JobRunner } from "@xstar/runs";
import { openThread } from "../../threads/open-thread.js";
import type { LocalContents } from "./job-worker.js";

/** A runner of jobs in a thread of its own. */
export function startJobRunner(contents: LocalContents): JobRunner {
  const file = new URL("./job-worker.js", import.meta.url);
  const { send, close } = openThread<ContentJob, JobReport, Uint8Array>(file, contents);
  return { run: (job, report, signal) => send(job, { onReport: report, signal }), close };
}
