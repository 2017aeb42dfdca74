import type { Runtime } from "@xstar/core";
import { openBatchRunner, type BatchRunner, type ManyJob } from "@xstar/runs";
import { loadModel } from "../../load.js";
import { thisMachine } from "./this-machine.js";

/** A runner in this thread, on a device: it belongs to the whole process, which waits for it without being held up. */
export function batchRunnerOn(device: Runtime, job: ManyJob, precision?: "float16"): BatchRunner {
  const opened = openBatchRunner(job, {
    ...thisMachine,
    runtime: () => device,
    loadModel: (from, runtime) => loadModel(from, { runtime, precision }),
  });
  // whoever waits for it first gets the error
  opened.catch(() => undefined);
  return {
    run: async (...given) => (await opened).run(...given),
    close: async () => (await opened).close(),
  };
}
