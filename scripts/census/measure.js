/** Takes one model of the census through xstar and prints a line of JSON: node measure.js RECORD.json */
import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import {
  channel,
  inspect,
  layer,
  loadModel,
  maximize,
  nodeRuntime,
  numbers,
  size,
  tensor,
  vjp,
  XstarError,
  createRng,
} from "xstar";
import { exactOutput, judgeForward } from "./forward.js";

const record = JSON.parse(readFileSync(process.argv[2], "utf8"));
const runtime = nodeRuntime({ threads: 1 });
const result = {};
const views = { float32: Float32Array, float64: Float64Array, int64: BigInt64Array, int32: Int32Array };

/** What says in a file of protocol buffers that a value is an output, too: messages that follow each other are merged. */
function furtherOutput(name) {
  const length = (n) => (n < 128 ? [n] : [(n & 127) | 128, n >> 7]);
  const field = (number, bytes) => Buffer.from([number * 8 + 2, ...length(bytes.length), ...bytes]);
  const [graphOfModel, outputOfGraph, nameOfValue] = [7, 12, 1];
  return field(graphOfModel, field(outputOfGraph, field(nameOfValue, Buffer.from(name))));
}

const readArray = ({ file, dtype, shape }) => {
  const bytes = Uint8Array.from(readFileSync(file));
  return { dtype, shape, data: new views[dtype](bytes.buffer) };
};
const largest = (list) => list.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
const off = (a, b) => (a.length === b.length ? largest(a.map((x, i) => x - b[i])) / (1e-12 + largest(b)) : Infinity);

/** One column of the table: what came of it, or why not. */
async function measure(name, work) {
  const began = performance.now();
  try {
    result[name] = { ...(await work()) };
  } catch (error) {
    const said = XstarError.is(error)
      ? `${error.code}: ${error.message}`
      : `untyped: ${(error instanceof Error && error.stack) || error}`;
    result[name] = {
      ok: false,
      reason: said.slice(0, 400),
      ...(XstarError.is(error) && !error.hint && { hintless: true }),
    };
  }
  result[name].seconds = (performance.now() - began) / 1000;
}

const model = await loadModel(record.file, { runtime });
const given =
  record.feeds && Object.fromEntries(Object.entries(record.feeds).map(([name, one]) => [name, readArray(one)]));
const own = Object.entries(record.shapes ?? {}).filter(([name]) =>
  model.source.inputs.some((one) => one.name === name),
);
const shapes = new Map(given ? Object.entries(given).map(([name, { shape }]) => [name, shape]) : own);
const inputs = Object.fromEntries(
  Object.entries(record.inputs ?? {}).filter(([name]) => model.source.inputs.some((one) => one.name === name)),
);
let facts;
let feeds = given;

await measure("inspect", async () => {
  facts = await inspect(model, { shapes, inputs });
  result.nodes = model.source.graph.nodes.length;
  const differentiable = facts.layers.filter((one) => one.differentiable);
  result.layers = `${differentiable.length} of ${facts.layers.length}`;
  return { ok: facts.picture !== null };
});

/** What the file itself is fed, where xstar takes the vectors of tokens instead of their numbers. */
const numbersOfTokens = {};

/** The vectors of some tokens. */
function chooseTokens(name, { count, size: length, table }, shape) {
  const ids = createRng(4)
    .uniforms(size(shape) / length, 0, count)
    .map(Math.floor);
  const { source } = table;
  const bytes = "bytes" in source ? source.bytes : model.files.get(source.location)?.subarray(source.offset);
  if (!bytes) throw new Error(`the table of ${name} cannot be read`);
  const all = new Float32Array(Uint8Array.from(bytes.subarray(0, 4 * count * length)).buffer);
  numbersOfTokens[name] = tensor(record.tokens ?? "int64", ids, shape.slice(0, -1));
  return tensor(
    "float32",
    Array.from(ids).flatMap((id) => [...all.subarray(id * length, (id + 1) * length)]),
    shape,
  );
}

/** Sizes that the file leaves free, as inspect chose them. */
function chooseFeeds() {
  const rng = createRng(1);
  return Object.fromEntries(
    model.source.inputs.flatMap(({ name, dtype, dims, tokens }) => {
      if (name in inputs || dtype === "string") return [];
      const shape = shapes.get(name) ?? dims.map((dim) => (typeof dim === "number" ? dim : 1));
      if (tokens) return [[name, chooseTokens(name, tokens, shape)]];
      const floats = dtype.startsWith("float");
      return [
        [name, tensor(dtype, floats ? rng.normals(size(shape)) : Array.from({ length: size(shape) }, () => 0), shape)],
      ];
    }),
  );
}

/** Values that the model rounds to 256 levels make steps: only wide differences say something, and one step is no error. */
const isRounded = model.source.graph.nodes.some(({ opType }) => opType.startsWith("DynamicQuantize"));

