import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer as createHttpServer } from "node:http";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { openRedis, queueStatus } from "@xstar/queue";
import { encodePng } from "@xstar/results";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { tinyModel } from "../../../results/src/testing/tiny-model.js";
import { version } from "../version.js";

const program = fileURLToPath(new URL("../../bin/xstar.js", import.meta.url));
const hasRedis = spawnSync("redis-server", ["--version"]).status === 0;
if (!hasRedis) console.warn("Skipped: the tests of the queue need redis-server (apt-get install redis-server)");

let folder: string;
let port: number;
const running = new Set<ChildProcess>();

function start(command: string, args: readonly string[]): ChildProcess & { readonly said: { text: string } } {
  const said = { text: "" };
  const child = Object.assign(spawn(command, args, { cwd: folder }), { said });
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", (some) => (said.text += String(some)));
  running.add(child);
  child.on("exit", () => running.delete(child));
  return child;
}

const xstar = (...args: readonly string[]) => start(process.execPath, [program, ...args]);

async function ended(child: ReturnType<typeof xstar>) {
  if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
  return { code: child.exitCode, text: child.said.text };
}

async function until(isSo: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await isSo())) await pause(20);
}

const startRedis = async (...more: readonly string[]) => {
  const flags = ["--port", String(port), "--dir", folder, "--appendonly", "yes", "--save", "", ...more];
  const server = start("redis-server", flags);
  await until(() => server.said.text.includes("Ready to accept connections"));
  return server;
};

const stop = async (child: ReturnType<typeof xstar>, signal: NodeJS.Signals = "SIGTERM") => {
  child.kill(signal);
  await ended(child);
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "xstar-queue-"));
  await writeFile(join(folder, "tiny.onnx"), tinyModel());
  await mkdir(join(folder, "photos"));
  for (let i = 0; i < 5; i++) {
    const data = new Uint8ClampedArray(4 * 64).fill(255);
    for (let at = 0; at < 64; at++) data.fill(((at * (i + 5) * 13) % 29) * 8, 4 * at, 4 * at + 3);
    await writeFile(join(folder, "photos", `${i}.png`), encodePng({ width: 8, height: 8, data }));
  }
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  port = (probe.address() as { port: number }).port;
  probe.close();
});
afterAll(async () => {
  for (const child of running) child.kill("SIGKILL");
  await rm(folder, { recursive: true });
});

async function contents(out: string): Promise<Record<string, string>> {
  const entries = await readdir(join(folder, out), { recursive: true, withFileTypes: true });
  const paths = entries.filter((one) => one.isFile()).map((one) => join(one.parentPath, one.name));
  const read = paths
    .toSorted()
    .map(async (path) => [path.slice(join(folder, out).length), (await readFile(path)).toString("base64")] as const);
  return Object.fromEntries(await Promise.all(read));
}

const atlas = ["atlas", "tiny.onnx", "--images", "photos", "--steps", "800"];

