import { parentPort, workerData } from "node:worker_threads";
import type { Planes } from "@xstar/results";
import { openBatchRunner, type Glance, type Goal, type ManyJob, type Outcome } from "@xstar/runs";
import { serveJobs } from "../../threads/jobs.js";
import { thisMachine } from "./this-machine.js";

/** How far a batch is, as it is sent. */
export interface SentGlance extends Omit<Glance, "preview"> {
  readonly preview: Planes | undefined;
}

/** Milliseconds between two reports: a live view is redrawn no more often. */
const reportMs = 200;

const runner = openBatchRunner(workerData as ManyJob, thisMachine);
// whoever waits for it first gets the error
runner.catch(() => undefined);
let reported = Number.NEGATIVE_INFINITY;

serveJobs<readonly Goal[], SentGlance, readonly Outcome[]>(parentPort!, async (goals, report, signal) => {
  const { run } = await runner;
  const onGlance = ({ preview, ...glance }: Glance) => {
    if (performance.now() - reported < reportMs) return;
    reported = performance.now();
    report({ ...glance, preview: preview() });
  };
  return run(goals, onGlance, signal);
});
