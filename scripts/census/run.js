/**
 * Takes many models through xstar and writes docs/census.md: npm run census -- [COUNT] [PART OF A NAME]
 *
 * The models come from Python, in the folder XSTAR_PYTHON (a virtual environment with onnx, onnxruntime, torch, torchvision,
 * timm, onnxscript, scikit-learn and skl2onnx), by name; results are kept in XSTAR_CENSUS, so that a run goes on where it stood.
 */
import { spawn, spawnSync } from "node:child_process";
import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { censusPage } from "./page.js";

const here = dirname(fileURLToPath(import.meta.url));
const [count, part] = [Number(process.argv[2] ?? Infinity), process.argv[3] ?? ""];
const python = process.env.XSTAR_PYTHON ? join(process.env.XSTAR_PYTHON, "bin", "python") : "python3";
const folder = process.env.XSTAR_CENSUS ?? join(tmpdir(), "xstar-census");
const results = join(folder, "results.jsonl");
const secondsEach = Number(process.env.XSTAR_CENSUS_SECONDS ?? 900);
mkdirSync(folder, { recursive: true });

const list = spawnSync(python, [join(here, "models.py"), "list"], { encoding: "utf8" });
if (list.status !== 0) {
  console.error(
    `Python failed: ${list.stderr}\nSet XSTAR_PYTHON to a virtual environment with the packages that scripts/census/run.js names`,
  );
  process.exit(2);
}
const read = () =>
  existsSync(results)
    ? readFileSync(results, "utf8")
        .trim()
        .split("\n")
        .filter(Boolean)
        .map((line) => JSON.parse(line))
    : [];
const done = new Set(read().map(({ source, name, exporter }) => `${source} ${name} ${exporter}`));
const wanted = list.stdout
  .trim()
  .split("\n")
  .filter((line) => !done.has(line) && line.includes(part))
  .slice(0, count);

const maker = spawn(python, [join(here, "models.py"), "serve", folder], { stdio: ["pipe", "pipe", "ignore"] });
const answers = createInterface({ input: maker.stdout })[Symbol.asyncIterator]();

/** What measure.js says of a model, in a process of its own with a limit of time. */
function measure(file) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [join(here, "measure.js"), file], { stdio: ["ignore", "pipe", "pipe"] });
    let [said, complaint] = ["", ""];
    child.stdout.on("data", (text) => (said += text));
    child.stderr.on("data", (text) => (complaint = (complaint + text).slice(-400)));
    const timer = setTimeout(() => child.kill("SIGKILL"), 1000 * secondsEach);
    child.on("exit", (code, signal) => {
      clearTimeout(timer);
      try {
        resolve(JSON.parse(said.trim().split("\n").at(-1) ?? ""));
      } catch {
        resolve({
          inspect: { ok: false, reason: signal ? `no end after ${secondsEach} s` : `ended by ${code}: ${complaint}` },
        });
      }
    });
  });
}

for (const line of wanted) {
  const [source, name, ...rest] = line.split(" ");
  const row = { source, name, exporter: rest.join(" ") };
  maker.stdin.write(`${line}\n`);
  const record = JSON.parse((await answers.next()).value);
  let found = { unmade: record.error };
  if (!record.error) {
    const file = join(folder, "record.json");
    writeFileSync(file, JSON.stringify(record));
    found = await measure(file);
  }
  if (record.file?.startsWith(folder) && source !== "shipped")
    rmSync(dirname(record.file), { recursive: true, force: true });
  appendFileSync(results, `${JSON.stringify({ ...row, title: record.title ?? name, ...found })}\n`);
  const verdict = record.error
    ? `not made: ${record.error}`
    : ["inspect", "forward", "gradient", "middle", "output"]
        .map((part) => (found[part]?.ok ? "ok" : `${part}: ${found[part]?.reason ?? "-"}`))
        .join(" | ");
  console.log(`${line}: ${verdict}`.slice(0, 500));
  writeFileSync(join(here, "../../docs/census.md"), censusPage(read()));
}
maker.stdin.end();
writeFileSync(join(here, "../../docs/census.md"), censusPage(read()));
spawnSync("npx", ["oxfmt", "docs/census.md"], { cwd: join(here, "../.."), shell: process.platform === "win32" });
