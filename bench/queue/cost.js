/** What a unit of an atlas costs in processor time, beside single commands, and beside torch-lucent one after another. */
import { readFileSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { createJudge, readPicture } from "../quality/judge.js";
import { runCommand, runTorch, runXstar } from "../quality/sides.js";

const program = join(import.meta.dirname, "..", "..", "packages", "xstar", "bin", "xstar.js");
const mean = (all) => all.reduce((sum, x) => sum + x, 0) / all.length;

/** An atlas of layers, and `singles` of its units by commands of their own. */
export async function measureCost({ file, layers, steps, singles, scratch, flags = [] }) {
  const out = join(scratch, `atlas-${basename(file)}`);
  const given = ["--steps", String(steps), "--seed", "0"];
  const atlas = await runCommand(program, ["atlas", file, "--layers", ...layers, ...given, ...flags, "--out", out]);
  const { layers: made } = JSON.parse(readFileSync(join(out, "atlas.json"), "utf8"));
  const units = made.reduce((sum, one) => sum + one.done, 0);
  const each = [];
  for (let i = 0; i < singles; i++) {
    const layer = made[i % made.length];
    const unit = Math.floor((i * layer.units) / singles);
    const folder = join(scratch, "single");
    const target = `${layer.name}:${unit}`;
    each.push(await runCommand(program, ["maximize", file, target, ...given, "--out", folder, "--force"]));
    rmSync(folder, { recursive: true });
  }
  const single = mean(each.map(({ processor }) => processor));
  const row = {
    network: basename(file),
    units,
    steps,
    singles,
    atlas: atlas.processor / units,
    single,
    ratio: (single * units) / atlas.processor,
  };
  console.error(row);
  return row;
}

/** torch-lucent as its users run it, for some units, against their pictures by an atlas of the same layer. */
export async function measureLucent({ models, python, layer, units, steps, lucentSteps, scratch, side }) {
  const judge = createJudge(models, "");
  const rows = [];
  for (const unit of units) {
    const target = { kind: /** @type {const} */ ("channel"), network: "squeezenet", layer, unit };
    const file = judge.fileOf(target);
    const contract = await judge.contractOf(target);
    const seed = 0;
    const out = join(scratch, `lucent-${unit}`);
    const given = { target, file, threads: 1, seed };
    const lucent = await runTorch({ ...given, python, script: "torch_lucent.py", contract, steps: lucentSteps, out });
    const own = await runXstar({ ...given, out: join(scratch, `own-${unit}`), options: { steps } });
    const of = async ({ picture, processor }) => ({
      processor,
      activation: (await judge.activations(target, readPicture(picture))).clean,
    });
    rows.push({ unit, lucent: await of(lucent), single: await of(own) });
    console.error(rows.at(-1));
  }
  await judge.release();
  const processor = mean(rows.map(({ lucent }) => lucent.processor));
  return { layer, steps, lucentSteps, rows, lucent: processor, atlas: side, ratio: processor / side };
}
