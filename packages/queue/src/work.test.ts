import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { XstarError } from "@xstar/core";
import type { ContentJob, JobRunner, ResultStore } from "@xstar/runs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { freePort, hasRedis, startRedis } from "../../../scripts/redis.js";
import { sendJobs } from "./send-jobs.js";
import { queueStatus } from "./status.js";
import { work, type WorkEvent, type WorkOptions } from "./work.js";

if (!hasRedis) console.warn("Skipped: the tests of the queue need redis-server (apt-get install redis-server)");

let folder: string;
let queue: string;
let server: Awaited<ReturnType<typeof startRedis>>;
beforeAll(async () => {
  if (!hasRedis) return;
  folder = await mkdtemp(join(tmpdir(), "xstar-work-"));
  const port = await freePort();
  server = await startRedis({ port, folder });
  queue = `redis://127.0.0.1:${port}`;
});
afterAll(async () => {
  if (!hasRedis) return;
  await server.stop();
  await rm(folder, { recursive: true });
});

/** A queue of its own by its version, with jobs of no work and results in memory. */
function place(version: string) {
  const kept = new Map<string, Uint8Array>();
  const failures: string[] = [];
  const results: ResultStore = {
    has: async (id) => kept.has(id),
    get: async (id) => kept.get(id),
    put: async (id, bytes) => void kept.set(id, bytes),
    failure: async () => undefined,
    fail: async (_id, reason) => void failures.push(reason),
  };
  const jobs = (count: number) =>
    Array.from({ length: count }, (_, i): ContentJob => {
      const sha256 = "0".repeat(64);
      const model = { name: "none.onnx", sha256, beside: [] };
      const data = { sha256, count };
      return {
        kind: "survey",
        xstar: version,
        model,
        network: {},
        layers: [],
        hasClasses: false,
        data,
        range: [i, i + 1],
      };
    });
  const start = (run: JobRunner["run"], options: Partial<WorkOptions> = {}) => {
    const stop = new AbortController();
    const events: WorkEvent[] = [];
    const startRunner = () => ({ run, close: async () => undefined });
    const given = { queue, version, results, jobs: 4, startRunner, signal: stop.signal, lease: 2000 };
    const ended = work({ ...given, onEvent: (event) => events.push(event), ...options });
    return { events, ended, stop: () => stop.abort() };
  };
  const send = (all: readonly ContentJob[], signal?: AbortSignal) =>
    sendJobs({ queue, version, results })(all, { onProgress: () => undefined, onDone: () => undefined }, signal);
  return { kept, failures, jobs, start, send };
}

const nothing = async () => new Uint8Array(1);

describe.skipIf(!hasRedis)("a worker", () => {
  test("gives a job back that its machine cannot do, says why, and ends", async () => {
    const { jobs, start, send, kept, failures } = place("full");
    const full = new XstarError("file-not-writable", 'Cannot write "/cache/x": no space is left');
    const broken = start(() => Promise.reject(full), { jobs: 1 });
    const sending = send(jobs(3));
    await expect(broken.ended).rejects.toBe(full);
    expect(broken.events.filter(({ kind }) => kind === "returned" || kind === "failed")).toMatchObject([
      { kind: "returned", reason: 'Cannot write "/cache/x": no space is left' },
    ]);
    expect((await queueStatus(queue, "full")).waiting).toBe(3);
    const other = start(nothing);
    await sending;
    other.stop();
    expect(await other.ended).toEqual({ done: 3, failed: 0 });
    expect([kept.size, failures]).toEqual([3, []]);
  }, 60_000);

  test("ends where it does not find what a job names; the attempt counts, so that no job ends all workers", async () => {
    const { jobs, start, send, failures } = place("missing");
    const missing = new XstarError("file-not-readable", "The store has no content of SHA-256 00...");
    const sending = send(jobs(1));
    for (let i = 0; i < 3; i++) await expect(start(() => Promise.reject(missing)).ended).rejects.toBe(missing);
    await sending;
    expect(failures).toEqual(["The store has no content of SHA-256 00..."]);
  }, 60_000);

  test("begins no more jobs in a minute than it may", async () => {
    const { jobs, start, send, kept } = place("slow");
    const { stop, ended } = start(nothing, { rate: 3 });
    const sender = new AbortController();
    const sending = send(jobs(5), sender.signal);
    while (kept.size < 3) await pause(20);
    await pause(1000);
    expect(kept.size).toBe(3);
    sender.abort();
    await sending;
    stop();
    await ended;
  }, 60_000);

  test("does fewer jobs at once while it has more memory than it may", async () => {
    const { jobs, start, send } = place("small");
    let active = 0;
    const atOnce: number[] = [];
    const run = async () => {
      atOnce.push(++active);
      await pause(100);
      active--;
      return new Uint8Array(1);
    };
    const { stop, ended } = start(run, { memory: 1 });
    await send(jobs(80));
    stop();
    expect(await ended).toEqual({ done: 80, failed: 0 });
    expect([Math.max(...atOnce), Math.max(...atOnce.slice(-20))]).toEqual([4, 1]);
  }, 60_000);
});
