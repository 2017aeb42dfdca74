import type { Climber, Goal, ManyJob, Outcome } from "@xstar/runs";
import { openThread } from "../../threads/open-thread.js";
import type { SentGlance } from "./climb-worker.js";

/** A climber in a thread of its own, with one thread of ONNX Runtime: as many of them as cores use a machine best. */
export function startClimber(job: ManyJob): Climber {
  const file = new URL("./climb-worker.js", import.meta.url);
  const { send, close } = openThread<readonly Goal[], SentGlance, readonly Outcome[]>(file, job);
  return {
    climb: (goals, report, signal) =>
      send(goals, { onReport: ({ preview, ...glance }) => report({ ...glance, preview: () => preview }), signal }),
    close,
  };
}
