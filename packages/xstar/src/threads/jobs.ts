import { XstarError, type ErrorJson } from "@xstar/core";

/** What a thread is told: a job to do, or to stop the one that it does. */
type Order<Job> = { readonly job: Job } | "stop";

/** What it answers to a job: reports, then the outcome or the error. */
type Answer<Report, Outcome> =
  | { readonly report: Report }
  | { readonly outcome: Outcome }
  | { readonly failure: ErrorJson };

/** One end of a channel between two threads. */
export interface Port {
  postMessage(message: unknown): void;
  on(event: "message", listener: (message: unknown) => void): unknown;
}

export type Work<Job, Report, Outcome> = (
  job: Job,
  report: (report: Report) => void,
  signal: AbortSignal,
) => Promise<Outcome>;

/** Does the jobs that come through a port, one at a time, and sends what comes of them. */
export function serveJobs<Job, Report, Outcome>(port: Port, work: Work<Job, Report, Outcome>): void {
  const send = (answer: Answer<Report, Outcome>) => port.postMessage(answer);
  let stop = new AbortController();
  const serve = async (job: Job) => {
    stop = new AbortController();
    try {
      send({ outcome: await work(job, (report) => send({ report }), stop.signal) });
    } catch (error) {
      send({ failure: errorJson(error) });
    }
  };
  port.on("message", (message) => {
    const order = message as Order<Job>;
    if (order === "stop") stop.abort();
    else void serve(order.job);
  });
}

function errorJson(error: unknown): ErrorJson {
  if (XstarError.is(error)) return error.toJSON();
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  return { ...new XstarError("runtime-failure", message).toJSON(), ...(stack !== undefined && { stack }) };
}

export interface JobControls<Report> {
  readonly onReport?: ((report: Report) => void) | undefined;
  /** Tells the work to stop: it still has the last word. */
  readonly signal?: AbortSignal | undefined;
}

/** Sends jobs to the other end of a port, one at a time. */
export interface Sender<Job, Report, Outcome> {
  /** Rejects with the error of the work. */
  send(job: Job, controls?: JobControls<Report>): Promise<Outcome>;
  /** The other end is gone: rejects the job that it does, and all that come. */
  fail(error: Error): void;
}

interface Waiting<Report, Outcome> {
  report(report: Report): void;
  resolve(outcome: Outcome): void;
  reject(error: Error): void;
}

export function createSender<Job, Report, Outcome>(port: Port): Sender<Job, Report, Outcome> {
  const order = (message: Order<Job>) => port.postMessage(message);
  const stop = () => order("stop");
  let waiting: Waiting<Report, Outcome> | undefined;
  let broken: Error | undefined;
  port.on("message", (message) => {
    const answer = message as Answer<Report, Outcome>;
    if ("report" in answer) waiting?.report(answer.report);
    else if ("outcome" in answer) waiting?.resolve(answer.outcome);
    else waiting?.reject(XstarError.from(answer.failure));
  });
  return {
    async send(job, { onReport, signal } = {}) {
      if (broken) throw broken;
      try {
        return await new Promise<Outcome>((resolve, reject) => {
          waiting = { report: (report) => onReport?.(report), resolve, reject };
          order({ job });
          if (signal?.aborted) stop();
          signal?.addEventListener("abort", stop);
        });
      } finally {
        signal?.removeEventListener("abort", stop);
        waiting = undefined;
      }
    },
    fail(error) {
      broken ??= error;
      waiting?.reject(broken);
    },
  };
}
