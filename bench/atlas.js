/**
 * What atlases take, and what their pages weigh: npm run bench:atlas -- PART ... [--network FILE] [--models FOLDER] [--photos FOLDER]
 *
 * PART is one or more of
 *     site      pages of 10,000 units: bytes, first paint and frames of scrolling in Chromium
 *     estimate  what estimates say beside what is taken, by processor time
 *     disturbed atlases whose pool, workers and Redis are killed, beside one of a pool that is not: of --layers (all)
 *               and of --units (2, a number or all) of each
 *     resnet    what an atlas of --resnet FILE would take: measured on some layers, extrapolated to all
 * Each keeps its results in bench/results/atlas.json, of which docs/scale.md is written.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { writeScale } from "../scripts/performance/scale.js";
import { estimateLocally, measureEstimate } from "./atlas/local.js";
import { measureDisturbed } from "./atlas/disturbed.js";
import { measureSite } from "./atlas/site.js";

const root = join(import.meta.dirname, "..");
const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    network: { type: "string", default: join(root, "out/article/network.onnx") },
    models: { type: "string", default: join(root, "../shared/models") },
    photos: { type: "string", default: join(root, "../shared/photos") },
    resnet: { type: "string" },
    keep: { type: "string" },
    steps: { type: "string", default: "64" },
    layers: { type: "string" },
    units: { type: "string", default: "2" },
  },
});
const results = join(root, "bench", "results", "atlas.json");
const squeezenet = join(flags.models, "squeezenet-v1.1", "squeezenet-v1.1.onnx");

const parts = {
  site() {
    for (const name of flags.keep ? ["1", "10"] : []) mkdirSync(join(flags.keep ?? "", name), { recursive: true });
    return measureSite(flags);
  },
  async estimate() {
    const given = [
      { file: flags.network, steps: 64 },
      { file: squeezenet, steps: 64, layers: ["conv1"] },
      { file: squeezenet, steps: 24, layers: ["conv1", "fire6/squeeze1x1"] },
    ];
    const rows = [];
    for (const one of given)
      rows.push({ network: one.file === squeezenet ? "SqueezeNet" : "the article's", ...(await measureEstimate(one)) });
    return { rows };
  },
  async disturbed() {
    const layers = flags.layers?.split(",");
    const some = [
      ...(layers ? ["--layers", ...layers] : []),
      ...(flags.units === "all" ? [] : ["--units", flags.units]),
    ];
    const settings = ["--steps", flags.steps, "--seed", "0"];
    const args = ["atlas", squeezenet, ...some, "--images", flags.photos, ...settings];
    return { layers, units: flags.units, steps: Number(flags.steps), ...(await measureDisturbed({ args })) };
  },
  async resnet() {
    if (flags.resnet === undefined) throw new Error("Give a ResNet-50 with --resnet FILE");
    const rows = [];
    for (const [network, file] of [
      ["SqueezeNet 1.1", squeezenet],
      ["ResNet-50", flags.resnet],
    ]) {
      const { units, layers, seconds, bytes } = await estimateLocally({ file, steps: 64 });
      rows.push({ network, units, layers, steps: 64, coreHours: seconds / 3600, bytes });
      console.error(rows.at(-1));
    }
    return { rows };
  },
};

for (const name of positionals) {
  if (!(name in parts)) {
    console.error(`There is no part "${name}": ${Object.keys(parts).join(", ")}`);
    process.exit(2);
  }
  const measured = await parts[name]();
  const before = existsSync(results) ? JSON.parse(readFileSync(results, "utf8")) : {};
  const machine = { processor: cpus()[0].model, cores: cpus().length, node: process.version, load: loadavg()[0] };
  mkdirSync(join(root, "bench", "results"), { recursive: true });
  writeFileSync(results, `${JSON.stringify({ ...before, [name]: { machine, ...measured } }, undefined, 1)}\n`);
  console.log(name, JSON.stringify(measured, undefined, 1));
}
writeScale();
process.exit();
