/**
 * Damages copies of small models and takes each through reading, inspecting and a gradient, in processes of their own with
 * limits of time and memory: npm run fuzz -- [COUNT] [SEED] [INDEX], where INDEX restarts one mutant again.
 *
 * A mutant passes when it runs, or is refused by an XstarError; it fails by a crash, a hang, more memory than the limit, any
 * other error, or by opening a file outside of its folder.
 */
import { fork } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { createOps, createRng, Graph, size, tensor, writeModel } from "xstar";

const [count, seed, only] = [process.argv[2] ?? 10_000, process.argv[3] ?? 0, process.argv[4] ?? -1].map(Number);
const secondsEach = 30;
const megabytesEach = 2500;
const processes = 2;

const here = dirname(fileURLToPath(import.meta.url));
const shared = join(here, "../../shared");

/** Files up to this size, so that damage hits structure and not only weights. */
const largest = 100_000;

function findSeeds() {
  const folders = ["models", "vjp-cases"].map((name) => join(shared, name)).filter((path) => existsSync(path));
  const files = folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".onnx"))
      .map((file) => join(folder, file)),
  );
  return files.filter((file) => statSync(file).size <= largest).sort();
}

/** Models of our own: a small classifier, shape arithmetic, one whose weights lie beside it. */
function makeSeeds() {
  const make = (name, build, shape) => {
    const graph = new Graph(name);
    const op = createOps(graph);
    const rng = createRng(1);
    const weights = (dims) => op.constant(tensor("float32", rng.normals(size(dims)), dims), "weights");
    graph.output(build(op, graph.input("x", { dtype: "float32", shape }), weights));
    const path = join(folder, `${name}.onnx`);
    const opsets = new Map([["", 20]]);
    const locate = name === "beside" ? () => ({ location: "weights.bin", offset: 0 }) : undefined;
    writeFileSync(path, writeModel(graph, { opsets, freeBatch: "N", ...(locate && { locate }) }));
    return path;
  };
  const classifier = (op, x, weights) => {
    const features = op.maxPool(op.relu(op.conv(x, weights([4, 1, 3, 3]))), { kernel: [2, 2], strides: [2, 2] });
    return op.softmax(op.gemm(op.flatten(features), weights([16, 20])), 1);
  };
  const shapes = (op, x) => {
    const dims = op.emit("Shape", [x], [{ dtype: "int64", shape: [2] }])[0];
    const to = op.concat([op.gather(dims, op.ints([0])), op.ints([-1, 2])], 0);
    return op.reduceMean(op.emit("Reshape", [x, to], [{ dtype: "float32", shape: [2, 3, 2] }])[0], [2]);
  };
  return [
    make("classifier", classifier, [1, 1, 6, 6]),
    make("shapes", shapes, [2, 6]),
    make("beside", classifier, [1, 1, 6, 6]),
  ];
}

const folder = mkdtempSync(join(tmpdir(), "xstar-fuzz-"));
const seeds = [...makeSeeds(), ...findSeeds()];
const outcomes = new Map();
const failures = [];
let next = only >= 0 ? only : 0;
const end = only >= 0 ? only + 1 : count;
let finished = 0;
let peak = 0;

const memoryOf = (pid) => {
  try {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
};

function settle(mutant, outcome, problem) {
  finished++;
  outcomes.set(problem ? "FAILED" : outcome, (outcomes.get(problem ? "FAILED" : outcome) ?? 0) + 1);
  if (problem) {
    failures.push({ ...mutant, problem });
    console.log(`FAILED ${mutant.index} (${mutant.done} of ${mutant.model}): ${problem}`);
  }
  if (finished % 1000 === 0) console.error(`${finished} of ${end}`);
}

/**
 * Runs mutants in one process until none are left; starts another process where one dies.
 *
 * @returns {Promise<void>}
 */
function work() {
  return new Promise((resolve) => {
    if (next >= end) return resolve();
    const child = fork(join(here, "fuzz-worker.js"), [JSON.stringify({ folder, seeds, seed })], {
      execArgv: ["--max-old-space-size=1024"],
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
    let complaint = "";
    child.stderr?.on("data", (text) => (complaint = (complaint + text).slice(-600)));
    let current;
    let startedAt = 0;
    let reason;
    let served = 0;
    const stop = (why) => {
      reason = why;
      child.kill("SIGKILL");
    };
    const watch = setInterval(() => {
      const megabytes = memoryOf(child.pid);
      peak = Math.max(peak, megabytes);
      if (!current) return;
      if (megabytes > megabytesEach) stop(`${Math.round(megabytes)} MB of memory`);
      else if (performance.now() - startedAt > 1000 * secondsEach) stop(`no end after ${secondsEach} s`);
    }, 50);
    const give = () => {
      // a fresh process now and then, so that what earlier mutants left in memory is no one's fault
      if (next >= end || served >= 400) return child.disconnect();
      served++;
      current = { index: next, model: "?", done: [] };
      startedAt = performance.now();
      child.send(next++);
    };
    child.on("message", (/** @type {any} */ message) => {
      if (message.began) {
        current = message;
        return;
      }
      if (!message.ready) {
        settle(message, message.outcome, message.problem);
        current = undefined;
      }
      give();
    });
    child.on("exit", (code, signal) => {
      clearInterval(watch);
      if (current) settle(current, "", reason ?? `the process ended by ${signal ?? code}: ${complaint}`);
      resolve(work());
    });
  });
}

const startedAt = performance.now();
await Promise.all(Array.from({ length: processes }, work));
rmSync(folder, { recursive: true, force: true });
const table = [...outcomes].sort((a, b) => b[1] - a[1]).map(([outcome, n]) => `${outcome} ${n}`);
console.log(`${seeds.length} models, seed ${seed}: ${table.join(", ")}`);
console.log(`${Math.round((performance.now() - startedAt) / 1000)} s, at most ${Math.round(peak)} MB in a process`);
console.log(`${finished - failures.length} passed, ${failures.length} failed`);
process.exitCode = failures.length > 0 ? 1 : 0;
