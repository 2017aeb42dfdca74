import { parentPort, workerData } from "node:worker_threads";
import { XstarError } from "@xstar/core";
import { openJobRunner, type ContentJob, type JobReport } from "@xstar/runs";
import { openPictures, somePictures } from "../../data/pictures.js";
import { sharpCodec } from "../../files/sharp-codec.js";
import { serveJobs } from "../../threads/jobs.js";
import { thisMachine } from "../many/this-machine.js";

/** Where a thread finds the contents that jobs name, by their hashes. */
export interface LocalContents {
  readonly models: Readonly<Record<string, string>>;
  readonly data: Readonly<Record<string, { readonly where: string; readonly most: number }>>;
}

/** Milliseconds between two reports. */
const reportMs = 200;

const { models, data } = workerData as LocalContents;
let reported = Number.NEGATIVE_INFINITY;

const runner = openJobRunner({
  ...thisMachine,
  codec: sharpCodec,
  contents: {
    async model({ name, sha256 }) {
      return (
        models[sha256] ??
        Promise.reject(new XstarError("file-not-readable", `There is no model "${name}" of this hash`))
      );
    },
    async pictures({ sha256 }) {
      const known = data[sha256];
      if (!known) throw new XstarError("file-not-readable", "There are no pictures of this hash");
      return somePictures(await openPictures(known.where), known.most);
    },
  },
});

serveJobs<ContentJob, JobReport, Uint8Array>(parentPort!, (job, report, signal) => {
  const onReport = (now: JobReport) => {
    if (performance.now() - reported < reportMs) return;
    reported = performance.now();
    report(now);
  };
  return runner.run(job, onReport, signal);
});
