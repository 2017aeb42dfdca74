/** What a second worker with one thread gains, beside what a second process of plain ONNX Runtime gains on the same machine at the same time. */
import { fork, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { openRedis, openRedisStore, sendJobs } from "@xstar/queue";
import { keyOfContent, planAtlas, resultsIn } from "@xstar/runs";
import { sha256Of } from "@xstar/results";
import { loadModel } from "xstar";

const program = join(import.meta.dirname, "..", "..", "packages", "xstar", "bin", "xstar.js");

/** Jobs that make pictures of units of a layer, as many as are wanted, each with a seed of its own. */
export async function jobsOf({ file, layer, steps, units, version }) {
  const model = await loadModel(file);
  const bytes = readFileSync(file);
  const content = { name: "model.onnx", sha256: sha256Of(bytes), beside: [] };
  const wanted = { xstar: version, model: content, data: null, groups: [[layer]] };
  const { layers } = await planAtlas(model, wanted, { steps, seed: 0, contract: model.contract ?? null });
  const [first] = layers[0].jobs;
  let seed = 0;
  return {
    content,
    bytes,
    next: (count) =>
      Array.from({ length: count }, () => ({
        ...first,
        goals: first.goals.slice(0, units),
        ascent: { ...first.ascent, seed: ++seed },
      })),
  };
}

/** Worker commands, and what sends jobs to them, with Redis as their store. */
export async function openPlace({ queue, version, cache, jobs: { content, bytes } }) {
  const redis = await openRedis(queue);
  const blobs = openRedisStore(redis);
  await blobs.put(keyOfContent(content.sha256), bytes);
  const results = resultsIn(blobs);
  return {
    async startWorker() {
      const args = ["work", "--queue", queue, "--jobs", "1", "--cache", cache, "--log", "json"];
      const child = spawn(process.execPath, [program, ...args], { stdio: ["ignore", "ignore", "pipe"] });
      const lines = createInterface(child.stderr);
      let busy = 0;
      const ready = new Promise((resolve) => {
        lines.on("line", (line) => {
          if (!line.startsWith("{")) return void console.error(line);
          const { msg, seconds = 0 } = JSON.parse(line);
          if (msg === "ready") resolve(undefined);
          if (msg === "done") busy += seconds;
        });
      });
      await ready;
      return {
        pid: child.pid,
        /** Seconds that it has worked at jobs. */
        busy: () => busy,
        async stop() {
          const ended = once(child, "exit");
          child.kill("SIGINT");
          await ended;
        },
      };
    },
    /** Seconds that some jobs take. */
    async send(jobs, onDone = () => {}) {
      const began = performance.now();
      await sendJobs({ queue, version, results })(jobs, { onProgress: () => undefined, onDone });
      return (performance.now() - began) / 1000;
    },
    close: () => redis.disconnect(),
  };
}

/** Seconds of plain runs in so many processes, of which each does its share. */
async function plainSeconds(file, layer, runs, processes) {
  const args = [file, String(runs / processes), layer];
  const all = Array.from({ length: processes }, () => fork(join(import.meta.dirname, "plain-runs.js"), args));
  await Promise.all(all.map((child) => once(child, "message")));
  const began = performance.now();
  const done = all.map((child) => once(child, "message"));
  for (const child of all) child.send("go");
  await Promise.all(done);
  return (performance.now() - began) / 1000;
}

/** One round after the other: one worker, two, one process, two. */
export async function measureGain({ queue, version, cache, file, layer, last, rounds, count, runs }) {
  const jobs = await jobsOf({ file, layer, steps: 8, units: 2, version });
  const place = await openPlace({ queue, version, cache, jobs });
  const rows = [];
  const first = await place.startWorker();
  await place.send(jobs.next(1));
  for (let round = 0; round < rounds; round++) {
    const one = await place.send(jobs.next(count));
    const second = await place.startWorker();
    await place.send(jobs.next(4));
    const before = first.busy() + second.busy();
    const two = await place.send(jobs.next(count));
    const busy = (first.busy() + second.busy() - before) / (2 * two);
    await second.stop();
    const plainOne = await plainSeconds(file, last, runs, 1);
    const plainTwo = await plainSeconds(file, last, runs, 2);
    rows.push({ one, two, busy, plainOne, plainTwo, gain: one / two, plainGain: plainOne / plainTwo });
    console.error(rows.at(-1));
  }
  await first.stop();
  place.close();
  return { layer, jobs: count, rows };
}

/** Bytes that a process has in memory now (Linux). */
const memoryOf = (pid) => 1024 * Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]);

/** The memory of one worker while it does many small jobs. */
export async function measureMemory({ queue, version, cache, file, layer, count }) {
  const jobs = await jobsOf({ file, layer, steps: 4, units: 1, version });
  const place = await openPlace({ queue, version, cache, jobs });
  const worker = await place.startWorker();
  let done = 0;
  const seen = [];
  const look = () => {
    if (++done % (count / 10) === 0) seen.push([done, memoryOf(worker.pid)]);
  };
  const seconds = await place.send(jobs.next(count), look);
  await worker.stop();
  place.close();
  return { jobs: count, seconds, memory: seen };
}
