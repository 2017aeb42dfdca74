import { availableParallelism, homedir } from "node:os";
import { join } from "node:path";
import { fields } from "@xstar/core";
import { resultsIn } from "@xstar/runs";
import type { QueueStatus, WorkEvent } from "@xstar/queue";
import type { Command } from "commander";
import { startJobRunner } from "../../run/atlas/job-thread.js";
import { fetchContents } from "../../run/queue/fetch-contents.js";
import { loadQueue, openStore } from "../../run/queue/open-store.js";
import { withInterrupt } from "../../terminal/interrupt.js";
import { printable, printableLines } from "../../terminal/printable.js";
import { formatDuration } from "../../terminal/progress.js";
import { renderTable } from "../../terminal/table.js";
import { version } from "../../version.js";
import { valueOf } from "../flags.js";

interface WorkFlags {
  readonly queue: string;
  readonly store?: string;
  readonly jobs?: number;
  readonly cache?: string;
  readonly lease: number;
  readonly metrics?: number;
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
      "--metrics <port>",
      "serves /metrics for Prometheus, and /health",
      valueOf("--metrics", fields.int("", { min: 1, max: 65535 })),
    )
    .option("--cache <folder>", "where models and pictures are kept (default: ~/.cache/xstar)")
    .addHelpText("after", workHelp)
    .action(runWork);
}

const workHelp = `
Ctrl-C finishes the jobs in progress and takes no others; a second one quits at once, and the jobs return to the queue. A worker takes jobs
of its own version of xstar alone. It reads and writes nothing but its store and its cache, and runs no code of a job.

Examples:
  xstar work --queue redis://queue.example --store /shared/xstar
  xstar work --queue rediss://worker:secret@queue.example --store 's3://atlas?endpoint=https://minio.example' --jobs 4`;

async function runWork({
  queue,
  store: where,
  jobs = availableParallelism(),
  cache,
  lease,
  metrics,
}: WorkFlags): Promise<void> {
  const { work } = await loadQueue();
  const store = await openStore(where, queue);
  const find = fetchContents(store.blobs, cache ?? join(homedir(), ".cache", "xstar"));
  try {
    const { done, failed } = await withInterrupt((signal) =>
      work({
        queue,
        version,
        jobs,
        signal,
        lease: 1000 * lease,
        metrics,
        results: resultsIn(store.blobs),
        startRunner: () => startJobRunner(find),
        onEvent: (event) => process.stderr.write(`${printable(describeEvent(event))}\n`),
      }),
    );
    process.stdout.write(`${done} jobs done, ${failed} attempts failed\n`);
  } finally {
    store.close();
  }
}

function describeEvent(event: WorkEvent): string {
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
    case "store away":
      return `The store is away, and is tried again: ${event.reason}`;
  }
}

export function addQueue(command: Command): void {
  command.requiredOption("--queue <address>", address).option("--json", "as JSON").action(runQueue);
}

async function runQueue({ queue, json }: { readonly queue: string; readonly json?: boolean }): Promise<void> {
  const { queueStatus } = await loadQueue();
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
