import { availableParallelism, homedir } from "node:os";
import { join } from "node:path";
import { fields } from "@xstar/core";
import { formatDuration } from "@xstar/results";
import { resultsIn } from "@xstar/runs";
import type { LogEvent, QueueStatus } from "@xstar/queue";
import { Option, type Command } from "commander";
import { startJobRunner } from "../../run/atlas/job-thread.js";
import { fetchContents } from "../../run/queue/fetch-contents.js";
import { loadQueue, openStore } from "../../run/queue/open-store.js";
import { withInterrupt } from "../../terminal/interrupt.js";
import { printable, printableLines } from "../../terminal/printable.js";
import { renderTable } from "../../terminal/table.js";
import { version } from "../../version.js";
import { readMemory, valueOf } from "../flags.js";

interface WorkFlags {
  readonly queue: string;
  readonly store?: string;
  readonly jobs?: number;
  readonly cache?: string;
  readonly lease: number;
  readonly rate?: number;
  readonly memory?: number;
  readonly metrics?: number;
  readonly log: "text" | "json";
}

const address = "redis://[user:password@]HOST[:PORT], or rediss:// for TLS";

export function addWork(command: Command): void {
  command
    .requiredOption("--queue <address>", address)
    .option(
      "--store <where>",
      "a folder that all machines share, or s3://BUCKET/PREFIX?endpoint=URL (default: the queue's Redis, for small models)",
    )
    .option(
      "--jobs <count>",
      "jobs at once, each in a thread (default: one for each core)",
      valueOf("--jobs", fields.int("", { min: 1, max: 256 })),
    )
    .option(
      "--lease <seconds>",
      "a job of a worker that is silent for so long returns to the queue",
      valueOf("--lease", fields.int("", { min: 1 })),
      30,
    )
    .option(
      "--rate <count>",
      "jobs that all workers of the queue together begin in a minute, at most",
      valueOf("--rate", fields.int("", { min: 1 })),
    )
    .option("--memory <size>", "with more than that, as in 4GB, fewer jobs are done at once", readMemory)
    .option(
      "--metrics <port>",
      "serves /metrics for Prometheus, and /health",
      valueOf("--metrics", fields.int("", { min: 1, max: 65535 })),
    )
    .addOption(
      new Option("--log <form>", "what happens, as sentences or as lines of JSON for programs")
        .choices(["text", "json"])
        .default("text"),
    )
    .option("--cache <folder>", "where models and pictures are kept (default: ~/.cache/xstar)")
    .addHelpText("after", workHelp)
    .action(runWork);
}

const workHelp = `
Ctrl-C finishes the jobs in progress and takes no others; a second one quits at once, and the jobs return to the queue. A worker takes jobs
of its own version of xstar alone. It reads and writes nothing but its store and its cache, and runs no code of a job. A worker whose
machine cannot go on, such as one with a full disk, says why and ends; its job goes to others.

Examples:
  xstar work --queue redis://queue.example --store /shared/xstar
  xstar work --queue rediss://worker:secret@queue.example --store 's3://atlas?endpoint=https://minio.example' --jobs 4`;

async function runWork({
  queue,
  store: where,
  jobs = availableParallelism(),
  cache,
  lease,
  rate,
  memory,
  metrics,
  log,
}: WorkFlags): Promise<void> {
  const { work, createEventLog } = await loadQueue();
  const inWords = (event: LogEvent) => void process.stderr.write(`${printable(describeEvent(event))}\n`);
  const onEvent = log === "json" ? createEventLog(version, process.stderr) : inWords;
  const store = await openStore(where, queue, (reason) => onEvent({ kind: "store away", reason }));
  const find = fetchContents(store.blobs, cache ?? join(homedir(), ".cache", "xstar"));
  try {
    const { done, failed } = await withInterrupt((signal) =>
      work({
        queue,
        version,
        jobs,
        signal,
        lease: 1000 * lease,
        rate,
        memory,
        metrics,
        results: resultsIn(store.blobs),
        startRunner: () => startJobRunner(find),
        onEvent,
      }),
    );
    process.stdout.write(`${done} jobs done, ${failed} attempts failed\n`);
  } finally {
    store.close();
  }
}

function describeEvent(event: LogEvent): string {
  switch (event.kind) {
    case "ready":
      return `Ready for jobs of xstar ${version}`;
    case "draining":
      return "Finishing the jobs in progress";
    case "done":
      return `${event.what}: done in ${formatDuration(event.seconds)}`;
    case "there already":
      return `${event.what}: was there already`;
    case "failed":
      return `${event.what}: ${event.reason}`;
    case "returned":
      return `${event.what}: back in the queue, for this machine cannot do it: ${event.reason}`;
    case "store away":
      return `The store is away, and is tried again: ${event.reason}`;
    case "other versions":
      return `Workers of xstar ${event.versions.join(", ")} are there too: they do other jobs than this one of ${version}`;
  }
}

export function addQueue(command: Command): void {
  command
    .requiredOption("--queue <address>", address)
    .option("--json", "as JSON")
    .option(
      "--serve [port]",
      "serves a page of it to this machine, at port 8485 unless another is given, until Ctrl-C",
      valueOf("--serve", fields.int("", { min: 0, max: 65_535 })),
    )
    .action(runQueue);
}

interface QueueFlags {
  readonly queue: string;
  readonly json?: boolean;
  readonly serve?: number | true;
}

async function runQueue({ queue, json, serve }: QueueFlags): Promise<void> {
  const { queueStatus, serveQueue } = await loadQueue();
  if (serve !== undefined) {
    const server = await serveQueue(queue, version, serve === true ? 8485 : serve);
    process.stdout.write(`The queue is shown at http://127.0.0.1:${server.port}/\n`);
    await withInterrupt((signal) => new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve())));
    server.close();
    return;
  }
  const status = await queueStatus(queue, version);
  process.stdout.write(printableLines(json ? `${JSON.stringify(status, undefined, 2)}\n` : describe(status)));
}

function describe({ waiting, delayed, active, failed, failures, workers }: QueueStatus): string {
  const jobs = [
    `${waiting} waiting`,
    ...(delayed > 0 ? [`${delayed} tried again soon`] : []),
    `${active} being done`,
    `${failed} given up`,
  ];
  const ages = (since: number) => formatDuration(Math.max(0, Math.round((Date.now() - since) / 1000)));
  const rows = workers.map((one) => [
    `${one.host} ${one.pid}`,
    one.version,
    String(one.jobs),
    String(one.done),
    String(one.failed),
    ages(one.since),
  ]);
  return [
    `Jobs of xstar ${version}: ${jobs.join(", ")}`,
    ...failures.map(({ what, reason }) => `Given up: ${what}: ${reason}`),
    ...(workers.length > 0
      ? [renderTable([["worker", "xstar", "at once", "done", "failed", "since"], ...rows])]
      : ["No worker is there"]),
    "",
  ].join("\n");
}
