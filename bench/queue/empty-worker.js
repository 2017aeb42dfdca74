/**
 * Workers of empty jobs in one process: empty-worker.js QUEUE VERSION WORKERS JOBS-AT-ONCE SECONDS-OF-A-JOB. Sends "ready" to its parent,
 * and its processor seconds when it is told "usage".
 */
import { setTimeout as pause } from "node:timers/promises";
import { work } from "@xstar/queue";
import { forgets } from "./empty-jobs.js";

const [queue = "", version = "", workers = "1", jobs = "1", seconds = "0"] = process.argv.slice(2);
const stop = new AbortController();
let ready = 0;
const startRunner = () => ({
  run: async () => {
    if (Number(seconds) > 0) await pause(1000 * Number(seconds));
    return new Uint8Array(1);
  },
  close: async () => undefined,
});
const onEvent = (/** @type {import("@xstar/queue").WorkEvent} */ { kind }) => {
  if (kind === "ready" && ++ready === Number(workers)) process.send?.("ready");
};
process.on("message", (message) => {
  if (message === "stop") stop.abort();
  const { user, system } = process.cpuUsage();
  process.send?.({ processor: (user + system) / 1e6, memory: process.memoryUsage.rss() });
});
await Promise.all(
  Array.from({ length: Number(workers) }, () =>
    work({ queue, version, results: forgets(), jobs: Number(jobs), startRunner, signal: stop.signal, onEvent }),
  ),
);
process.exit(0);
