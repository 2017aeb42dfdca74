/**
 * Steps of an ascent on graphics processors, beside the processor and PyTorch: npm run bench:gpu [-- FOLDER] [--device NAME,...]
 *
 * Takes what deviceRuntime finds (--device: those alone; default: webgpu,cuda), needs nothing beyond npm ci, and ends within 10 minutes. The article's network and
 * one of SqueezeNet's layers have random weights; GoogLeNet, MobileNetV2 and a vision transformer are measured where FOLDER (default:
 * ../shared/models) has them. Every step is that of the recipe auto for batches of 1, 8 and 32; before it is timed its objective and
 * gradient are compared with the processor's. PyTorch (npm run bench:peers, or one of XSTAR_PYTHON) runs forward and gradient of the
 * files on CUDA. Writes out/bench-gpu.json.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { compileAscent, deviceRuntime, encodeNpy, inputShapes, nodeRuntime, openModel, size, tensor } from "xstar";
import { articleNetwork, squeezeNet } from "../packages/xstar/dist/api/measure-device.js";

const here = dirname(fileURLToPath(import.meta.url));
const root = dirname(here);
const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { device: { type: "string", default: "webgpu,cuda" } },
});
const [folder = join(root, "..", "shared", "models")] = positionals;
const deadline = performance.now() + 9 * 60_000;
const batches = [1, 8, 32];
/** Seconds that one measurement may take. */
const longest = 20;
const tolerance = 1e-3;

const read = (...path) => {
  const file = join(folder, ...path);
  return existsSync(file) ? { file, bytes: new Uint8Array(readFileSync(file)) } : undefined;
};
const networks = {
  article: { bytes: articleNetwork() },
  "SqueezeNet's layers": { bytes: squeezeNet() },
  GoogLeNet: read("bvlc-googlenet", "bvlc-googlenet.onnx"),
  MobileNetV2: read("mobilenet-v2-1.0-224", "mobilenet-v2-1.0-224.onnx"),
  "vision transformer": read("mnist-vit", "mnist-vit.onnx"),
};

const devices = { cpu: nodeRuntime() };
for (const name of /** @type {import("xstar").Device[]} */ (values.device.split(","))) {
  try {
    devices[name] = await deviceRuntime(name);
  } catch (error) {
    console.log(`${name}: ${/** @type {Error} */ (error).message}`);
  }
}
const hasDevice = Object.keys(devices).length > 1 && !isSoftware();
if (!hasDevice) console.log("No graphics processor is here: these figures are the processor's, in software or not");

/** Whether the driver of WebGPU is Chromium's, which runs on the processor. */
function isSoftware() {
  return /swiftshader/i.test(process.env.VK_ICD_FILENAMES ?? "") && !("cuda" in devices);
}

async function stepOn(runtime, bytes, batch) {
  const model = openModel(bytes, { runtime });
  const targets = Array.from({ length: batch }, (_, i) => `logit:${i % 10}`);
  const { step, begin } = await compileAscent(model, targets, { recipe: "auto" });
  const session = await runtime.open(step.bytes, { files: step.files });
  return { session, feeds: { ...begin(0), ...step.settings, ...step.sample(0) } };
}

/** The largest difference of objective and gradient norm from the processor's, relative to them. */
function difference(results, expected) {
  return Math.max(
    ...["objective", "networkGradientNorm"].flatMap((name) =>
      Array.from(expected[name].data, (value, i) => Math.abs(results[name].data[i] - value) / Math.abs(value)),
    ),
  );
}

async function measure(runtime, bytes, batch, expected) {
  const { session, feeds } = await stepOn(runtime, bytes, batch);
  const began = performance.now();
  const results = await session.run(feeds);
  const first = performance.now() - began;
  const times = [];
  const end = performance.now() + 1000 * longest;
  while (times.length < 10 && (times.length < 1 || performance.now() < end)) {
    const start = performance.now();
    await session.run(feeds);
    times.push(performance.now() - start);
  }
  await session.release();
  const ms = times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)];
  return { first, ms, msPerPicture: ms / batch, results, error: expected && difference(results, expected) };
}

/** @type {Record<string, any>[]} */
const rows = [];

/** Milliseconds of a step, by what those before took on this device and on the processor; 0 where nothing is known. */
function expectedStep(network, device, batch) {
  const timed = rows.filter((row) => row.ms);
  const smaller = timed.findLast((row) => row.network === network && row.device === device);
  if (smaller) return smaller.msPerPicture * batch;
  if (device === "cpu") return 0;
  const slower = timed
    .filter((row) => row.device === device)
    .map(({ ms, ...like }) => {
      const beside = timed.find(
        (row) => row.device === "cpu" && row.network === like.network && row.batch === like.batch,
      );
      return beside ? ms / beside.ms : 0;
    });
  return Math.max(0, ...slower) * expectedStep(network, "cpu", batch);
}

