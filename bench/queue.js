/**
 * What the queue and its jobs cost: npm run bench:queue -- [PART ...] [--network FILE] [--models FOLDER] [--python PROGRAM] [--rounds N]
 *
 * PART is one or more of
 *     empty   empty jobs a second, the share of each side, what idle workers cost, and from these what many workers come to
 *     memory  one worker over 1,000 small jobs
 *     gain    two workers over one, beside two processes of plain ONNX Runtime over one, in turn
 *     cost    a unit of an atlas beside single commands, by processor time
 *     lucent  a unit of an atlas of --steps beside torch-lucent, by processor time and by what the pictures reach
 * and all without one. Each keeps its results in bench/results/queue.json, of which docs/scale.md is written. It needs redis-server;
 * torch-lucent is that of `npm run bench:peers`.
 */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { parseArgs } from "node:util";
import { openRedis } from "@xstar/queue";
import { version } from "../packages/xstar/dist/version.js";
import { freePort, startRedis } from "../scripts/redis.js";
import { writeScale } from "../scripts/performance/scale.js";
import { measureCost, measureLucent } from "./queue/cost.js";
import { measureEmpty, redisUsage, startWorkers } from "./queue/empty.js";
import { measureGain, measureMemory } from "./queue/gain.js";
import { simulate } from "./queue/simulate.js";

const root = join(import.meta.dirname, "..");
const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    network: { type: "string", default: join(root, "out/article/network.onnx") },
    models: { type: "string", default: join(root, "../shared/models") },
    python: { type: "string", default: join(root, "bench/.peers/venv/bin/python") },
    rounds: { type: "string", default: "3" },
    steps: { type: "string", default: "48" },
  },
});
const results = join(root, "bench", "results", "queue.json");
const readResults = () => (existsSync(results) ? JSON.parse(readFileSync(results, "utf8")) : {});
const squeezenet = join(flags.models, "squeezenet-v1.1", "squeezenet-v1.1.onnx");
const scratch = mkdtempSync(join(tmpdir(), "xstar-bench-queue-"));
const port = await freePort();
const server = await startRedis({ port, folder: scratch });
const queue = `redis://127.0.0.1:${port}`;

async function measureIdle(workers) {
  const redis = await openRedis(queue);
  const side = await startWorkers({ queue, version: "idle", processes: 4, workers: workers / 4, jobs: 1 });
  const before = await redisUsage(redis);
  const began = performance.now();
  await pause(15_000);
  const after = await redisUsage(redis);
  const seconds = (performance.now() - began) / 1000;
  await side.stop();
  redis.disconnect();
  const { clients, memory } = after;
  return { workers, clients, memory, microseconds: (1e6 * (after.processor - before.processor)) / seconds / workers };
}

async function empty() {
  const rows = [];
  for (let round = 0; round < Number(flags.rounds); round++)
    rows.push(
      await measureEmpty({ queue, version: `empty${round}`, count: 10_000, processes: 1, workers: 1, jobs: 32 }),
    );
  const many = await measureEmpty({
    queue,
    version: "many",
    count: 4000,
    processes: 4,
    workers: 250,
    jobs: 1,
    seconds: 10,
  });
  const idle = await measureIdle(1000);
  const costs = {
    redis: many.microseconds.redis / 1e6,
    redisIdle: idle.microseconds / 1e6,
    sender: many.microseconds.sender / 1e6,
  };
  const simulated = [
    [1000, 10],
    [1000, 2],
    [10_000, 60],
    [10_000, 10],
    [10_000, 2],
  ].map(([workers, jobSeconds]) => simulate({ workers, jobSeconds, costs }));
  return { rows, many, idle, simulated };
}

const place = { queue, version, cache: join(scratch, "cache") };
const parts = {
  empty,
  memory: () => measureMemory({ ...place, file: flags.network, layer: "dense1", count: 1000 }),
  gain: () => {
    const given = { file: squeezenet, layer: "fire2/squeeze1x1", last: "conv10", count: 8, runs: 200 };
    return measureGain({ ...place, ...given, rounds: Number(flags.rounds) });
  },
  async cost() {
    const small = { file: flags.network, layers: ["conv2", "dense1"], steps: 64, singles: 20, scratch };
    const large = { file: squeezenet, layers: ["fire4/squeeze1x1"], steps: 64, singles: 4, scratch };
    return { rows: [await measureCost(small), await measureCost(large)] };
  },
  async lucent() {
    if (!existsSync(flags.python)) throw new Error(`${flags.python} is missing: npm run bench:peers`);
    const [layer, steps] = ["fire4/squeeze1x1", Number(flags.steps)];
    const { atlas } = await measureCost({ file: squeezenet, layers: [layer], steps, singles: 1, scratch });
    const given = { models: flags.models, python: flags.python, layer, units: [3, 12, 20, 28], scratch };
    return measureLucent({ ...given, steps, lucentSteps: 512, atlas });
  },
};

const wanted = positionals.length > 0 ? positionals : Object.keys(parts);
const unknown = wanted.find((name) => !(name in parts));
if (unknown !== undefined) {
  console.error(`There is no part "${unknown}": ${Object.keys(parts).join(", ")}`);
  process.exitCode = 2;
}
for (const name of unknown === undefined ? wanted : []) {
  const measured = await parts[name]();
  const machine = { processor: cpus()[0].model, cores: cpus().length, node: process.version, load: loadavg()[0] };
  mkdirSync(join(root, "bench", "results"), { recursive: true });
  writeFileSync(results, `${JSON.stringify({ ...readResults(), [name]: { machine, ...measured } }, undefined, 1)}\n`);
  console.log(name, JSON.stringify(measured, undefined, 1));
}
await server.stop();
rmSync(scratch, { recursive: true });
writeScale();
process.exit();
