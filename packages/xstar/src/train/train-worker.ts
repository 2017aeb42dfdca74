import { serveThread } from "../threads/serve-thread.js";
import { work, type TrainingJob, type TrainingOutcome, type TrainingReport } from "./job.js";

/** What a training thread tells on its way. */
export type TrainingNews = { readonly progress: TrainingReport } | { readonly warning: string };

await serveThread<TrainingJob, TrainingNews, TrainingOutcome>((job, tell, signal) =>
  work(job, {
    report: (progress) => tell({ progress }),
    warn: (warning) => tell({ warning }),
    isStopped: () => signal.aborted,
  }),
);
