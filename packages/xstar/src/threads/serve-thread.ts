import { parentPort, workerData } from "node:worker_threads";
import { XstarError } from "@xstar/core";

/** What a thread sends; any message to it tells it to stop. */
export type ThreadMessage<Report, Outcome> =
  | { readonly report: Report }
  | { readonly outcome: Outcome }
  | { readonly failure: { code: string; message: string; hint: string | undefined; stack: string | undefined } };

/** In a thread that `runInThread` started: does its job, and sends what comes of it. */
export async function serveThread<Job, Report, Outcome>(
  work: (job: Job, report: (report: Report) => void, signal: AbortSignal) => Promise<Outcome>,
): Promise<void> {
  const port = parentPort!;
  const send = (message: ThreadMessage<Report, Outcome>) => port.postMessage(message);
  const stop = new AbortController();
  port.on("message", () => stop.abort());
  try {
    send({ outcome: await work(workerData as Job, (report) => send({ report }), stop.signal) });
  } catch (error) {
    const known = XstarError.is(error) ? error : undefined;
    const { message, stack } = error instanceof Error ? error : { message: String(error), stack: undefined };
    send({ failure: { code: known?.code ?? "runtime-failure", message, hint: known?.hint, stack } });
  }
}
