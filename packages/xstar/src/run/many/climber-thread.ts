import { Worker } from "node:worker_threads";
import { XstarError, type ErrorCode } from "@xstar/core";
import type { Climber, Glance, ManyJob, Outcome } from "@xstar/runs";
import type { ClimberMessage, ClimberOrder } from "./climb-worker.js";

interface Waiting {
  report(now: Glance): void;
  resolve(outcomes: readonly Outcome[]): void;
  reject(error: Error): void;
}

/** A climber in a thread of its own, with one thread of ONNX Runtime: as many of them as cores use a machine best. */
export function startClimber(job: ManyJob): Climber {
  // the thread runs plain JavaScript, whatever loaders and conditions the caller was started with
  const worker = new Worker(new URL("./climb-worker.js", import.meta.url), { workerData: job, execArgv: [] });
  const order = (message: ClimberOrder) => worker.postMessage(message);
  let waiting: Waiting | undefined;
  let broken: XstarError | undefined;

  worker.on("message", (message: ClimberMessage) => {
    if ("glance" in message) waiting?.report({ ...message.glance, preview: () => message.preview });
    else if ("outcomes" in message) waiting?.resolve(message.outcomes);
    else {
      const { code, message: text, hint, stack } = message.failure;
      waiting?.reject(new XstarError(code as ErrorCode, text, { ...(hint !== undefined && { hint }), cause: stack }));
    }
  });
  const fail = (reason: string, cause?: Error) => {
    broken ??= new XstarError("runtime-failure", `A thread stopped: ${reason}`, { cause });
    waiting?.reject(broken);
  };
  worker.on("error", (cause) => fail(cause.message, cause));
  worker.on("exit", (code) => fail(`it ended with code ${code}`));

  return {
    climb: (goals, report) =>
      new Promise((resolve, reject) => {
        if (broken) return reject(broken);
        waiting = { report, resolve, reject };
        order({ goals });
      }),
    stop: () => order("stop"),
    async close() {
      await worker.terminate();
    },
  };
}
