import { parentPort } from "node:worker_threads";
import { openJobRunner, type ContentJob, type JobReport } from "@xstar/runs";
import { sharpCodec } from "../../files/sharp-codec.js";
import { serveJobs } from "../../threads/jobs.js";
import { thisMachine } from "../many/this-machine.js";
import { openPlace, type LocalContents } from "./local-contents.js";

/** A job, and where what it names is on this machine. */
export interface PlacedJob {
  readonly job: ContentJob;
  readonly contents: LocalContents;
}

/** Milliseconds between two reports. */
const reportMs = 200;

let reported = Number.NEGATIVE_INFINITY;
let contents: LocalContents | undefined;

const runner = openJobRunner({
  ...thisMachine,
  codec: sharpCodec,
  contents: {
    model: async () => contents!.model,
    pictures: () => openPlace(contents!.pictures!),
  },
});

serveJobs<PlacedJob, JobReport, Uint8Array>(parentPort!, (placed, report, signal) => {
  contents = placed.contents;
  const onReport = (now: JobReport) => {
    if (performance.now() - reported < reportMs) return;
    reported = performance.now();
    report(now);
  };
  return runner.run(placed.job, onReport, signal);
});
