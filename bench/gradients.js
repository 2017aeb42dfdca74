/**
 * Gradients of real networks against PyTorch's on the same weights, and the time of both: npm run bench:gradients -- FOLDER
 *
 * FOLDER holds models as FOLDER/NAME/*.onnx. The input is x[i] = amp sin(0.37 i + 3 sin(0.0011 i)); amp and the target unit
 * come from FOLDER/NAME/reference.json where there is one, else they are 1. PyTorch's gradient is
 * computed in float64. A model fails when an entry is off by more than 1e-3 of the largest at each of three inputs: at one
 * input alone a few entries may lie on another side of a kink (ReLU, max-pool) in float32.
 */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { decodeNpy, encodeNpy, inputShapes, nodeRuntime, numbers, openModel, size, tensor, vjp } from "xstar";

const here = dirname(fileURLToPath(import.meta.url));
const python = join(resolve(process.env.XSTAR_PEERS ?? join(here, ".peers")), "venv", "bin", "python");
const [folder] = process.argv.slice(2);
if (!folder || !existsSync(python)) {
  console.error(folder ? `${python} is missing: npm run bench:peers` : "Give the folder of the models");
  process.exit(2);
}
const threads = availableParallelism();
const steps = 7;
const tolerance = 1e-3;

const child = spawn(python, [join(here, "peers", "torch_gradients.py"), String(threads)], {
  stdio: ["pipe", "pipe", "inherit"],
});
const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
console.log((await lines.next()).value.replace(/^ready /, "against "));
async function ask(job) {
  child.stdin.write(`${JSON.stringify(job)}\n`);
  return JSON.parse((await lines.next()).value);
}

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
const runtime = nodeRuntime({ threads });
const scratch = await mkdtemp(join(tmpdir(), "xstar-gradients-"));
const models = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith(".onnx")).toSorted();
/** What reference.json beside a model asks for. */
async function referenceOf(name) {
  const text = await readFile(join(folder, dirname(name), "reference.json"), "utf8").catch(() => "{}");
  return { amp: 1, unit: 1, ...JSON.parse(text)[basename(name)] };
}

/** The gradient of both at one input, and their times. */
async function compare(run, { input, shape, amp, phase }, cotangent, job) {
  const data = Float32Array.from(
    { length: size(shape) },
    (_, i) => amp * Math.sin(phase + 0.37 * i + 3 * Math.sin(0.0011 * i)),
  );
  const picture = tensor("float32", data, shape);
  const files = { input: join(scratch, "x.npy"), out: join(scratch, "dx.npy") };
  await writeFile(files.input, encodeNpy(picture));
  const { gradient } = await run.run({ [input]: picture }, cotangent);
  const times = [];
  for (let i = 0; i < steps; i++) {
    const begin = performance.now();
    await run.run({ [input]: picture }, cotangent);
    times.push(performance.now() - begin);
  }
  const theirs = await ask({ ...job, ...files });
  if (theirs.error) return theirs;
  const expected = numbers(decodeNpy(await readFile(files.out)));
  const found = numbers(gradient);
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const errors = expected.map((value, i) => Math.abs(value - found[i]) / largest);
  const worst = errors.reduce((most, error) => (error > most || Number.isNaN(error) ? error : most), 0);
  const off = errors.reduce((count, error) => count + (error <= tolerance ? 0 : 1), 0);
  return { worst, off, ours: median(times), other: median(theirs.ms) };
}

let [passed, failed] = [0, 0];
for (const name of models) {
  const model = openModel(new Uint8Array(await readFile(join(folder, name))), { runtime });
  if (model.source.inputs.length !== 1) continue;
  const shapes = inputShapes(model.source.inputs, 1);
  const [[input, shape]] = shapes;
  const { amp, unit, output: wanted } = await referenceOf(name);
  const outputs = model.source.graph.outputs.map((value) => value.name);
  const of = outputs.includes(wanted) ? wanted : outputs[0];
  const run = await vjp(model, { shapes, of });
  const { shape: target } = (await model.at(shapes)).values.get(of) ?? { shape: [] };
  const one = Float32Array.from({ length: size(target) }, (_, i) => Number(i === unit));
  const cotangent = tensor("float32", one, target);
  const job = { model: resolve(folder, name), unit, output: outputs.indexOf(of), steps };
  const restarts = [];
  for (let phase = 0; phase < 3 && !restarts.some(({ worst }) => worst <= tolerance); phase++) {
    restarts.push(await compare(run, { input, shape, amp, phase }, cotangent, job));
    if (restarts[0].error) break;
  }
  await run.release();
  if (restarts[0].error) {
    console.log(`${name.padEnd(52)} PyTorch cannot: ${restarts[0].error.slice(0, 90)}`);
    continue;
  }
  const { worst, ours, other } = restarts.at(-1);
  const holds = worst <= tolerance;
  if (holds) passed++;
  else failed++;
  console.log(
    `${name.padEnd(52)} ${holds ? "ok    " : "FAILED"} worst ${worst.toExponential(1)}   ${ours.toFixed(1)} ms, PyTorch ${other.toFixed(1)} ms: ${(other / ours).toFixed(1)} x${restarts.length > 1 ? ` (input ${restarts.length}: before, ${restarts[0].off} entries at kinks)` : ""}`,
  );
}
child.stdin.end();
await rm(scratch, { recursive: true });
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