describe.skipIf(!hasRedis)("an atlas through a queue", () => {
  test("has the bytes of one from a pool, though a worker is killed and Redis starts again", async () => {
    const address = `redis://127.0.0.1:${port}`;
    const worker = () =>
      xstar("work", "--queue", address, "--jobs", "1", "--lease", "2", "--cache", join(folder, "cache"));
    const server = await startRedis();
    const sender = xstar(...atlas, "--queue", address, "--out", "queued");
    const active = async () => (await queueStatus(address, version)).active > 0;
    const killed = worker();
    await until(active);
    await stop(killed, "SIGKILL");
    const second = worker();
    await until(() => second.said.text.includes("done in"));
    await stop(server);
    await startRedis();
    const { code, text } = await ended(sender);
    expect({ code, text }).toMatchObject({ code: 0 });
    second.kill("SIGINT");
    expect((await ended(second)).text).toMatch(/Finishing the jobs in progress[^]*5 jobs done, 0 attempts failed/);
    expect((await queueStatus(address, version)).workers.filter(({ pid }) => pid === second.pid)).toEqual([]);
    expect((await ended(xstar(...atlas, "--out", "pooled"))).code).toBe(0);
    expect(await contents("queued")).toEqual(await contents("pooled"));
  }, 300_000);

  test("is done by workers with the rights that the docs give, which log, trace and are seen", async () => {
    const docs = await readFile(new URL("../../../../docs/scale.md", import.meta.url), "utf8");
    await writeFile(join(folder, "users.acl"), /```acl\n([^]*?)```/.exec(docs)![1]!);
    await Promise.all([...running].map((child) => stop(child as ReturnType<typeof xstar>)));
    const server = await startRedis("--aclfile", join(folder, "users.acl"));
    const [sending, working] = [
      `redis://:PASSWORD-OF-SENDERS@127.0.0.1:${port}`,
      `redis://worker:PASSWORD-OF-WORKERS@127.0.0.1:${port}`,
    ];
    const traces: string[] = [];
    const collector = createHttpServer((request, response) => {
      const parts: Buffer[] = [];
      request.on("data", (part: Buffer) => parts.push(part));
      request.on("end", () => {
        traces.push(Buffer.concat(parts).toString());
        response.writeHead(200, { "content-type": "application/json" }).end("{}");
      });
    }).listen(0, "127.0.0.1");
    await once(collector, "listening");
    process.env["OTEL_EXPORTER_OTLP_ENDPOINT"] = `http://127.0.0.1:${(collector.address() as { port: number }).port}`;
    process.env["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/json";
    const other = await openRedis(sending);
    await other.set(
      "xstar:worker:0.0.1:elsewhere",
      JSON.stringify({ version: "0.0.1", host: "elsewhere", pid: 1, jobs: 1, done: 0, failed: 0, since: 0 }),
    );
    const worker = xstar("work", "--queue", working, "--jobs", "1", "--cache", join(folder, "own"), "--log", "json");
    delete process.env["OTEL_EXPORTER_OTLP_ENDPOINT"];
    delete process.env["OTEL_EXPORTER_OTLP_PROTOCOL"];
    const page = xstar("queue", "--queue", sending, "--serve", "0");
    try {
      await until(() => page.said.text.includes("shown at"));
      const shown = page.said.text.trim().split(" ").at(-1)!;
      expect(await (await fetch(shown)).text()).toContain("<h1>Queue of xstar</h1>");
      const directed = [...atlas.slice(0, -1), "8", "--layers", "conv", "--directions", "kmeans=2"];
      const sender = xstar(...directed, "--queue", sending, "--out", "allowed");
      const progress = async () =>
        (await (await fetch(`${shown}status.json`)).json()) as { sender?: { parts: object[] } };
      await until(async () => (await progress()).sender !== undefined || sender.exitCode !== null);
      expect(await ended(sender)).toMatchObject({ code: 0 });
      worker.kill("SIGINT");
      await ended(worker);
      const lines = worker.said.text.split("\n").filter((line) => line.startsWith("{"));
      const events = lines.map((line) => JSON.parse(line) as { msg: string; level: string; versions?: string[] });
      expect(events.find(({ msg }) => msg === "other versions")).toMatchObject({ level: "warn", versions: ["0.0.1"] });
      // pictures of units and of directions, what real pictures make of them, and the directions
      expect(events.filter(({ msg }) => msg === "done")).toHaveLength(4);
      expect(traces.join("").match(/"name":"xstar\.job"/g)).toHaveLength(4);
      expect((await ended(xstar(...directed, "--out", "directed"))).code).toBe(0);
      expect(await contents("allowed")).toEqual(await contents("directed"));
      // what a worker has no right to
      const asWorker = await openRedis(working);
      await expect(asWorker.config("GET", "*")).rejects.toThrow("NOPERM");
      await expect(asWorker.set("elsewhere", "1")).rejects.toThrow("NOPERM");
      asWorker.disconnect();
    } finally {
      other.disconnect();
      page.kill("SIGINT");
      collector.close();
      await ended(page);
    }
    await stop(server);
  }, 120_000);

  test("says in a sentence what is wrong with its address, password and store", async () => {
    await Promise.all([...running].map((child) => stop(child as ReturnType<typeof xstar>)));
    const server = await startRedis("--requirepass", "secret");
    const queue = async (address: string) => (await ended(xstar("queue", "--queue", address))).text.split("\n")[0];
    const place = `127.0.0.1:${port}`;
    expect(await queue(`redis://${place}`)).toBe(`Error: The queue at redis://${place} wants a password`);
    expect(await queue(`redis://:wrong@${place}`)).toBe(
      `Error: The queue at redis://***@${place} does not take this name and password`,
    );
    expect(await queue(`redis://:secret@${place}`)).toMatch(/^Jobs of xstar/);
    const work = xstar("work", "--queue", `redis://:secret@${place}`, "--store", "tiny.onnx");
    expect((await ended(work)).text).toMatch(/^Error: Cannot write "tiny.onnx"/);
    await stop(server);
    expect(await queue(`redis://${place}`)).toBe(`Error: The queue at redis://${place} does not answer: ECONNREFUSED`);
  }, 120_000);

  test("all ends where Redis is started again just as the last jobs end", async () => {
    const soak = start(process.execPath, [
      fileURLToPath(new URL("../../../../scripts/soak.js", import.meta.url)),
      "60",
    ]);
    const { code, text } = await ended(soak);
    expect(text).toContain("60 of 60 jobs");
    expect(code).toBe(0);
  });
});
