import { parentPort, workerData } from "node:worker_threads";
import type { Planes } from "@xstar/results";
import { openClimber, type Glance, type Goal, type ManyJob, type Outcome } from "@xstar/runs";
import { serveJobs } from "../../threads/jobs.js";
import { thisMachine } from "./this-machine.js";

/** How far a batch is, as it is sent. */
export interface SentGlance extends Omit<Glance, "preview"> {
  readonly preview: Planes | undefined;
}

/** Milliseconds between two reports: a live view is redrawn no more often. */
const reportMs = 200;

const climber = openClimber(workerData as ManyJob, thisMachine);
// whoever waits for it first gets the error
climber.catch(() => undefined);
let reported = Number.NEGATIVE_INFINITY;

serveJobs<readonly Goal[], SentGlance, readonly Outcome[]>(parentPort!, async (goals, report, signal) => {
  const { climb } = await climber;
  const onGlance = ({ preview, ...glance }: Glance) => {
    if (performance.now() - reported < reportMs) return;
    reported = performance.now();
    report({ ...glance, preview: preview() });
  };
  return climb(goals, onGlance, signal);
});
