import { createServer, type Server } from "node:http";
import { once } from "node:events";
import { XstarError } from "@xstar/core";
import type { WorkerFacts } from "./names.js";

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
export async function serveFacts(port: number, read: () => WorkerNow): Promise<Server> {
  const server = createServer(({ url }, response) => {
    const now = read();
    const send = (status: number, text: string) =>
      response.writeHead(status, { "content-type": "text/plain; version=0.0.4; charset=utf-8" }).end(text);
    if (url === "/metrics") send(200, metricsText(now));
    else if (url === "/health") send(now.isConnected ? 200 : 503, now.isConnected ? "ok\n" : "Redis does not answer\n");
    else send(404, "There are /metrics and /health\n");
  });
  server.listen(port);
  try {
    await once(server, "listening");
  } catch (cause) {
    throw new XstarError("bad-argument", `Port ${port} cannot be served: ${(cause as NodeJS.ErrnoException).code}`, {
      hint: "Give another one with --metrics",
      cause,
    });
  }
  return server;
}
