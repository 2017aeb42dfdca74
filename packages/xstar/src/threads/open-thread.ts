import { Worker } from "node:worker_threads";
import { XstarError } from "@xstar/core";
import { createSender, type JobControls, type Sender } from "./jobs.js";

/** A thread that does one job after the other. */
export interface Thread<Job, Report, Outcome> extends Pick<Sender<Job, Report, Outcome>, "send"> {
  close(): Promise<void>;
}

/** Starts a thread of a compiled file that calls `serveJobs`; `setup` is its `workerData`. */
export function openThread<Job, Report, Outcome>(file: URL, setup?: unknown): Thread<Job, Report, Outcome> {
  // the thread runs plain JavaScript, whatever loaders and conditions the caller was started with
  const worker = new Worker(file, { workerData: setup, execArgv: [] });
  const { send, fail } = createSender<Job, Report, Outcome>(worker);
  const stopped = (reason: string, cause?: Error) =>
    fail(new XstarError("runtime-failure", `A thread stopped: ${reason}`, { cause }));
  worker.on("error", (cause) => stopped(cause.message, cause));
  worker.on("exit", (code) => stopped(`it ended with code ${code}`));
  return {
    send,
    async close() {
      await worker.terminate();
    },
  };
}

/** Does one job in a thread of its own. */
export async function runInThread<Report, Outcome>(
  file: URL,
  job: unknown,
  controls: JobControls<Report>,
): Promise<Outcome> {
  const thread = openThread<unknown, Report, Outcome>(file);
  try {
    return await thread.send(job, controls);
  } finally {
    await thread.close();
  }
}
