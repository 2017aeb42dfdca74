/**
 * Lucid's recipe on GoogLeNet against PyTorch: npm run bench:recipe -- MODEL.onnx [LAYER:CHANNEL] [STEPS]
 *
 * MODEL is bvlc-googlenet.onnx (its input is 255 rgb - mean). All sides run in turn, round by round, as processes of their
 * own with the same number of threads: xstar's command, the package torch-lucent as its users run it, and a PyTorch program
 * that cuts the network off behind the layer and freezes its weights, which Lucent does not. xstar's time for a step is
 * what the steps after the first add to its process. PyTorch measures all pictures in the end: untransformed, at 224 x 224.
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
  const options = { recipe: "lucid", steps, seed, threads, out, format: "none" };
  const flags = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const { ms } = run(process.execPath, [cli, "maximize", model, target, ...flags]);
  return { ms, out };
}

function torch(script, ...args) {
  const { ms, stdout } = run(python, [
    join(here, "peers", script),
    model,
    layer,
    channel,
    "--threads",
    threads,
    ...args,
  ]);
  return { ms, ...JSON.parse(stdout) };
}

const activationOf = (picture) => torch("torch_lucid.py", "--picture", picture).activation;

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
const results = Array.from({ length: rounds }, (_, seed) => {
  const first = xstar(1, seed);
  const own = xstar(steps, seed);
  const given = ["--steps", count, "--seed", String(seed)];
  const lean = torch("torch_lucid.py", ...given);
  const rendered = join(scratch, `lucent-${seed}.npy`);
  const lucent = torch("torch_lucent.py", ...given, "--out", rendered);
  const [picture] = readdirSync(own.out).filter((name) => name.endsWith(".npy"));
  const side = ({ ms, seconds }, activation) => ({ ms: (1000 * seconds) / steps, whole: ms / 1000, activation });
  return {
    xstar: {
      ms: (own.ms - first.ms) / (steps - 1),
      whole: own.ms / 1000,
      activation: activationOf(join(own.out, picture)),
    },
    "torch-lucent": side(lucent, activationOf(rendered)),
    "PyTorch, cut and frozen": side(lean, lean.activation),
    torch: lean.torch,
  };
});
const { torch: release, ...sides } = results[0];
console.log(`${target}, ${steps} steps of Lucid's recipe, ${threads} threads, ${rounds} rounds, PyTorch ${release}`);
for (const name of Object.keys(sides)) {
  const of = (key) => results.map((result) => result[name][key]);
  const times = `${median(of("ms")).toFixed(1).padStart(7)} ms a step ${median(of("whole")).toFixed(1).padStart(7)} s in all`;
  const ratio = median(results.map((result) => result[name].ms / result.xstar.ms)).toFixed(1);
  const reached = of("activation").map((value) => value.toFixed(1));
  console.log(`  ${name.padEnd(24)} ${times}  x ${ratio}   activation ${reached.join(", ")}`);
}
rmSync(scratch, { recursive: true });
