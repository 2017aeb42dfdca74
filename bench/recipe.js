/**
 * Lucid's recipe on GoogLeNet against PyTorch: npm run bench:recipe -- MODEL.onnx [LAYER:CHANNEL] [STEPS]
 *
 * MODEL is bvlc-googlenet.onnx (its input is 255 rgb - mean). Both sides run in turn, round by round, as processes of their
 * own with the same number of threads. xstar's time for a step is what the steps after the first add to its process.
 * PyTorch measures both pictures in the end: untransformed, at 224 x 224.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const python = join(resolve(process.env.XSTAR_PEERS ?? join(here, ".peers")), "venv", "bin", "python");
const [model, target = "inception_4c/output:66", count = "128"] = process.argv.slice(2);
if (!model || !existsSync(python)) {
  console.error(model ? `${python} is missing: npm run bench:peers` : "Give the model: bvlc-googlenet.onnx");
  process.exit(2);
}
const [layer, channel] = target.split(":");
const steps = Number(count);
const threads = String(availableParallelism());
const rounds = 3;
const scratch = mkdtempSync(join(tmpdir(), "xstar-recipe-"));

function run(command, args) {
  const begin = performance.now();
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: "utf8" });
  const ms = performance.now() - begin;
  if (status === 0) return { ms, stdout };
  rmSync(scratch, { recursive: true });
  console.error(`Stopped: ${command} ${args.join(" ")} failed\n${stderr.trim()}`);
  process.exit(1);
}

function xstar(steps, seed) {
  const out = join(scratch, `${seed}-${steps}`);
  const cli = join(here, "..", "packages", "xstar", "bin", "xstar.js");
  const options = { recipe: "lucid", steps, seed, threads, out };
  const flags = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const { ms } = run(process.execPath, [cli, "maximize", model, target, ...flags]);
  return { ms, out };
}

function torch(...args) {
  const script = join(here, "peers", "torch_lucid.py");
  const { ms, stdout } = run(python, [script, model, layer, channel, "--threads", threads, ...args]);
  return { ms, ...JSON.parse(stdout) };
}

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
const results = Array.from({ length: rounds }, (_, seed) => {
  const first = xstar(1, seed);
  const own = xstar(steps, seed);
  const theirs = torch("--steps", count, "--seed", String(seed));
  const picture = readdirSync(own.out).find((name) => name.endsWith(".npy"));
  return {
    own: {
      ms: (own.ms - first.ms) / (steps - 1),
      seconds: own.ms / 1000,
      activation: torch("--picture", join(own.out, picture)).activation,
    },
    theirs: { ms: (1000 * theirs.seconds) / steps, seconds: theirs.ms / 1000, activation: theirs.activation },
    torch: theirs.torch,
  };
});
console.log(`${target}, ${steps} steps of Lucid's recipe, ${threads} threads, ${rounds} rounds`);
for (const [name, side] of [
  ["xstar", "own"],
  [`PyTorch ${results[0].torch}`, "theirs"],
]) {
  const of = (key) => results.map((result) => result[side][key]);
  const times = `${median(of("ms")).toFixed(1).padStart(7)} ms a step ${median(of("seconds")).toFixed(1).padStart(7)} s in all`;
  const reached = of("activation").map((value) => value.toFixed(1));
  console.log(`  ${name.padEnd(24)} ${times}   activation ${reached.join(", ")}`);
}
const ratio = median(results.map(({ own, theirs }) => theirs.ms / own.ms));
console.log(`  a step is ${ratio.toFixed(1)} x as fast`);
rmSync(scratch, { recursive: true });
