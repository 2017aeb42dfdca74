/**
 * Sends many small jobs through the queue to two workers in one process, and starts Redis again in the middle: every job must be done, and
 * few of them twice. `npm run soak -- COUNT` (10,000 without) needs redis-server.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sendJobs, work } from "@xstar/queue";
import { jobId } from "@xstar/runs";
import { emptyJobs } from "../bench/queue/empty-jobs.js";
import { freePort, startRedis } from "./redis.js";

const count = Number(process.argv[2] ?? 10_000);
const port = await freePort();
const queue = `redis://127.0.0.1:${port}`;
const folder = mkdtempSync(join(tmpdir(), "xstar-soak-"));
const version = "soak";

/** @type {Map<string, Uint8Array>} */
const kept = new Map();
/** @type {import("@xstar/runs").ResultStore} */
const results = {
  has: async (id) => kept.has(id),
  get: async (id) => kept.get(id),
  put: async (id, bytes) => void kept.set(id, bytes),
  failure: async () => undefined,
  fail: async (id, reason) => {
    throw new Error(`${id} was given up: ${reason}`);
  },
};

let ran = 0;
const startRunner = () => ({
  run: async () => {
    ran++;
    return new Uint8Array(1);
  },
  close: async () => undefined,
});

let server = await startRedis({ port, folder });
const stop = new AbortController();
const workers = [1, 2].map(() => work({ queue, version, results, jobs: 32, startRunner, signal: stop.signal }));
const jobs = emptyJobs(version, count);
let done = 0;
/** @type {Promise<void> | undefined} */
let restarted;
const began = performance.now();
const before = process.memoryUsage().rss;
await sendJobs({ queue, version, results })(jobs, {
  onProgress: () => undefined,
  onDone() {
    if (++done < count / 2 || restarted) return;
    restarted = server.stop().then(async () => void (server = await startRedis({ port, folder })));
  },
});
const seconds = (performance.now() - began) / 1000;
await restarted;
stop.abort();
await Promise.all(workers);
await server.stop();
rmSync(folder, { recursive: true });
const missing = jobs.filter((job) => !kept.has(jobId(job))).length;
console.log(
  `${done} of ${count} jobs in ${seconds.toFixed(1)} s (${Math.round(count / seconds)} a second), ${missing} missing, ` +
    `${ran - count} done twice, ${Math.round((process.memoryUsage().rss - before) / 1e6)} MB more memory`,
);
if (missing > 0 || done !== count || ran - count > count / 20) process.exitCode = 1;
