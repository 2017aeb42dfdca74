/**
 * Takes the backend tests of the onnx package through xstar and writes docs/onnx-suite.md: npm run onnx-suite -- [PART OF A NAME]
 *
 * The tests and what they should give come from Python, in the folder XSTAR_PYTHON (a virtual environment with onnx,
 * onnxruntime and numpy); XSTAR_SUITE names a file of a former run of prepare.py to take them from.
 */
import { fork, spawnSync } from "node:child_process";
import { createReadStream, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const page = join(here, "../../docs/onnx-suite.md");
const secondsEach = 90;
const lanes = 3;
const part = process.argv[2] ?? "";

function prepare() {
  if (process.env.XSTAR_SUITE) return process.env.XSTAR_SUITE;
  const file = join(mkdtempSync(join(tmpdir(), "xstar-suite-")), "suite.jsonl");
  const python = process.env.XSTAR_PYTHON ? join(process.env.XSTAR_PYTHON, "bin", "python") : "python3";
  const { status, error } = spawnSync(python, [join(here, "prepare.py"), file, part], {
    stdio: ["ignore", "inherit", "inherit"],
  });
  if (status === 0) return file;
  console.error(
    `The tests could not be made${error ? `: ${error.message}` : ""}: set XSTAR_PYTHON to a virtual environment with onnx, onnxruntime and numpy`,
  );
  process.exit(2);
}

/** A process that takes one test after the other; another one in its place where it hangs or ends. */
class Lane {
  check(line) {
    this.child ??= fork(join(here, "worker.js"), { stdio: ["ignore", "ignore", "ignore", "ipc"] });
    const { child } = this;
    return new Promise((resolve) => {
      const settle = (result) => {
        clearTimeout(timer);
        child.removeAllListeners();
        resolve(result);
      };
      const lose = (result) => {
        this.child = undefined;
        settle(result);
      };
      const timer = setTimeout(() => {
        child.kill("SIGKILL");
        lose({ outcome: "hang", problem: `no end after ${secondsEach} s` });
      }, 1000 * secondsEach);
      child.on("message", (result) => result !== "ready" && settle(result));
      child.on("exit", (code, signal) => lose({ outcome: "crash", problem: `the process ended by ${signal ?? code}` }));
      child.send(line);
    });
  }

  async work(lines) {
    for await (const line of lines) {
      const { kind, name, skip, lowered } = JSON.parse(line);
      if (!name.includes(part)) continue;
      const result = skip ? { outcome: skip } : await this.check(line);
      rows.push({ kind, name, lowered, ...result });
      const isFine = skip || /^(ok|zero|not compared|no output|ONNX)/.test(result.outcome);
      if (!isFine) console.log(`${result.outcome}: ${name}: ${result.problem}`);
    }
    this.child?.kill();
  }
}

const rows = [];
const iterator = createInterface({ input: createReadStream(prepare()) })[Symbol.asyncIterator]();
const lines = { [Symbol.asyncIterator]: () => ({ next: () => iterator.next() }) };
await Promise.all(Array.from({ length: lanes }, () => new Lane().work(lines)));
rows.sort((a, b) => (a.name < b.name ? -1 : 1));

const explained = {
  ok: "outputs as ONNX Runtime gives them, gradients as differences give them, in float32 and float64",
  "ok, other inputs given":
    "the same once small and whole-numbered inputs are given as constants, as the refusal's hint says",
  "not compared": "outputs right; no differences to compare with: random, no reference in float64, or kinks only",
  "no output of floats": "nothing to differentiate",
  "refused in part": "some outputs or inputs are refused, with a hint",
  "refused without a hint in part": "the same, without one",
  refused: "a typed error with a hint",
  "refused without a hint": "a typed error without one",
  "wrong forward": "an output that differs",
  "wrong gradient": "a gradient that differs",
  "gradient NaN": "a gradient that is no number where the differences are",
  "zero by definition": "levels and scales of quantization, of which docs/operators.md says so",
  hang: `no answer in ${secondsEach} s`,
  crash: "the process ended",
  untyped: "an error that is none of xstar's",
};
const count = (outcome) => rows.filter((row) => row.outcome === outcome).length;
const known = Object.keys(explained);
const skipped = [...new Set(rows.map(({ outcome }) => outcome))].filter((outcome) => !known.includes(outcome));
const sum = (key) => rows.reduce((total, row) => total + (row[key] ?? 0), 0);
const wanted = rows.filter(
  ({ outcome }) => known.includes(outcome) && !/^(ok|zero|not compared|no output)/.test(outcome),
);
const cell = (text) =>
  String(text ?? "")
    .replaceAll("|", "\\|")
    .replaceAll("\n", " ")
    .slice(0, 200);
const text = `# The ONNX standard's backend tests

<!-- Written by \`npm run onnx-suite\`. -->

Every test of the \`onnx\` package (node, simple, PyTorch operators, PyTorch converted): outputs compared with ONNX Runtime's run of the file, gradients of every output by every floating-point input with central differences of the file in float64.

${sum("compared")} derivatives agree; ${sum("kinks")} lie at kinks, where differences say nothing. ${rows.filter(({ lowered }) => lowered).length} tests of operator sets that ONNX Runtime does not read yet were run as ones of 26.

| class | tests | |
| --- | --- | --- |
${known.map((outcome) => `| ${outcome} | ${count(outcome)} | ${explained[outcome]} |`).join("\n")}

Not for xstar: ${skipped.map((outcome) => `${count(outcome)} ${outcome}`).join("; ")}.

## Each that is not ok

| test | class | reason |
| --- | --- | --- |
${wanted.map(({ name, outcome, problem }) => `| ${name} | ${outcome} | ${cell(problem)} |`).join("\n")}
`;
if (!part) {
  writeFileSync(page, text);
  spawnSync("npx", ["oxfmt", page], { cwd: join(here, "../.."), shell: process.platform === "win32" });
}
for (const outcome of [...known, ...skipped]) console.log(`${String(count(outcome)).padStart(5)}  ${outcome}`);
const bad = ["wrong forward", "wrong gradient", "hang", "crash", "untyped"].reduce(
  (total, outcome) => total + count(outcome),
  0,
);
console.log(`${rows.length - bad} passed, ${bad} failed`);
process.exitCode = bad > 0 ? 1 : 0;