for (const [network, found] of Object.entries(networks)) {
  if (!found) {
    console.log(`${network}: not in ${folder}`);
    continue;
  }
  for (const batch of batches) {
    let expected;
    for (const [device, runtime] of Object.entries(devices)) {
      const step = expectedStep(network, device, batch);
      // shaders are compiled in the first one, which takes as long as two more
      const isLate = performance.now() + 4 * step > deadline;
      if (isLate || (batch > 1 && 2 * step > 1000 * longest)) {
        console.log(
          `${about({ network, device, batch })}  left out: a step would take about ${(step / 1000).toFixed(0)} s`,
        );
        continue;
      }
      /** @type {Record<string, any>} */
      const row = { network, device, batch };
      try {
        const { results, ...measured } = await measure(runtime, found.bytes, batch, expected);
        expected ??= results;
        Object.assign(row, measured);
      } catch (error) {
        row.failed = /** @type {Error} */ (error).message;
      }
      rows.push(row);
      console.log(line(row));
    }
  }
}
rows.push(...pytorch());

/** @param {Record<string, any>} row */
function about({ network, device, batch }) {
  return `${network.padEnd(20)} ${device.padEnd(8)} batch ${String(batch).padStart(2)}`;
}

/** @param {Record<string, any>} row */
function line({ first, ms, msPerPicture, error, failed, ...row }) {
  if (failed) return `${about(row)}  ${failed.slice(0, 120)}`;
  const checked =
    error === undefined ? "" : `  differs by ${error.toExponential(1)}${error < tolerance ? "" : ": TOO MUCH"}`;
  const begun = first === undefined ? "" : ` (first ${first.toFixed(0)})`;
  return `${about(row)}  ${ms.toFixed(1).padStart(8)} ms${begun}, ${msPerPicture.toFixed(2)} a picture${checked}`;
}

/** Forward and gradient by PyTorch on CUDA, where that is installed. */
function pytorch() {
  const venv = join(resolve(process.env.XSTAR_PEERS ?? join(here, ".peers")), "venv", "bin", "python");
  const python = process.env.XSTAR_PYTHON ?? (existsSync(venv) ? venv : undefined);
  if (!python) {
    console.log("PyTorch: not installed (npm run bench:peers, or XSTAR_PYTHON)");
    return [];
  }
  const jobs = Object.entries(networks).flatMap(([network, found]) => {
    if (!found?.file) return [];
    const [[, shape]] = inputShapes(openModel(found.bytes, { runtime: devices.cpu }).source.inputs, 1);
    const input = join(tmpdir(), `xstar-bench-gpu-${process.pid}-${network.replaceAll(/\W/g, "")}.npy`);
    const numbers = Float32Array.from({ length: size(shape) }, (_, i) => Math.sin(0.37 * i));
    writeFileSync(input, encodeNpy(tensor("float32", numbers, shape)));
    return batches.map((batch) => ({
      network,
      model: found.file,
      input,
      output: 0,
      unit: 1,
      steps: 10,
      batch,
      device: "cuda",
    }));
  });
  const { stdout, stderr } = spawnSync(python, [join(here, "peers", "torch_gradients.py"), "1"], {
    input: jobs.map((job) => JSON.stringify(job)).join("\n"),
    encoding: "utf8",
    timeout: Math.max(1000, deadline + 60_000 - performance.now()),
  });
  const [said, ...answers] = stdout.trim().split("\n");
  if (!said) console.log(`PyTorch does not start: ${stderr.trim().split("\n").at(-1)}`);
  return answers.map((text, i) => {
    const { network, batch } = jobs[i];
    const { ms, error } = JSON.parse(text);
    const middle = ms?.toSorted((a, b) => a - b)[Math.floor(ms.length / 2)];
    const row = error
      ? { network, device: "PyTorch", batch, failed: error }
      : { network, device: "PyTorch", batch, ms: middle, msPerPicture: middle / batch };
    console.log(line(row));
    return row;
  });
}

mkdirSync(join(root, "out"), { recursive: true });
const file = join(root, "out", "bench-gpu.json");
const wrong = rows.filter(({ error }) => error !== undefined && !(error < tolerance));
const [{ model: processor }] = cpus();
writeFileSync(
  file,
  JSON.stringify(
    { processor, hasDevice, runtimes: Object.values(devices).map(({ name }) => name), rows },
    undefined,
    2,
  ),
);
console.log(`${file} written${wrong.length > 0 ? `: ${wrong.length} results differ too much` : ""}`);
process.exit(wrong.length > 0 ? 1 : 0);
