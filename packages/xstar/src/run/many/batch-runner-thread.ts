import type { BatchRunner, Goal, ManyJob, Outcome } from "@xstar/runs";
import { openThread } from "../../threads/open-thread.js";
import type { SentGlance } from "./batch-worker.js";

/** A runner in a thread of its own, with one thread of ONNX Runtime: as many of them as cores use a machine best. */
export function startBatchRunner(job: ManyJob): BatchRunner {
  const file = new URL("./batch-worker.js", import.meta.url);
  const { send, close } = openThread<readonly Goal[], SentGlance, readonly Outcome[]>(file, job);
  return {
    run: (goals, report, signal) =>
      send(goals, { onReport: ({ preview, ...glance }) => report({ ...glance, preview: () => preview }), signal }),
    close,
  };
}
