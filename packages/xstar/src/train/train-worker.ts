import { parentPort } from "node:worker_threads";
import { serveJobs } from "../threads/jobs.js";
import { work, type TrainingJob, type TrainingOutcome, type TrainingReport } from "./job.js";

/** What a training thread tells on its way. */
export type TrainingNews = { readonly progress: TrainingReport } | { readonly warning: string };

serveJobs<TrainingJob, TrainingNews, TrainingOutcome>(parentPort!, (job, tell, signal) =>
  work(job, {
    report: (progress) => tell({ progress }),
    warn: (warning) => tell({ warning }),
    isStopped: () => signal.aborted,
  }),
);
