/**
 * What a gradient by the input costs over the forward pass alone, in time and in memory: npm run bench:forward -- FOLDER [NAME ...]
 *
 * FOLDER holds models as FOLDER/NAME/*.onnx; networks of torchvision with seeded weights are written into it first where PyTorch is there
 * (npm run bench:peers), and are then timed in PyTorch's modes beside. Forward is a session of the file itself. Every measurement is a
 * process of its own, forward and gradient in turn; times are the median of medians, the peak of memory the smallest. Into
 * bench/results/forward.json, with the operators that take longest.
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { availableParallelism, cpus } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { inputShapes, nodeRuntime, openModel, size, startProfiler, tensor, vjp } from "xstar";

const here = dirname(fileURLToPath(import.meta.url));
const python = join(resolve(process.env.XSTAR_PEERS ?? join(here, ".peers")), "venv", "bin", "python");
const threads = availableParallelism();
const [rounds, runs] = [3, 7];
const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
const mebibytes = () => process.resourceUsage().maxRSS / 1024;

/** One measurement, in this process: median milliseconds of a run, peak of memory, and for a profile the operators. */
async function measure(what = "forward", file = "") {
  const profiler = what === "profile" ? await startProfiler() : undefined;
  const runtime = nodeRuntime({ threads, profile: profiler?.prefix });
  const model = openModel(new Uint8Array(await readFile(file)), { runtime });
  const shapes = inputShapes(model.source.inputs, 1);
  const [[input, shape]] = shapes;
  const feeds = {
    [input]: tensor(
      "float32",
      Float32Array.from({ length: size(shape) }, (_, i) => Math.sin(0.37 * i)),
      shape,
    ),
  };
  let run;
  let close;
  if (what === "forward") {
    const session = await runtime.open(model.source.bytes);
    run = () => session.run(feeds, [session.outputs[0].name]);
    close = () => session.release();
  } else {
    const gradient = await vjp(model, { shapes });
    const output = (await model.at(shapes)).values.get(model.source.graph.outputs[0]?.name ?? "");
    const of = output?.shape ?? [];
    const one = tensor(
      "float32",
      Float32Array.from({ length: size(of) }, (_, i) => Number(i === 1)),
      of,
    );
    run = () => gradient.run(feeds, one);
    close = () => gradient.release();
  }
  await run();
  const times = [];
  for (let i = 0; i < runs; i++) {
    const begin = performance.now();
    await run();
    times.push(performance.now() - begin);
  }
  await close();
  const { operators } = profiler ? await profiler.finish() : {};
  return { ms: median(times), peak: mebibytes(), operators };
}

const [first, ...others] = process.argv.slice(2);
if (first === "--one") console.log(JSON.stringify(await measure(others[0], others[1])));
else if (first === undefined) {
  console.error("Give the folder of the models");
  process.exitCode = 2;
} else await compareAll(first, others);

function ask(command, args) {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: "utf8", maxBuffer: 2 ** 26 });
  if (status === 0) return JSON.parse(stdout.trimEnd().split("\n").at(-1) ?? "");
  const line = stderr.split("\n").find((one) => /Error/.test(one));
  return { error: line?.slice(0, 200) ?? `ended with ${status}` };
}

async function compareAll(folder, wanted) {
  const hasPeer = existsSync(python);
  const peer = join(here, "peers", "torch_forward.py");
  if (hasPeer) spawnSync(python, [peer, "export", folder], { stdio: ["ignore", "inherit", "inherit"] });
  const files = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith(".onnx")).toSorted();
  const asked = files.filter((name) => wanted.length === 0 || wanted.includes(basename(name, ".onnx")));
  const models = [];
  const about = { processor: cpus()[0]?.model, threads, rounds, runs, onnxruntime: nodeRuntime().name };
  // after each, so that what was measured stays where the rest is stopped
  const keep = async () => {
    await mkdir(join(here, "results"), { recursive: true });
    const text = JSON.stringify({ ...about, models }, undefined, 2);
    await writeFile(join(here, "results", "forward.json"), `${text}\n`);
  };
  for (const name of asked) {
    const one = (what) => ask(process.execPath, [fileURLToPath(import.meta.url), "--one", what, join(folder, name)]);
    const all = Array.from({ length: rounds }, () => ({ forward: one("forward"), gradient: one("gradient") }));
    const failed = all.flatMap((round) => Object.values(round)).find(({ error }) => error);
    if (failed) {
      models.push({ model: basename(name, ".onnx"), error: failed.error });
      console.log(`${basename(name, ".onnx").padEnd(28)} ${failed.error}`);
      continue;
    }
    const of = (what, value, choose) => choose(all.map((round) => round[what][value]));
    const least = (values) => Math.min(...values);
    const { operators } = one("profile");
    const torch =
      hasPeer && name === join(basename(name, ".onnx"), basename(name))
        ? ask(python, [peer, `${threads}`, `${runs}`, basename(name, ".onnx")])
        : undefined;
    const row = {
      model: basename(name, ".onnx"),
      forward: { ms: of("forward", "ms", median), peak: of("forward", "peak", least) },
      gradient: { ms: of("gradient", "ms", median), peak: of("gradient", "peak", least) },
      factors: all.map(({ forward, gradient }) => gradient.ms / forward.ms),
      memory: of("gradient", "peak", least) / of("forward", "peak", least),
      operators: operators.slice(0, 8),
      ...(torch && !torch.error && { torch }),
    };
    models.push(row);
    await keep();
    const best = torch && !torch.error && Math.min(...Object.values(torch).flatMap((times) => times[1] ?? []));
    const slowest = row.operators.slice(0, 4).map(({ operator, share }) => `${operator} ${Math.round(100 * share)} %`);
    console.log(
      `${row.model.padEnd(28)} forward ${row.forward.ms.toFixed(1)} ms, with gradient ${row.gradient.ms.toFixed(1)}: ${median(row.factors).toFixed(2)} x, ` +
        `memory ${row.memory.toFixed(2)} x (${slowest.join(", ")})${best ? `, PyTorch's best ${best.toFixed(1)} ms` : ""}`,
    );
  }
}
