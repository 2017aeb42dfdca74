/** Takes one backend test through xstar: what is refused, and how far outputs and gradients are off. */

import { nodeRuntime, numbers as numbersOf, openModel, vjp, XstarError } from "xstar";
import { unpack } from "./arrays.js";

const runtime = nodeRuntime({ threads: 1 });

process.on("message", async (line) => {
  const test = JSON.parse(String(line));
  process.send?.(await check(test).catch((error) => ({ ...describe(error), name: test.name })));
});
process.send?.("ready");

function describe(error) {
  if (!XstarError.is(error)) return { outcome: "untyped", problem: String(error.stack ?? error).slice(0, 300) };
  return { outcome: error.hint ? "refused" : "refused without a hint", problem: `${error.code}: ${error.message}` };
}

/** Gradients of every output by every input of floats, in both precisions. */
async function check(test) {
  const feeds = Object.fromEntries(Object.entries(test.feeds).map(([name, one]) => [name, unpack(one)]));
  const bytes = Buffer.from(test.model, "base64");
  const expected = await runPlainly(bytes, feeds, Object.keys(test.outputs));
  if (!expected) return { name: test.name, outcome: "ONNX Runtime does not run it" };
  const model = openModel(bytes, { runtime });
  const results = [];
  for (const of of Object.keys(test.outputs)) {
    for (const wrt of Object.keys(feeds).filter((name) => feeds[name].dtype.startsWith("float"))) {
      for (const precision of ["float32", "float64"]) {
        const about = {
          constants: false,
          test,
          feeds,
          model,
          of,
          wrt,
          precision,
          expected: expected[of],
        };
        const result = await compare(about).catch(describe);
        // shapes that inputs decide are found when those are given
        const again = result.outcome?.startsWith("refused")
          ? await compare({ ...about, constants: true }).catch(describe)
          : undefined;
        results.push(
          again && !again.outcome?.startsWith("refused")
            ? { ...again, given: true }
            : { ...result, of, wrt, precision },
        );
      }
    }
  }
  return { name: test.name, ...summarize(results) };
}

/** The file as it is, by the ONNX Runtime that xstar uses, which is not always Python's. */
async function runPlainly(bytes, feeds, outputs) {
  try {
    const session = await runtime.open(bytes, { optimization: "disabled" });
    const results = await session.run(feeds, outputs);
    await session.release();
    return results;
  } catch {
    return undefined;
  }
}

async function compare({ test, feeds, model, of, wrt, precision, expected, constants }) {
  const isConstant = (name) =>
    constants && name !== wrt && !(feeds[name].dtype.startsWith("float") && feeds[name].shape.length > 1);
  const [inputs, fed] = [true, false].map((held) =>
    Object.fromEntries(Object.entries(feeds).filter(([name]) => Boolean(isConstant(name)) === held)),
  );
  const shapes = new Map(Object.entries(feeds).map(([name, { shape }]) => [name, shape]));
  const built = await vjp(model, { shapes, inputs, of, wrt, precision });
  try {
    const cotangent = unpack(test.cotangents[of]);
    // differences leave out what is not finite
    numbersOf(expected).forEach((y, i) => Number.isFinite(y) || (cotangent.data[i] = 0));
    const { output, gradient } = await built.run(fed, cotangent);
    const half = expected.dtype === "float16" || feeds[wrt].dtype === "float16";
    const off = distance(numbersOf(output), numbersOf(expected));
    const isShaped = String(output.shape) === String(expected.shape);
    const isRandom = model.source.graph.nodes.some(({ opType }) => /^(Dropout|Random|Bernoulli)/.test(opType));
    if (isRandom && isShaped && !(off < 1e-4)) return { outcome: "not compared" };
    if (!isShaped || !(off < (half ? 1e-2 : 1e-4)))
      return { outcome: "wrong forward", problem: `${of} is off by ${off}` };
    if (String(gradient.shape) !== String(feeds[wrt].shape))
      return { outcome: "wrong gradient", problem: `of shape [${gradient.shape}]` };
    // differences of such numbers are rounding alone
    if (numbersOf(expected).some((y) => y !== unmasked(y))) return { outcome: "not compared" };
    const steps = model.source.graph.nodes.some(({ opType }) => /^(Dynamic)?QuantizeLinear$/.test(opType));
    const verdict = judge(test, { of, wrt, precision, half }, numbersOf(gradient));
    const isDefined = verdict.outcome === "wrong gradient" && steps && numbersOf(gradient).every((g) => g === 0);
    return isDefined ? { ...verdict, outcome: "zero by definition" } : verdict;
  } finally {
    await built.release();
  }
}

function judge(test, { of, wrt, precision, half }, gradient) {
  const rows = test.derivatives.find((one) => one.of === of && one.wrt === wrt)?.rows ?? [];
  const largest = gradient.reduce((most, g) => Math.max(most, Math.abs(g)), 0);
  const counts = { compared: 0, kinks: 0 };
  for (const { v, slope, doubt } of rows) {
    const direction = numbersOf(unpack(v));
    const actual = gradient.reduce((sum, g, i) => (direction[i] === 0 ? sum : sum + g * direction[i]), 0);
    const share = half || test.coarse ? 3e-2 : precision === "float32" ? 3e-3 : 1e-3;
    const tolerance = share * (0.1 + Math.abs(slope) + 0.1 * (Number.isFinite(largest) ? largest : 0));
    if (Math.abs(actual - slope) <= tolerance) counts.compared++;
    else if (doubt > tolerance / 4) counts.kinks++;
    else if (Number.isNaN(actual))
      return { outcome: "gradient NaN", problem: `${of} by ${wrt} in ${precision}: NaN instead of ${slope}` };
    else
      return { outcome: "wrong gradient", problem: `${of} by ${wrt} in ${precision}: ${actual} instead of ${slope}` };
  }
  return { ...counts, outcome: counts.compared > 0 ? "ok" : "not compared" };
}

const order = [
  "untyped",
  "wrong forward",
  "wrong gradient",
  "gradient NaN",
  "refused without a hint",
  "refused",
  "zero by definition",
  "not compared",
  "ok",
];

function summarize(results) {
  const worst = order.find((outcome) => results.some((one) => one.outcome === outcome)) ?? "no output of floats";
  const isOk = results.some(({ outcome }) => outcome === "ok");
  const sum = (key) => results.reduce((total, one) => total + (one[key] ?? 0), 0);
  const { problem } = results.find(({ outcome }) => outcome === worst) ?? {};
  const outcome =
    worst === "not compared" && isOk ? "ok" : worst.startsWith("refused") && isOk ? `${worst} in part` : worst;
  const given = results.some((one) => one.given);
  return {
    outcome: outcome === "ok" && given ? "ok, other inputs given" : outcome,
    problem,
    compared: sum("compared"),
    kinks: sum("kinks"),
  };
}

/** Masked scores are minus infinity by the standard, and the lowest number by some kernels. */
const unmasked = (x) => (x < -3e38 ? -Infinity : x);

function distance(left, right) {
  if (left.length !== right.length) return Infinity;
  const [a, b] = [left.map(unmasked), right.map(unmasked)];
  const scale = 1 + b.reduce((most, x) => (Number.isFinite(x) ? Math.max(most, Math.abs(x)) : most), 0);
  return a.reduce((worst, x, i) => {
    if (Object.is(x, b[i]) || x === b[i]) return worst;
    const off = Math.abs(x - b[i]) / scale;
    return off <= worst ? worst : Number.isNaN(off) ? Infinity : off;
  }, 0);
}
