/**
 * How long it takes until a picture is as good as PyTorch's after 512 steps of Lucid's recipe: npm run bench:quality
 *     [-- --targets N] [--only TEXT] [--seeds N] [--sides NAMES] [--rungs N,N] [--threads N] [--out FILE.json]
 *
 * All sides are whole processes, from the command to the written picture, with the same number of threads, and take turns: a PyTorch
 * program that cuts the network off behind the layer and freezes its weights, the same with torch.compile, torch-lucent as its users
 * run it, and xstar's command as it comes and with fewer steps. A picture is as good when two measures reach the PyTorch program's of
 * the same seed: the activation on the picture as it is, and its mean over 32 fixed views at random. Ranks of classes in other
 * networks and the distance to real pictures stand beside. What is measured is kept in FILE at once: the same command goes on from
 * there, and one side of a target and seed is never measured twice.
 */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus, loadavg, tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { createJudge, readPicture } from "./quality/judge.js";
import { runTorch, runXstar } from "./quality/sides.js";
import { keyOf, targets } from "./quality/targets.js";
import { describeQuality, isAsGood } from "./quality/table.js";

const here = import.meta.dirname;
const root = dirname(here);
const { values: flags } = parseArgs({
  options: {
    targets: { type: "string", default: String(targets.length) },
    only: { type: "string", default: "" },
    seeds: { type: "string", default: "3" },
    sides: { type: "string", default: "torch,compiled,lucent,xstar" },
    rungs: { type: "string", default: "24,32,48,64,96,128,192,256" },
    threads: { type: "string", default: String(availableParallelism()) },
    models: { type: "string", default: join(root, "../shared/models") },
    photos: { type: "string", default: join(root, "../shared/photos") },
    out: { type: "string", default: join(root, "bench/results/quality.json") },
  },
});
const threads = Number(flags.threads);
const wanted = new Set(flags.sides.split(","));
const peers = resolve(process.env.XSTAR_PEERS ?? join(root, "bench/.peers"));
const python = join(peers, "venv", "bin", "python");
/** Steps of Lucid's recipe. */
const peerSteps = 512;
/** Numbers of steps that xstar is given, from few to many, until one is enough. */
const rungs = flags.rungs.split(",").map(Number);

/** @typedef {import("./quality/table.js").Row} Row */
/** @type {{ machine: object, note?: string, rows: Row[], failures: { target: string, side: string, seed: number, message: string }[] }} */
const results = existsSync(flags.out) ? JSON.parse(readFileSync(flags.out, "utf8")) : { rows: [], failures: [] };
results.machine = { processor: cpus()[0].model, cores: cpus().length, node: process.version };
const scratch = mkdtempSync(join(tmpdir(), "xstar-quality-"));
const judge = createJudge(flags.models, flags.photos);

function save() {
  mkdirSync(dirname(flags.out), { recursive: true });
  writeFileSync(`${flags.out}.part`, `${JSON.stringify(results, undefined, 1)}\n`);
  renameSync(`${flags.out}.part`, flags.out);
}

/**
 * What a side made of a target, now or in an earlier run; undefined where it failed.
 * @returns {Promise<Row | undefined>}
 */
async function take(target, seed, side, steps, make) {
  const key = keyOf(target);
  const is = (row) => row.target === key && row.seed === seed && row.side === side && row.steps === steps;
  const known = results.rows.find(is);
  if (known) return known;
  const about = { target: key, side, seed, steps, threads };
  const out = join(scratch, `${side}-${steps ?? "default"}-${seed}`);
  try {
    const { seconds, processor, picture } = await make(out);
    const made = readPicture(picture);
    const row = {
      ...about,
      seconds,
      processor,
      load: loadavg()[0],
      ...(await judge.activations(target, made)),
      ...(await judge.beside(target, made)),
    };
    results.rows.push(row);
    save();
    console.error(describeQuality.row(row));
    return row;
  } catch (error) {
    const { message } = /** @type {Error} */ (error);
    results.failures = results.failures.filter((one) => one.target !== key || one.side !== side || one.seed !== seed);
    results.failures.push({ target: key, side, seed, message });
    save();
    console.error(`${key} ${side}: ${message}`);
    return undefined;
  } finally {
    rmSync(out, { recursive: true, force: true });
    rmSync(`${out}.npy`, { force: true });
  }
}

async function compare(target, seed) {
  const file = judge.fileOf(target);
  const given = { target, file, threads, seed };
  const contract = await judge.contractOf(target);
  const torch = async (side, script, flags = /** @type {string[]} */ ([])) => {
    const make = (out) => runTorch({ ...given, python, script, contract, steps: peerSteps, out, flags });
    return wanted.has(side) ? take(target, seed, side, peerSteps, make) : undefined;
  };
  const xstar = (steps, options) => take(target, seed, "xstar", steps, (out) => runXstar({ ...given, out, options }));

  const level = await torch("torch", "torch_lucid.py");
  if (wanted.has("xstar")) await xstar(null, {});
  await torch("compiled", "torch_lucid.py", ["--compile"]);
  await torch("lucent", "torch_lucent.py");
  if (!wanted.has("xstar") || !level) return;
  for (const steps of rungs) {
    const row = await xstar(steps, { steps });
    if (row && isAsGood(row, level)) return;
  }
}

if (!existsSync(python) && ["torch", "compiled", "lucent"].some((side) => wanted.has(side))) {
  console.error(`${python} is missing: npm run bench:peers (or --sides xstar)`);
  process.exit(2);
}
const chosen = targets.filter((target) => keyOf(target).includes(flags.only)).slice(0, Number(flags.targets));
for (let seed = 0; seed < Number(flags.seeds); seed++) {
  for (const target of chosen) {
    if (judge.isThere(target)) await compare(target, seed);
    else console.error(`${keyOf(target)} is left out: it is not in ${flags.models}`);
  }
}
await judge.release();
rmSync(scratch, { recursive: true, force: true });
console.log(describeQuality.table(results.rows));
