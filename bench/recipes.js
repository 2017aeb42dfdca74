/**
 * What the recipes reach on real networks: npm run bench:recipes -- [--models DIR] [--photos DIR] [--steps N] [--out FILE]
 *
 * Two tables, printed and written as Markdown: `auto` beside `lucid` at equal time on targets of five networks, and `auto`
 * beside plain pixels on 20 classes. Each network runs on one thread. Time is that of the processor, so that what else the
 * machine does counts little; lucid takes as many steps as fit into the time of auto's. Networks that are missing are left out.
 */
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { adam, featureLayer, maximize, measurePictures, openDataset, pixel, scanDataset } from "xstar";
import { loadDescribed } from "../examples/load-described.js";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const { values: flags } = parseArgs({
  options: {
    models: { type: "string", default: join(root, "../shared/models") },
    photos: { type: "string", default: join(root, "../shared/photos") },
    steps: { type: "string", default: "256" },
    table: { type: "string", multiple: true, default: ["targets", "classes"] },
    out: { type: "string", default: join(root, "out/recipes.md") },
  },
});
const steps = Number(flags.steps);

/** Networks, the others that should recognize their classes, what real pictures are, and the targets. */
const plan = [
  {
    name: "bvlc-googlenet",
    others: ["squeezenet-v1.1", "mobilenet-v2-1.0-224"],
    real: flags.photos,
    targets: ["logit:9", "logit:340", "inception_3b/output:100", "inception_4a/output:97", "inception_4c/output:66"],
  },
  {
    name: "squeezenet-v1.1",
    others: ["bvlc-googlenet", "mobilenet-v2-1.0-224"],
    real: flags.photos,
    targets: ["logit:22", "logit:340", "fire3/concat:40", "fire6/concat:77", "fire9/concat:200"],
  },
  {
    name: "mobilenet-v2-1.0-224",
    others: ["bvlc-googlenet", "squeezenet-v1.1"],
    real: flags.photos,
    targets: [
      "logit:131",
      "logit:341",
      "MobilenetV2/expanded_conv_3/project:7",
      "MobilenetV2/expanded_conv_6/project:11",
      "MobilenetV2/expanded_conv_13/project:77",
    ],
  },
  {
    name: "cifar10-resnet20",
    others: ["cifar10-resnet56"],
    real: flags.photos,
    targets: ["logit:1", "logit:4", "logit:8", "layer2/layer2.1/Relu_1:9", "layer3/layer3.0/Relu_1:33"],
  },
  {
    name: "mnist-cnn-kerasjs",
    others: ["mnist-vit", "mnist-8"],
    real: "mnist",
    targets: ["logit:0", "logit:2", "logit:5", "logit:7", "logit:8"],
  },
];

/** Classes of ImageNet that are told apart by what is in the picture: animals, plants, things. */
const classes = [1, 9, 22, 71, 84, 130, 148, 251, 288, 292, 323, 340, 407, 437, 511, 609, 805, 937, 949, 985];
const classNetwork = plan[0];

const opened = new Map();
function open(name) {
  const path = resolve(flags.models, name, `${name}.onnx`);
  if (!existsSync(path)) return undefined;
  if (!opened.has(name)) opened.set(name, load(name, path));
  return opened.get(name);
}

async function load(name, path) {
  const model = await loadDescribed(path);
  // TensorFlow's classes of ImageNet begin with one for nothing
  const firstClass = model.labels?.[0] === "background" ? 1 : 0;
  return { name, model, firstClass };
}

const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
const mean = (numbers) => numbers.reduce((sum, x) => sum + x, 0) / numbers.length;

function processorTime() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** The picture of a target, and the milliseconds of a step. */
async function findPicture({ model }, target, options) {
  const times = [];
  let last = processorTime();
  const run = maximize(model, target, options);
  for await (const _ of run) {
    const now = processorTime();
    times.push(now - last);
    last = now;
  }
  return { picture: (await run.result).picture, ms: median(times.slice(2)) };
}

const lucid = { recipe: "lucid" };
const auto = { recipe: "auto" };
const plain = {
  recipe: "none",
  parameterization: pixel({ range: [0, 1] }),
  optimizer: adam({ learningRate: 0.05 }),
};

/** The metrics of the picture of a target. */
async function measure(network, objective, options, others, dataset) {
  const { picture } = await findPicture(network, objective, options);
  const { pictures } = await measurePictures(network.model, picture, { objective, dataset, others });
  return pictures[0];
}

async function openOthers({ firstClass }, names) {
  const others = (await Promise.all(names.map(open))).filter((other) => other !== undefined);
  return Object.fromEntries(
    others.map((other) => [other.name, { model: other.model, classFor: (i) => i - firstClass + other.firstClass }]),
  );
}

