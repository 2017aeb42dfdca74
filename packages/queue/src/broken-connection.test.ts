import { mkdtemp, rm } from "node:fs/promises";
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ContentJob, ResultStore } from "@xstar/runs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { freePort, hasRedis, startRedis } from "../../../scripts/redis.js";
import { sendJobs } from "./send-jobs.js";
import { work } from "./work.js";

let folder: string;
let server: Awaited<ReturnType<typeof startRedis>>;
let wire: Server;
let isCut = false;
const addresses = { direct: "", broken: "" };

/** A way to Redis that ends once, in the middle of the answer to jobs that were added together. */
function startWire(port: number): Server {
  return createServer((client: Socket) => {
    const redis = connect(port, "127.0.0.1");
    let hasAdded = false;
    client.on("data", (bytes) => {
      hasAdded ||= bytes.includes(`"kind":"survey"`);
      redis.write(bytes);
    });
    redis.on("data", (bytes) => {
      if (!hasAdded || isCut || bytes.length < 200) return void client.write(bytes);
      isCut = true;
      client.write(bytes.subarray(0, 150), () => client.destroy());
    });
    for (const [one, other] of [
      [client, redis],
      [redis, client],
    ] as const) {
      one.on("error", () => undefined);
      one.on("close", () => other.destroy());
    }
  });
}

beforeAll(async () => {
  if (!hasRedis) return;
  folder = await mkdtemp(join(tmpdir(), "xstar-broken-"));
  const port = await freePort();
  server = await startRedis({ port, folder });
  wire = startWire(port).listen(0, "127.0.0.1");
  await once(wire, "listening");
  addresses.direct = `redis://127.0.0.1:${port}`;
  addresses.broken = `redis://127.0.0.1:${(wire.address() as AddressInfo).port}`;
});
afterAll(async () => {
  if (!hasRedis) return;
  wire.close();
  await server.stop();
  await rm(folder, { recursive: true });
});

describe.skipIf(!hasRedis)("a connection that breaks while jobs are added (skips without redis-server)", () => {
  test("loses none of them, and does none twice", { timeout: 60_000 }, async () => {
    const version = "broken";
    const kept = new Map<string, Uint8Array>();
    let ran = 0;
    const results: ResultStore = {
      has: async (id) => kept.has(id),
      get: async (id) => kept.get(id),
      put: async (id, bytes) => void kept.set(id, bytes),
      failure: async () => undefined,
      fail: async (_id, reason) => expect.unreachable(reason),
    };
    const sha256 = "0".repeat(64);
    const rest = { xstar: version, model: { name: "none.onnx", sha256, beside: [] }, network: {}, layers: [] };
    const jobs = Array.from({ length: 300 }, (_, i): ContentJob => {
      return { kind: "survey", ...rest, hasClasses: false, data: { sha256, count: 300 }, range: [i, i + 1] };
    });
    const stop = new AbortController();
    const startRunner = () => ({ run: async () => (ran++, new Uint8Array(1)), close: async () => undefined });
    const given = { version, results, jobs: 4, startRunner, signal: stop.signal };
    const ended = work({ queue: addresses.direct, ...given });
    let done = 0;
    await sendJobs({ queue: addresses.broken, version, results })(jobs, {
      onProgress: () => undefined,
      onDone: () => void done++,
    });
    stop.abort();
    await ended;
    expect({ isCut, done, ran, kept: kept.size }).toEqual({ isCut: true, done: 300, ran: 300, kept: 300 });
  });
});
