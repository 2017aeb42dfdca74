/** One process of scripts/fuzz.js: damages models by number, uses them as a user would, and says what came of it. */
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { join, relative } from "node:path";

// every file that is opened is written down, to see whether a model reaches out of its folder
const opened = [];
for (const name of ["readFile", "open"]) {
  const original = fs.promises[name];
  fs.promises[name] = (path, ...rest) => {
    opened.push(String(path));
    return original(path, ...rest);
  };
}
syncBuiltinESMExports();
const program = new URL("../packages/", import.meta.url).href;

const { createRng, errorCodes, inputShapes, inspect, loadModel, nodeRuntime, size, vjp, XstarError } =
  await import("xstar");
const { mutateModel } = await import("./mutate-model.js");

/** To scripts/fuzz.js. */
const tell = (message) => process.send?.(message);

const { folder, seeds, seed } = JSON.parse(process.argv[2]);
const runtime = nodeRuntime({ threads: 1 });
const own = join(folder, String(process.pid));
fs.mkdirSync(own, { recursive: true });
fs.writeFileSync(join(folder, "secret.bin"), Buffer.alloc(65536, 1));
fs.writeFileSync(join(own, "weights.bin"), Buffer.alloc(65536, 2));
fs.symlinkSync(join(folder, "secret.bin"), join(own, "link.bin"));
const path = join(own, "model.onnx");
const files = seeds.map((file) => fs.readFileSync(file));

async function use() {
  const model = await loadModel(path, { runtime });
  const shapes = inputShapes(model.source.inputs, 1, new Map());
  await inspect(model, { shapes });
  const { graph } = await model.at(shapes);
  const { inputs, outputs } = graph;
  // a network of this size would be run, and take its time and memory
  if ([...graph.values()].some(({ type }) => type && size(type.shape) > 1e7)) return "large";
  const slope = await vjp(model, { shapes });
  try {
    const filled = (value) => {
      const { dtype, shape } = value.type ?? {};
      if (dtype !== "float32") throw new XstarError("bad-argument", "The fuzzer feeds float32 only");
      return { dtype, shape, data: new Float32Array(size(shape)).fill(0.5) };
    };
    await slope.run(Object.fromEntries(inputs.map((input) => [input.name, filled(input)])), filled(outputs[0]));
  } finally {
    await slope.release();
  }
  return "run";
}

async function tryMutant(index) {
  const rng = createRng(seed).split("mutant").split(index);
  const which = rng.int(files.length);
  const { bytes, done } = mutateModel(files[which], files[rng.int(files.length)], rng);
  fs.writeFileSync(path, bytes);
  const report = { index, model: seeds[which], done, rss: 0 };
  tell({ ...report, began: true });
  opened.length = 0;
  let outcome;
  let problem;
  try {
    outcome = await use();
  } catch (error) {
    if (XstarError.is(error) && errorCodes.includes(error.code) && error.message.length > 8) outcome = error.code;
    else problem = `no XstarError: ${error instanceof Error ? error.stack : error}`;
  }
  const outside = opened.filter(
    (one) => !isProgram(one) && relative(own, fs.existsSync(one) ? fs.realpathSync(one) : one).startsWith(".."),
  );
  if (outside.length > 0) problem = `opened ${outside.join(", ")}`;
  tell({ ...report, outcome, problem, rss: process.memoryUsage.rss() });
}

/** Parts of xstar are loaded when a model needs them; a model names files by paths, never by addresses of modules. */
function isProgram(address) {
  return address.startsWith(program) && address.endsWith(".js");
}

process.on("message", (index) => void tryMutant(index));
tell({ ready: true });