/** What real pictures make of a network; of a large data set the first 500. */
async function scan({ model }, where, targets) {
  if (where !== "mnist" && !existsSync(where)) return undefined;
  const pictures = await openDataset(where);
  const some = { names: pictures.names.slice(0, 500), read: pictures.read };
  return scanDataset(model, some, { objectives: targets, layer: await featureLayer(model) });
}

const fixed = (x, digits = 2) => (x === undefined ? "" : x.toFixed(digits));
const row = (cells) => `| ${cells.join(" | ")} |`;
const table = (head, rows) =>
  [row(head), row(head.map((_, i) => (i < 2 ? "---" : "---:"))), ...rows.map(row)].join("\n");
const ranks = ({ transfer }) => (transfer ? Object.values(transfer).map(({ rank }) => rank) : []);
const nearness = ({ plausibility }) => plausibility?.cosine?.distance;
const isTransferred = (metrics) => ranks(metrics).every((rank) => rank <= 5);

async function compareTargets() {
  const rows = [];
  const notes = [];
  for (const { name, others: otherNames, real, targets } of plan) {
    const network = await open(name);
    if (!network) {
      notes.push(`${name} is left out: it is not in ${flags.models}.`);
      continue;
    }
    let [lucidMs, autoMs] = [Infinity, Infinity];
    // the quickest of the rounds: the first ones also warm up
    for (let round = 0; round < 3; round++) {
      lucidMs = Math.min(lucidMs, (await findPicture(network, targets[0], { ...lucid, steps: 24 })).ms);
      autoMs = Math.min(autoMs, (await findPicture(network, targets[0], { ...auto, steps: 24 })).ms);
    }
    const lucidSteps = Math.round((steps * autoMs) / lucidMs);
    const others = await openOthers(network, otherNames);
    const dataset = await scan(network, real, targets);
    const pairs = [];
    for (const objective of targets) {
      const before = await measure(network, objective, { ...lucid, steps: lucidSteps }, others, dataset);
      const after = await measure(network, objective, { ...auto, steps }, others, dataset);
      const ratio = (after.activation ?? NaN) / (before.activation ?? NaN);
      pairs.push({ before, after, ratio });
      rows.push([
        name,
        `\`${objective}\``,
        fixed(before.activation, 1),
        fixed(after.activation, 1),
        `x ${fixed(ratio)}`,
        ...[before, after].map((metrics) => ranks(metrics).join(", ")),
        ...[before, after].map((metrics) => fixed(metrics.spectrumSlope)),
        ...[before, after].map((metrics) => fixed(nearness(metrics), 3)),
      ]);
      console.error(rows.at(-1).join("  "));
    }
    const average = (pick) => fixed(mean(pairs.map(pick)), 3);
    notes.push(
      `${name}: ${lucidSteps} steps of lucid (${fixed(lucidMs, 1)} ms) and ${steps} of auto (${fixed(autoMs, 1)} ms); ` +
        `activation x ${fixed(Math.exp(mean(pairs.map(({ ratio }) => Math.log(ratio)))))}` +
        (dataset
          ? `, distance to the nearest real picture ${average((p) => nearness(p.before))} and ${average((p) => nearness(p.after))}.`
          : "."),
    );
  }
  const head = ["network", "target", "lucid", "auto", "", "ranks: lucid", "auto", "slope: lucid", "auto"];
  return [table([...head, "distance: lucid", "auto"], rows), "", ...notes.map((note) => `- ${note}`)].join("\n");
}

async function compareClasses() {
  const network = await open(classNetwork.name);
  const names = classNetwork.others;
  if (!network) return `${classNetwork.name} is missing: no table of classes.`;
  const others = await openOthers(network, names);
  const counts = { auto: 0, plain: 0 };
  const rows = [];
  for (const index of classes) {
    const objective = `logit:${index}`;
    const measured = {};
    for (const [type, options] of Object.entries({ auto, plain })) {
      measured[type] = await measure(network, objective, { ...options, steps }, others);
      if (isTransferred(measured[type])) counts[type]++;
    }
    const cells = [measured.auto, measured.plain].flatMap((m) => [m.recognition.rank, ...ranks(m)]);
    rows.push([index, network.model.labels[index].split(",")[0], ...cells]);
    console.error(rows.at(-1).join("  "));
  }
  const heads = ["auto", "plain"].flatMap((type) => [`${type}: itself`, ...Object.keys(others)]);
  const rate = (count) => `${count} of ${classes.length}`;
  return [
    table(["class", "", ...heads], rows),
    "",
    `Among the first five of every other network: ${rate(counts.auto)} with auto, ${rate(counts.plain)} with plain pixels (${steps} steps each).`,
  ].join("\n");
}

const parts = [];
if (flags.table.includes("targets")) parts.push("## auto and lucid at equal time", await compareTargets());
if (flags.table.includes("classes")) parts.push("## auto and plain pixels", await compareClasses());
const page = `${parts.join("\n\n")}\n`;
mkdirSync(dirname(flags.out), { recursive: true });
writeFileSync(flags.out, page);
console.log(page);
