import { Worker } from "node:worker_threads";
import { XstarError, type ErrorCode } from "@xstar/core";
import type { ThreadMessage } from "./serve-thread.js";

interface ThreadOptions<Report> {
  readonly onReport?: (report: Report) => void;
  /** Tells the work to stop: it still has the last word. */
  readonly signal?: AbortSignal | undefined;
}

/** Does a job in a thread of its own, whose compiled file calls `serveThread`; rejects with the error of the work. */
export function runInThread<Report, Outcome>(
  file: URL,
  job: unknown,
  { onReport, signal }: ThreadOptions<Report>,
): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    // the thread runs plain JavaScript, whatever loaders and conditions the caller was started with
    const worker = new Worker(file, { workerData: job, execArgv: [] });
    const stop = () => worker.postMessage("stop");
    if (signal?.aborted) stop();
    signal?.addEventListener("abort", stop);
    const end = () => {
      signal?.removeEventListener("abort", stop);
      void worker.terminate();
    };
    worker.on("message", (message: ThreadMessage<Report, Outcome>) => {
      if ("report" in message) return onReport?.(message.report);
      end();
      if ("outcome" in message) return resolve(message.outcome);
      const { code, message: text, hint, stack } = message.failure;
      reject(new XstarError(code as ErrorCode, text, { ...(hint !== undefined && { hint }), cause: stack }));
    });
    worker.on("error", (cause) => {
      end();
      reject(new XstarError("runtime-failure", `A thread stopped: ${cause.message}`, { cause }));
    });
  });
}
