import { parentPort, workerData } from "node:worker_threads";
import { XstarError } from "@xstar/core";
import { work, type TrainingJob, type TrainingOutcome, type TrainingReport } from "./job.js";

/** What a training thread sends; any message to it ends the training. */
export type TrainingMessage =
  | { readonly report: TrainingReport }
  | { readonly warning: string }
  | { readonly outcome: TrainingOutcome }
  | { readonly failure: { code: string; message: string; hint: string | undefined; stack: string | undefined } };

const port = parentPort!;
const send = (message: TrainingMessage) => port.postMessage(message);

let stopped = false;
port.on("message", () => {
  stopped = true;
});

try {
  const controls = {
    report: (report: TrainingReport) => send({ report }),
    warn: (warning: string) => send({ warning }),
    isStopped: () => stopped,
  };
  send({ outcome: await work(workerData as TrainingJob, controls) });
} catch (error) {
  const known = XstarError.is(error) ? error : undefined;
  const { message, stack } = error instanceof Error ? error : { message: String(error), stack: undefined };
  send({ failure: { code: known?.code ?? "runtime-failure", message, hint: known?.hint, stack } });
}