const picture = () => facts.picture;
/** The output; where what follows the network (which boxes are kept) has no gradient, the last layer before it. */
function target() {
  const name =
    record.of ??
    model.source.graph.outputs.find((one) =>
      facts.outputs.find(({ name: output, dtype }) => output === one.name && dtype === "float32"),
    )?.name;
  const own = facts.layers.find((one) => one.name === name);
  if (!record.isCut || !own || own.differentiable) return name;
  result.of = facts.layers.findLast((one) => one.differentiable && one.units?.count > 1).name;
  return result.of;
}

if (facts) {
  feeds ??= chooseFeeds();
  const of = target();
  await measure("gradient", () => judge(of));
  await ascend("middle", middleTargets);
  await ascend("output", () => outputTargets(of));
}

/** What ONNX Runtime makes of the file as it is. */
async function runPlain(names, optimization) {
  const further = names.filter((one) => !model.source.graph.outputs.some(({ name }) => name === one));
  const bytes = Buffer.concat([readFileSync(record.file), ...further.map(furtherOutput)]);
  const plain = await runtime.open(bytes, { optimization, files: model.files });
  const results = await plain.run(fedToFile(), names);
  await plain.release();
  return results;
}

/** All inputs of the file itself. */
function fedToFile() {
  const constants = Object.fromEntries(
    Object.entries(inputs).map(([name, value]) => {
      const dtype = model.source.inputs.find((one) => one.name === name)?.dtype ?? "float32";
      return [name, typeof value === "number" && dtype !== "string" ? tensor(dtype, [value], []) : value];
    }),
  );
  return { ...feeds, ...numbersOfTokens, ...constants };
}

function judgeOutput(of, output, expected) {
  return judgeForward({
    said: [...numbers(output)],
    plain: [...numbers(expected)],
    optimized: async () => [...numbers((await runPlain([of], "all"))[of])],
    exact: async () =>
      exactOutput({ file: record.file, feeds: fedToFile(), output: of, folder: dirname(process.argv[2]) }),
    tolerance: isRounded ? 1 / 255 : 1e-4,
    ...(of === record.boxes && { boxWidth: expected.shape.at(-1) }),
  });
}

/** Boxes that the network itself sorts by their scores. */
async function judgeBoxes(at) {
  const of = record.boxes;
  const expected = (await runPlain([of], "disabled"))[of];
  const built = await vjp(model, { shapes: at, inputs, of, wrt: picture() });
  const { output } = await built.run(feeds, expected);
  await built.release();
  return judgeOutput(of, output, expected);
}

/** The output against ONNX Runtime's, and the gradient against PyTorch's or differences; of the layer before where it is saturated. */
async function judge(of) {
  const at = new Map(Object.entries(feeds).map(([name, { shape }]) => [name, shape]));
  const built = await vjp(model, { shapes: at, inputs, of, wrt: picture() });
  const expected = (await runPlain([of], "disabled"))[of];
  const u = record.cotangent
    ? readArray(record.cotangent)
    : tensor("float32", createRng(2).normals(size(expected.shape)), expected.shape);
  const { output, gradient } = await built.run(feeds, u);
  await built.release();
  result.forward ??= record.boxes ? await judgeBoxes(at) : await judgeOutput(of, output, expected);
  if (record.gradient) {
    const reference = numbers(readArray(record.gradient));
    const single = off(numbers(gradient), reference);
    if (single < 1e-3) return { ok: true, off: single, by: "PyTorch" };
    const double = off(numbers(await gradientInDouble(at, of, u)), reference);
    if (double < 1e-3) return { ok: true, off: double, by: "PyTorch, float64" };
    // PyTorch's own autograd contradicts differences at times
    const judged = await differences(at, of, u);
    return { ...judged, by: `differences; PyTorch's autograd is off by ${double.toExponential(0)}` };
  }
  const judged = await differences(at, of, u);
  const before = facts.layers[facts.layers.findIndex(({ name }) => name === of) - 1];
  return judged.isFlat && before?.differentiable ? judge(before.name) : judged;
}

/** Units of the output, and of layers before it for where it is saturated. */
function outputTargets(of) {
  const at = facts.layers.findLastIndex((one) => one.name === of);
  const before = facts.layers.slice(0, Math.max(0, at)).filter((one) => one.differentiable && one.units);
  return [
    ...unitsOf(facts.layers[at] ?? { name: of }),
    ...before
      .slice(-3)
      .toReversed()
      .map((one) => unitsOf(one)[0]),
  ];
}
result.megabytes = Math.round(process.resourceUsage().maxRSS / 1024);
console.log(JSON.stringify(result));

