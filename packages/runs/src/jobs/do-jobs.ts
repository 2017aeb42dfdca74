import type { ContentJob } from "./job.js";
import type { JobReport } from "./job-runner.js";

/** Does jobs whose results are not there, somewhere, and puts what comes of them where results are kept. */
export type DoJobs = (jobs: readonly ContentJob[], listener: JobListener, signal?: AbortSignal) => Promise<void>;

/** Takes how the work goes. */
export interface JobListener {
  /** A job has come so far. */
  onProgress(job: ContentJob, now: JobReport): void;
  /** Its result is there, or why it was given up. */
  onDone(job: ContentJob, failure?: string): void;
}

/** So many times a job is tried before it is given up. */
export const tries = 3;
