/**
 * Pictures a minute of many targets, beside an earlier version of this repository, built in a folder of its own:
 *     npm run bench:many -- --before FOLDER [--units 0-63] [--rounds N] [--steps N,N] [--model FILE] [--layer NAME] [--out FILE.json]
 *
 * Whole commands in turn, with the flags that a user gives. The earlier version takes 64 steps; this one the same, and as few as
 * `--steps` says: what counts is how many pictures a minute it makes whose mean activation is that of the earlier version's.
 */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { readImage } from "xstar";
import { createJudge } from "./quality/judge.js";
import { runCommand } from "./quality/sides.js";
import { spread } from "./quality/table.js";

const root = dirname(import.meta.dirname);
const { values: flags } = parseArgs({
  options: {
    before: { type: "string" },
    units: { type: "string", default: "0-63" },
    rounds: { type: "string", default: "3" },
    steps: { type: "string", default: "64,24,16" },
    models: { type: "string", default: join(root, "../shared/models") },
    out: { type: "string", default: join(root, "bench/results/many.json") },
  },
});
if (!flags.before) {
  console.error("Give the folder of an earlier version, built: --before FOLDER");
  process.exit(2);
}
const layer = "fire6/concat";
const file = join(flags.models, "squeezenet-v1.1", "squeezenet-v1.1.onnx");
const scratch = mkdtempSync(join(tmpdir(), "xstar-many-"));
const judge = createJudge(flags.models, "");
const programOf = (folder) => join(folder, "packages", "xstar", "bin", "xstar.js");
const sides = [
  { name: "before", program: programOf(flags.before), steps: 64 },
  ...flags.steps.split(",").map((steps) => ({ name: "now", program: programOf(root), steps: Number(steps) })),
];

/** The mean activation of all pictures in a folder, as they were written. */
async function activationOf(folder) {
  const names = readdirSync(folder).filter((name) => /-\d+\.png$/.test(name));
  const all = [];
  for (const name of names) {
    const unit = Number(/-(\d+)\.png$/.exec(name)?.[1]);
    const picture = await readImage(join(folder, name), { channels: 3, height: 227, width: 227 });
    const target = { kind: /** @type {const} */ ("channel"), network: "squeezenet", layer, unit };
    all.push((await judge.activations(target, picture)).clean);
  }
  return { pictures: all.length, activation: all.reduce((sum, x) => sum + x, 0) / all.length };
}

const rows = [];
for (let round = 0; round < Number(flags.rounds); round++) {
  for (const { name, program, steps } of sides) {
    const out = join(scratch, `${name}-${steps}-${round}`);
    const args = ["maximize", file, `${layer}:${flags.units}`, "--steps", String(steps), "--out", out];
    const { seconds, processor } = await runCommand(program, args);
    const made = await activationOf(out);
    rows.push({ name, steps, round, ...made, seconds, processor, load: loadavg()[0] });
    console.error(rows.at(-1));
    rmSync(out, { recursive: true });
  }
}
await judge.release();
rmSync(scratch, { recursive: true });

const summaries = sides.map(({ name, steps }) => {
  const own = rows.filter((row) => row.name === name && row.steps === steps);
  const before = (round) => rows.find((row) => row.name === "before" && row.round === round);
  const ratios = (clock) => spread(own.map((row) => before(row.round)[clock] / row[clock]));
  return {
    name,
    steps,
    pictures: own[0].pictures,
    activation: own[0].activation,
    perMinute: spread(own.map(({ pictures, seconds }) => (60 * pictures) / seconds)),
    asQuick: ratios("seconds"),
    byProcessor: ratios("processor"),
  };
});
const machine = { processor: cpus()[0].model, cores: cpus().length, node: process.version };
mkdirSync(dirname(flags.out), { recursive: true });
writeFileSync(flags.out, `${JSON.stringify({ machine, layer, units: flags.units, summaries, rows }, undefined, 1)}\n`);
console.table(
  summaries.map(({ name, steps, activation, perMinute, asQuick, byProcessor }) => ({
    version: name,
    steps,
    activation: activation.toFixed(1),
    "a minute": perMinute.median.toFixed(1),
    "as quick": asQuick.median.toFixed(2),
    "by processor time": byProcessor.median.toFixed(2),
  })),
);
