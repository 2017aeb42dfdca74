import type { WorkerFacts } from "./names.js";
import { serveText, type Serving } from "./serve-text.js";

/** What a worker is now. */
export interface WorkerNow extends WorkerFacts {
  /** Jobs in progress. */
  readonly active: number;
  /** Of all jobs that were done, together. */
  readonly seconds: number;
  /** Whether Redis answers. */
  readonly isConnected: boolean;
}

/** A worker's numbers in the text format of Prometheus. */
export function metricsText({ version, jobs, done, failed, active, seconds, since, isConnected }: WorkerNow): string {
  const metric = (name: string, type: "counter" | "gauge", help: string, value: number, labels = "") =>
    `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${name}${labels} ${value}\n`;
  return [
    metric("xstar_worker_info", "gauge", "The version of xstar of this worker.", 1, `{version="${version}"}`),
    metric("xstar_worker_started_seconds", "gauge", "When the worker began, in seconds since 1970.", since / 1000),
    metric("xstar_worker_slots", "gauge", "Jobs that the worker does at once.", jobs),
    metric("xstar_worker_connected", "gauge", "1 while Redis answers.", Number(isConnected)),
    metric("xstar_jobs_active", "gauge", "Jobs in progress.", active),
    metric("xstar_jobs_done_total", "counter", "Jobs done.", done),
    metric("xstar_job_attempts_failed_total", "counter", "Attempts at jobs that failed.", failed),
    metric("xstar_job_seconds_total", "counter", "Time that the done jobs took.", seconds),
  ].join("");
}

/** Serves `/metrics`, and `/health`: 200 while Redis answers, else 503. Throws `bad-argument` for a port that is taken. */
export function serveFacts(port: number, read: () => WorkerNow): Promise<Serving> {
  return serveText({ port, flag: "--metrics" }, (path) => {
    const now = read();
    const type = "text/plain; version=0.0.4; charset=utf-8";
    if (path === "/metrics") return { status: 200, type, text: metricsText(now) };
    if (path !== "/health") return { status: 404, text: "There are /metrics and /health\n" };
    return now.isConnected ? { status: 200, text: "ok\n" } : { status: 503, text: "Redis does not answer\n" };
  });
}
