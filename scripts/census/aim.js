/**
 * Aims at units of real models by what they mean, as a user does, and writes docs/real-models.md: npm run census:aims -- [PART OF A TITLE]
 *
 * Models and XSTAR_PYTHON are those of the census; results and reports are kept in XSTAR_CENSUS, and a model that is named is run again.
 */
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { inspect, loadModel, nodeRuntime } from "xstar";
import { aims } from "./aims.js";
import { aimsPage, steps } from "./aims-page.js";

const here = dirname(fileURLToPath(import.meta.url));
const part = process.argv[2];
const python = process.env.XSTAR_PYTHON ? join(process.env.XSTAR_PYTHON, "bin", "python") : "python3";
const folder = process.env.XSTAR_CENSUS ?? join(tmpdir(), "xstar-census");
const cli = join(here, "../../packages/xstar/bin/xstar.js");
const photos = join(here, "../../../shared/photos");
const kept = join(folder, "aims.json");
mkdirSync(folder, { recursive: true });

const maker = spawn(python, [join(here, "models.py"), "serve", folder], { stdio: ["pipe", "pipe", "ignore"] });
const answers = createInterface({ input: maker.stdout })[Symbol.asyncIterator]();

const rows = existsSync(kept) ? JSON.parse(readFileSync(kept, "utf8")) : {};
for (const one of aims) {
  if (part ? !one.title.includes(part) : rows[one.title]) continue;
  maker.stdin.write(`${one.model}\n`);
  const record = JSON.parse((await answers.next()).value);
  if (record.error) console.error(`${one.title}: not made: ${record.error}`);
  else rows[one.title] = await aimAt(one, record);
  if (record.file?.startsWith(folder) && !one.model.startsWith("shipped"))
    rmSync(dirname(record.file), { recursive: true, force: true });
  writeFileSync(kept, JSON.stringify(rows));
}
maker.stdin.end();
const page = join(here, "../../docs/real-models.md");
writeFileSync(page, aimsPage(aims.flatMap(({ title }) => rows[title] ?? [])));
spawnSync("npx", ["oxfmt", page], { cwd: join(here, "../.."), shell: process.platform === "win32" });

/** @param {import("./aims.js").Aims} one */
async function aimAt({ model: line, title, input = [], photo, targets }, record) {
  // what is made has no name of its own
  const file = basename(record.file) === "model.onnx" ? `${line.split(" ")[1]}.onnx` : basename(record.file);
  const model = await loadModel(record.file, { runtime: nodeRuntime({ threads: 1 }) });
  const named = Object.entries(record.shapes ?? {}).filter(([name]) =>
    model.source.inputs.some(
      (declared) => declared.name === name && declared.dims.some((dim) => typeof dim !== "number"),
    ),
  );
  const has = (name) => model.source.inputs.some((declared) => declared.name === name);
  const given = Object.entries(record.inputs ?? {}).filter(([name]) => has(name));
  const how = [
    ...named.flatMap(([name, shape]) => ["--shape", `${name}=${shape.join(",")}`]),
    ...[...given.map((pair) => pair.join("=")), ...input].flatMap((text) => ["--input", text]),
  ];
  const numbers = Object.fromEntries(
    [...given, ...input.map((text) => text.split("="))].map(([k, v]) => [k, Number(v)]),
  );
  const facts = await inspect(model, { shapes: new Map(named), inputs: numbers });
  const able = facts.layers.filter((layer) => layer.differentiable).length;
  const shared = { title, holds: facts.kind?.kind ?? "?", layers: `${able} of ${facts.layers.length}` };
  const found = targets.map(([target, means, ...more], i) => {
    const out = join(folder, "reports", `${title.replace(/[^\w.-]+/g, "-")}-${i}`);
    const start = photo ? ["--start", join(photos, photo)] : [];
    const usual = ["--steps", String(steps), "--seed", "1", "--force", "--out", out];
    const { status, stderr } = spawnSync(
      process.execPath,
      [cli, "maximize", record.file, target, ...how, ...start, ...more, ...usual],
      { encoding: "utf8" },
    );
    const words = [file, target, ...how, ...start.map((word) => basename(word)), ...more];
    const told = { ...shared, target: [target, ...more].join(" "), means, words };
    const result = status === 0 ? read(out) : { refused: stderr.trim().split("\n").slice(-2).join(" ") };
    console.log(`${title} ${target}: ${JSON.stringify(result)}`);
    return { ...told, ...result };
  });
  return found;
}

function read(out) {
  const { pictures, seconds } = JSON.parse(readFileSync(join(out, "run.json"), "utf8"));
  const [{ activation, warnings, redirected }] = pictures;
  return { ...activation, warnings, redirected, seconds };
}
