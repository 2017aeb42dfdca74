/**
 * An atlas through Redis by four workers, of which one is killed every twenty seconds, while Redis is started again twice; beside the same
 * by a pool. And one by a pool that is killed three times.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { freePort, startRedis } from "../../scripts/redis.js";

const program = join(import.meta.dirname, "..", "..", "packages", "xstar", "bin", "xstar.js");

function start(...args) {
  const child = spawn(process.execPath, [program, ...args.map(String)], { stdio: ["ignore", "pipe", "pipe"] });
  const said = { text: "" };
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (some) => (said.text += some));
  const ended = once(child, "exit").then(([code]) => code);
  return { said, ended, kill: (signal) => child.kill(signal) };
}

/** Every file of a folder, whatever lies in it, by path. */
const contents = (folder) =>
  new Map(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => [path.slice(folder.length), readFileSync(path).toString("base64")]),
  );

function differences(a, b) {
  const [one, other] = [contents(a), contents(b)];
  return [...new Set([...one.keys(), ...other.keys()])].filter((name) => one.get(name) !== other.get(name));
}

const jobsIn = (folder) => {
  const results = join(folder, ".jobs", "results");
  if (!existsSync(results)) return 0;
  return readdirSync(results, { recursive: true }).filter((name) => String(name).endsWith(".safetensors")).length;
};

/** @param {{ args: readonly string[], kills?: number, everySeconds?: number }} given */
export async function measureDisturbed({ args, kills = 3, everySeconds = 20 }) {
  const scratch = mkdtempSync(join(tmpdir(), "xstar-disturbed-"));
  const of = (name) => join(scratch, name);
  const began = performance.now();
  const whole = start(...args, "--out", of("whole"));
  if ((await whole.ended) !== 0) throw new Error(whole.said.text);
  const seconds = (performance.now() - began) / 1000;
  const jobs = jobsIn(of("whole"));
  const [estimate] = whole.said.text.split("\n");
  console.error(`${estimate}; ${jobs} jobs by a pool in ${seconds.toFixed(0)} s`);

  for (let i = 1; i <= kills; i++) {
    const run = start(...args, "--out", of("killed"));
    while (jobsIn(of("killed")) < (i * jobs) / (kills + 1)) await pause(200);
    run.kill("SIGKILL");
    await run.ended;
    console.error(`killed with ${jobsIn(of("killed"))} jobs done`);
  }
  const last = start(...args, "--out", of("killed"));
  if ((await last.ended) !== 0) throw new Error(last.said.text);
  const killed = { kills, differences: differences(of("whole"), of("killed")) };
  console.error(killed);

  const port = await freePort();
  const queue = `redis://127.0.0.1:${port}`;
  let server = await startRedis({ port, folder: scratch });
  const all = [];
  const startWorker = () => {
    const flags = ["--jobs", 1, "--lease", 10, "--cache", of("cache"), "--log", "json"];
    const worker = start("work", "--queue", queue, "--store", of("store"), ...flags);
    all.push(worker);
    return worker;
  };
  const workers = Array.from({ length: 4 }, startWorker);
  const sender = start(...args, "--queue", queue, "--store", of("store"), "--out", of("queued"));
  let [isOver, deaths, restarts] = [false, 0, 0];
  void sender.ended.then(() => (isOver = true));
  for (let since = performance.now(); !isOver; await pause(200)) {
    const done = jobsIn(of("queued")) / jobs;
    if (restarts < 2 && done > (restarts + 1) / 3) {
      restarts++;
      await server.stop();
      await pause(1000);
      server = await startRedis({ port, folder: scratch });
    }
    if (performance.now() - since < 1000 * everySeconds) continue;
    since = performance.now();
    const at = deaths++ % 4;
    workers[at].kill("SIGKILL");
    await workers[at].ended;
    workers[at] = startWorker();
  }
  const code = await sender.ended;
  for (const worker of workers) worker.kill("SIGINT");
  await Promise.all(all.map((worker) => worker.ended));
  await server.stop();
  const events = all.flatMap(({ said }) => said.text.split("\n").filter((line) => line.startsWith("{")));
  const done = events.map((line) => JSON.parse(line)).filter(({ msg }) => msg === "done");
  const queued = {
    code,
    deaths,
    restarts,
    done: done.length,
    // jobs that were done whole more than once: what a dead worker had in progress is no such
    repeated: done.length - new Set(done.map(({ id }) => id)).size,
    differences: code === 0 ? differences(of("whole"), of("queued")) : [sender.said.text],
  };
  rmSync(scratch, { recursive: true });
  return { estimate, jobs, seconds, killed, queued };
}
