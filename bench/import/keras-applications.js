/**
 * Imports all networks of Keras Applications, as .keras and .h5, with seeded weights, compares their logits with those of
 * TensorFlow and of float64, and writes docs/keras-applications.md: npm run bench:keras -- [NAMES ...]
 *
 * XSTAR_PYTHON is a virtual environment with tensorflow-cpu 2.21.0. What was measured stays in out/keras-applications.jsonl, and a
 * run goes on from there.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, statSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { writePage } from "../../scripts/write-page.js";
import { addLine, readLines } from "./lines.js";

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, "../..");
const results = join(root, "out/keras-applications.jsonl");
const python = process.env.XSTAR_PYTHON ? join(process.env.XSTAR_PYTHON, "bin", "python") : "python3";

/** What a program writes. Throws with what it complained about. */
function run(program, ...args) {
  const { status, stdout, stderr, error } = spawnSync(program, args, { encoding: "utf8", maxBuffer: 1e9 });
  if (status === 0) return stdout;
  throw new Error(error?.message ?? stderr.trim().split("\n").slice(-3).join(" "));
}

/** Where TensorFlow and xstar differ by more than this, float64 tells whose rounding it is. */
const usual = 1e-5;
const deepest = 5e-5;

function measure(name, precision = "float32") {
  const folder = mkdtempSync(join(tmpdir(), "xstar-keras-"));
  try {
    run(python, join(here, "keras_applications.py"), name, folder, precision);
    const reference = join(folder, "reference.json");
    const { parameters, shape } = JSON.parse(readFileSync(reference, "utf8"));
    const files = ["keras", "h5"].map((ending) => {
      const file = join(folder, `model.${ending}`);
      const size = statSync(file).size / 1e6;
      return { ending, size, ...JSON.parse(run(process.execPath, join(here, "measure.js"), file, reference)) };
    });
    if (precision === "float32" && files.some(({ error }) => error > usual)) return measure(name, "float64");
    return { name, parameters, shape, files };
  } catch (error) {
    return { name, failed: String(error) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const short = (x) => (x === undefined ? "" : x === 0 ? "0" : x.toExponential(1));

/** @param {any} row */
function line({ name, parameters, files, failed }) {
  if (failed) return `| ${name} | | failed: ${failed} | | | | | | |`;
  const [keras, h5] = files;
  const errors = [keras.error, h5.error, keras.ours, keras.theirs].map(short).join(" | ");
  const cost = `${keras.size.toFixed(0)} MB, ${keras.cpu.toFixed(1)} s, ${(keras.megabytes / keras.size).toFixed(1)}`;
  return `| ${name} | ${(parameters / 1e6).toFixed(1)} | ${errors} | ${keras.isTopEqual && h5.isTopEqual ? "yes" : "no"} | ${keras.transposes} | ${cost} |`;
}

function page(rows, total) {
  const isGood = ({ failed, files }) =>
    !failed && files.every(({ error, isTopEqual }) => error <= deepest && isTopEqual);
  const within = (limit) => rows.filter((row) => isGood(row) && row.files.every(({ error }) => error <= limit)).length;
  return `# Keras Applications, imported

<!-- Written by \`npm run bench:keras\`. -->

${rows.length} of the ${total} networks of \`keras.applications\`, saved as \`.keras\` and as \`.h5\` and opened by xstar: ${within(usual)} give the logits of TensorFlow to 1e-5 of the largest, ${within(deepest)} to 5e-5.

Weights are random and seeded; the statistics of normalizations are half-way between random ones and those of noise, so that signals do not die out. In EfficientNetV2L the scales at the end of residual branches are a fifth of that: with the others TensorFlow's logits in float32 and in float64 have nothing in common. Where the two differ by more than 1e-5 the same network was computed in float64, too, and both are compared with that: it tells whose rounding it is.

Import time is that of the processor, memory what the import needs at most as a multiple of the file's size.

| network | million weights | \`.keras\` against TensorFlow | \`.h5\` against TensorFlow | xstar against float64 | TensorFlow against float64 | largest logit the same | Transposes | \`.keras\`: size, import, memory |
| --- | --- | --- | --- | --- | --- | --- | --- | --- |
${rows.map(line).join("\n")}
`;
}

const all = run(python, join(here, "keras_applications.py")).trim().split("\n");
const names = process.argv.length > 2 ? process.argv.slice(2) : all;
const done = new Set(readLines(results).flatMap(({ name, failed }) => (failed ? [] : [name])));
for (const name of names.filter((one) => !done.has(one))) {
  const row = measure(name);
  addLine(results, row);
  console.log(line(row));
}
const rows = [...new Map(readLines(results).map((row) => [row.name, row])).values()].sort((a, b) =>
  a.name.localeCompare(b.name),
);
writePage("keras-applications.md", page(rows, all.length));