async function gradientInDouble(at, of, u) {
  const built = await vjp(model, { shapes: at, inputs, of, wrt: picture(), precision: "float64" });
  const { gradient } = await built.run(feeds, u);
  await built.release();
  return gradient;
}

/** The gradient in float64 against central differences along itself and two random directions, of two steps. */
async function differences(at, of, u) {
  const built = await vjp(model, {
    shapes: at,
    inputs,
    of,
    wrt: picture(),
    precision: isRounded ? "float32" : "float64",
  });
  const x = feeds[picture()];
  const weights = numbers(u);
  const value = async (v, by) => {
    const moved = numbers(x).map((one, i) => one + by * v[i]);
    const { output } = await built.run({ ...feeds, [picture()]: tensor("float32", moved, x.shape) }, u);
    return numbers(output).reduce((sum, y, i) => sum + y * weights[i], 0);
  };
  const slopes = numbers((await built.run(feeds, u)).gradient);
  const norm = Math.sqrt(slopes.reduce((sum, g) => sum + g * g, 0));
  if (norm === 0) return { ok: true, off: 0, by: "gradient 0", isZero: true };
  const rng = createRng(3);
  const directions = [
    slopes.map((g) => g / norm),
    ...[0, 1].map(() => [...rng.normals(slopes.length)].map((z) => z / Math.sqrt(slopes.length))),
  ];
  // a sigmoid at 1, of which float32 shows no change
  const output = largest(numbers((await built.run(feeds, u)).output));
  if (norm * 4e-3 < 1e-6 * output * largest(weights))
    return { ok: false, off: 1, by: "differences", isFlat: true, reason: "the output is flat" };
  const errors = [];
  const tolerance = isRounded ? 0.1 : 3e-2;
  let kinks = 0;
  for (const v of isRounded ? directions.slice(0, 1) : directions) {
    const exact = slopes.reduce((sum, g, i) => sum + g * v[i], 0);
    const step = isRounded ? 1 : 4e-3;
    const [wide, near] = [
      ((await value(v, step)) - (await value(v, -step))) / (2 * step),
      ((await value(v, step / 4)) - (await value(v, -step / 4))) / (step / 2),
    ];
    const scale = Math.abs(exact) + norm / Math.sqrt(slopes.length);
    const error = Math.min(Math.abs(near - exact), Math.abs(wide - exact)) / scale;
    if (error > tolerance && Math.abs(wide - near) / scale > 1e-2) kinks++;
    else errors.push(error);
  }
  await built.release();
  const worst = Math.max(0, ...errors);
  return {
    ok: worst < tolerance && kinks < directions.length,
    off: worst,
    by: isRounded ? "wide differences" : "differences",
    reason: `off by ${worst.toExponential(1)}, ${kinks} kinks`,
  };
}

/**
 * Three units of a layer, the middle one first: some are dead, or saturated where the climb begins.
 *
 * @param {{ name: string, units?: { count: number } | null }} of
 */
function unitsOf({ name, units }) {
  if (!units) return [layer({ layer: name })];
  const numbered = [1 / 2, 1 / 4, 3 / 4].map((part) => Math.floor(part * units.count));
  return [...new Set(numbered)].map((unit) => channel({ layer: name, channel: unit }));
}

/** Units of the middle layer, and of layers around it, of which the first that rises is what counts. */
function middleTargets() {
  const fit = facts.layers.filter((one) => one.differentiable && one.units && one.units.count > 1);
  if (fit.length === 0) return unitsOf({ name: target() });
  const half = Math.floor(fit.length / 2);
  const around = [1, -1, 2, 5].flatMap((by) => (fit[half + by] ? [unitsOf(fit[half + by])[0]] : []));
  return [...unitsOf(fit[half]), ...around];
}

function ascend(name, choose) {
  return measure(name, async () => {
    const at = new Map(Object.entries(feeds).map(([input, { shape }]) => [input, shape]));
    const others = Object.fromEntries(Object.entries(feeds).filter(([input]) => input !== picture()));
    for (const chosen of choose()) {
      const run = await maximize(model, chosen, {
        steps: 16,
        shapes: at,
        inputs: { ...others, ...inputs },
      }).result.catch((error) => {
        // of steps and counts the gradient is 0, and to refuse them is right
        if (result.gradient?.isZero && XstarError.is(error) && error.code === "no-gradient") return undefined;
        throw error;
      });
      if (!run) return { ok: true, refused: true };
      const curve = run.curve.map((objectives) => objectives[0]);
      const [first, best] = [curve[0], Math.max(...curve.slice(1))];
      if (best > first) return { ok: true, from: first, to: best, target: chosen.layer };
      result.dead = [...(result.dead ?? []), `${chosen.layer} does not rise above ${first}`];
    }
    return { ok: false, reason: result.dead.at(-1) };
  });
}
