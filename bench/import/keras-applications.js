/**
 * Imports all networks of Keras Applications, as .keras and .h5, with seeded weights, compares their logits with those of
 * TensorFlow and of float64, and writes docs/keras-applications.md: npm run bench:keras -- [NAMES ...]
 *
 * XSTAR_PYTHON is a virtual environment with tensorflow-cpu 2.21.0. What was measured stays in out/keras-applications.jsonl, and a
 * run goes on from there.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, statSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
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

function measure(name) {
  const folder = mkdtempSync(join(tmpdir(), "xstar-keras-"));
  try {
    run(python, join(here, "keras_applications.py"), name, folder);
    const reference = join(folder, "reference.json");
    const { parameters, shape } = JSON.parse(readFileSync(reference, "utf8"));
    const files = ["keras", "h5"].map((ending) => {
      const file = join(folder, `model.${ending}`);
      const size = statSync(file).size / 1e6;
      return { ending, size, ...JSON.parse(run(process.execPath, join(here, "measure.js"), file, reference)) };
    });
    return { name, parameters, shape, files };
  } catch (error) {
    return { name, failed: String(error) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const short = (x) => (x === 0 ? "0" : x.toExponential(1));

function line({ name, parameters, files, failed }) {
  if (failed) return `| ${name} | | failed: ${failed} | | | | | | |`;
  const [keras, h5] = files;
  const errors = [keras.error, h5.error, keras.ours, keras.theirs].map(short).join(" | ");
  const cost = `${keras.size.toFixed(0)} MB, ${keras.cpu.toFixed(1)} s, ${(keras.megabytes / keras.size).toFixed(1)}`;
  return `| ${name} | ${(parameters / 1e6).toFixed(1)} | ${errors} | ${keras.isTopEqual && h5.isTopEqual ? "yes" : "no"} | ${keras.transposes} | ${cost} |`;
}

const deepest = 5e-5;

function page(rows) {
  const isGood = ({ failed, files }) => !failed && files.every(({ error, isTopEqual }) => error <= deepest && isTopEqual);
  const within = (limit) => rows.filter((row) => isGood(row) && row.files.every(({ error }) => error <= limit)).length;
  return `# Keras Applications, imported

<!-- Written by \`npm run bench:keras\`. -->

All ${rows.length} networks of \`keras.applications\`, saved as \`.keras\` and as \`.h5\` and opened by xstar: ${within(1e-5)} give the logits of TensorFlow to 1e-5 of the largest, ${within(deepest)} to 5e-5.

Weights are random and seeded; the statistics of normalizations are those of a batch of noise, so that signals neither die out nor grow. The last two columns of errors tell whose rounding it is: the same network computed in float64 is what both are compared with.

Import time is that of the processor, memory what the import needs at most as a multiple of the file's size.

| network | million weights | \`.keras\` against TensorFlow | \`.h5\` against TensorFlow | xstar against float64 | TensorFlow against float64 | largest logit the same | Transposes | \`.keras\`: size, import, memory |
| --- | --- | --- | --- | --- | --- | --- | --- | --- |
${rows.map(line).join("\n")}
`;
}

const names = process.argv.length > 2 ? process.argv.slice(2) : run(python, join(here, "keras_applications.py")).trim().split("\n");
const done = new Set(readLines(results).map(({ name }) => name));
for (const name of names.filter((one) => !done.has(one))) {
  const row = measure(name);
  addLine(results, row);
  console.log(line(row));
}
const rows = readLines(results).sort((a, b) => a.name.localeCompare(b.name));
const target = join(root, "docs/keras-applications.md");
writeFileSync(target, page(rows));
spawnSync("npx", ["oxfmt", target], { cwd: root, shell: process.platform === "win32" });
