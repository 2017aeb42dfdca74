/**
 * How often networks that had no part in the making put the class of a picture first: npm run bench:transfer
 *     [-- --makers NAMES] [--classes N] [--recipe SPEC] [--held-out] [--models DIR] [--out FILE.json]
 *
 * 50 classes of ImageNet on GoogLeNet, SqueezeNet and MobileNetV2, each judged by the two others, and the digits of the networks of
 * MNIST, each judged by two others. Half of the classes are held out: no number of a recipe was chosen by them, and they are looked at
 * with --held-out only. What is measured is kept at once: the same command goes on from there.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { maximize, measurePictures } from "xstar";
import { loadDescribed } from "../examples/load-described.js";
import { classes, heldOutClasses, makers } from "./quality/transfer-plan.js";
import { summarizeTransfer } from "./quality/transfer-table.js";

const root = dirname(import.meta.dirname);
const { values: flags } = parseArgs({
  options: {
    makers: { type: "string", default: makers.map(({ name }) => name).join(",") },
    classes: { type: "string", default: String(classes.length) },
    recipe: { type: "string", default: "auto" },
    "held-out": { type: "boolean", default: false },
    models: { type: "string", default: join(root, "../shared/models") },
    out: { type: "string", default: join(root, "bench/results/transfer.json") },
  },
});

/** @type {{ rows: import("./quality/transfer-table.js").TransferRow[] }} */
const results = existsSync(flags.out) ? JSON.parse(readFileSync(flags.out, "utf8")) : { rows: [] };
const opened = new Map();
function open(name) {
  if (!opened.has(name)) opened.set(name, loadDescribed(join(flags.models, name, `${name}.onnx`)));
  return opened.get(name);
}
/** TensorFlow's classes of ImageNet begin with one for nothing. */
const firstClass = ({ labels }) => (labels?.[0] === "background" ? 1 : 0);

const some = flags["held-out"] ? heldOutClasses : classes;
for (const { name, judges, isDigits } of makers.filter((maker) => flags.makers.split(",").includes(maker.name))) {
  const model = await open(name);
  const others = {};
  for (const judge of judges) {
    const other = await open(judge);
    others[judge] = { model: other, classFor: (i) => i - firstClass(model) + firstClass(other) };
  }
  const wanted = isDigits ? Array.from({ length: 10 }, (_, i) => i) : some.slice(0, Number(flags.classes));
  for (const index of wanted) {
    if (results.rows.some((row) => row.maker === name && row.class === index && row.recipe === flags.recipe)) continue;
    const objective = `logit:${index + firstClass(model)}`;
    const { picture } = await maximize(model, objective, { recipe: flags.recipe });
    const { pictures } = await measurePictures(model, picture, { objective, others });
    const [{ activation, recognition, transfer = {} }] = pictures;
    const ranks = Object.fromEntries(Object.entries(transfer).map(([judge, { rank }]) => [judge, rank]));
    const row = { maker: name, class: index, recipe: flags.recipe, isHeldOut: !isDigits && flags["held-out"] };
    results.rows.push({ ...row, activation, rank: recognition?.rank, ranks });
    mkdirSync(dirname(flags.out), { recursive: true });
    writeFileSync(flags.out, `${JSON.stringify(results, undefined, 1)}\n`);
    console.error(`${name} ${index}: ${JSON.stringify(ranks)}`);
  }
}
console.log(summarizeTransfer(results.rows));
