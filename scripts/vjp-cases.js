/**
 * Checks the gradients of a folder of reference cases (one folder a case: model.onnx, x.npy, y.npy, g.npy, dx.npy, and an
 * index.json with names and tolerances): npm run vjp-cases -- DIR [NAME...]
 */
import { join } from "node:path";
import { decodeNpy, nodeRuntime, openModel, vjp, XstarError } from "xstar";
import { readFileOrExplain } from "../packages/xstar/dist/files/read.js";

const [folder, ...names] = process.argv.slice(2);
if (!folder) {
  console.error("Give the folder of the cases: npm run vjp-cases -- DIR [NAME...]");
  process.exit(2);
}

/** The largest difference, relative to 1 + the largest reference value, as the index's tolerances are. */
function worstError(actual, expected) {
  if (actual.length !== expected.length) return Infinity;
  let largest = 0;
  let worst = 0;
  for (let i = 0; i < expected.length; i++) {
    largest = Math.max(largest, Math.abs(expected[i]));
    const difference = Math.abs(actual[i] - expected[i]);
    if (!(difference <= worst)) worst = difference;
  }
  return worst / (1 + largest);
}

const runtime = nodeRuntime({ threads: 1 });

async function check({ name, tolerance }) {
  const read = (file) => readFileOrExplain(join(folder, name, file));
  const array = async (file) => decodeNpy(await read(file), join(name, file));
  const [x, y, g, dx] = await Promise.all(["x.npy", "y.npy", "g.npy", "dx.npy"].map(array));
  const model = openModel(await read("model.onnx"), { runtime });
  const input = model.source.inputs[0].name;
  const run = await vjp(model, { shapes: new Map([[input, x.shape]]) });
  try {
    const { output, gradient } = await run.run({ [input]: x }, { ...g, shape: y.shape });
    const errors = { y: worstError(output.data, y.data), dx: worstError(gradient.data, dx.data) };
    const bad = Object.entries(errors).filter(([, error]) => !(error <= tolerance));
    return bad
      .map(([what, error]) => `${what} is off by ${error.toExponential(2)} (tolerance ${tolerance})`)
      .join(", ");
  } finally {
    await run.release();
  }
}

async function readIndex() {
  const path = join(folder, "index.json");
  const text = new TextDecoder().decode(await readFileOrExplain(path));
  try {
    const list = JSON.parse(text);
    if (Array.isArray(list) && list.every(({ name }) => typeof name === "string")) return list;
  } catch {
    // said below
  }
  throw new XstarError("bad-data", `"${path}" is not a JSON list of cases with names`);
}

let cases;
try {
  cases = await readIndex();
} catch (error) {
  console.error(`Error: ${XstarError.is(error) ? error.message : error}`);
  process.exit(2);
}
if (names.length > 0) cases = cases.filter(({ name }) => names.includes(name));
let failed = 0;
for (const one of cases) {
  let problem;
  try {
    problem = await check(one);
  } catch (error) {
    problem = XstarError.is(error)
      ? `${error.message} [${error.code}]`
      : `${error instanceof Error ? error.stack : error}`;
  }
  if (problem) {
    failed++;
    console.log(`FAILED ${one.name}: ${problem}`);
  }
}
console.log(`${cases.length - failed} passed, ${failed} failed`);
process.exitCode = failed > 0 || cases.length === 0 ? 1 : 0;
