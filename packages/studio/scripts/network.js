/**
 * Writes the network of the studio's first screen: the article's, trained by `xstar train` (with one thread, so that every machine
 * gets the same), its smallest weights set to 0 and the others in 8 bits, as ONNX in gzip; and a race of its four starts, recorded
 * for the second in which nothing runs yet. `npm run studio:network`
 */
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import {
  canonicalOpset,
  constantTensor,
  constantValue,
  createOps,
  Graph,
  maximize,
  probability,
  readModel,
  standard,
  writeModel,
} from "@xstar/core";
import { measureVariability } from "@xstar/results";
import { planAscent } from "@xstar/runs";
import { articleFigures } from "../../xstar/dist/article/results.js";
import { loadMnist } from "../../xstar/dist/data/dataset.js";
import { loadModel, nodeRuntime, trainNetwork } from "../../xstar/dist/index.js";
import { createStore } from "../../xstar/dist/record/store.js";
import { classify } from "../../xstar/dist/train/evaluate.js";
import { emitNetwork, nameValues, side } from "../../xstar/dist/train/network.js";

/** Of the weights of the large dense layer, the share that is kept: the smallest are nearly all noise of their first values. */
const keptShare = 0.15;
const studio = fileURLToPath(new URL("../", import.meta.url));
const race = JSON.parse(readFileSync(join(studio, "src/run/race.json"), "utf8"));
const file = join(studio, "public/article.onnx.gz");

const runtime = nodeRuntime({ threads: 1 });
const { model: trained } = await trainNetwork({ threads: 1 });
const network = compressed(readModel(trained));
const accuracy = await accuracyOf(network);
writeFileSync(file, gzipSync(network, { level: 9 }));
console.log(`${file}: accuracy ${accuracy} of ${await accuracyOf(trained)}`);
const written = {
  "src/run/recorded.json": await recordRace(network),
  "src/screens/guide/facts.json": await factsOfDigits(),
};
for (const [name, held] of Object.entries(written)) writeFileSync(join(studio, name), JSON.stringify(held));
execFileSync("npx", ["oxfmt", ...Object.keys(written)], { cwd: studio, stdio: "inherit" });

/** What the guide says besides what it runs: the article's numbers, and how much the digits of each class differ. */
async function factsOfDigits() {
  const { classes, mostVariable } = measureVariability((await loadMnist()).train);
  const highest = Math.max(...classes.flatMap(({ deviation }) => [...deviation]));
  const maps = classes.map(({ deviation }) =>
    Buffer.from(Uint8Array.from(deviation, (x) => Math.round((255 * x) / highest))).toString("base64"),
  );
  const sums = classes.map(({ variability }) => Number(variability.toFixed(1)));
  return { article: articleFigures, mostVariable, side, highest, sums, maps };
}

/** The same network with weights of 8 bits, one scale for each output. */
function compressed(source) {
  const graph = new Graph("article_cnn");
  const op = createOps(graph);
  const pictures = graph.input("image", { dtype: "float32", shape: [1, 1, side, side] });
  const held = source.graph.nodes.flatMap(({ inputs }) => inputs).filter((value) => value?.constant);
  const weights = Object.fromEntries(held.map((value) => [value.name, weightsOf(op, value)]));
  const layers = emitNetwork(op, pictures, weights);
  const probabilities = op.softmax(layers.logits, 1);
  nameValues(graph, { ...layers, probabilities });
  graph.output(probabilities);
  return writeModel(graph, { opsets: new Map([["", canonicalOpset]]), freeBatch: "N" });
}

function weightsOf(op, value) {
  const { shape, data } = /** @type {import("@xstar/core").Tensor<"float32">} */ (constantTensor(value));
  if (value.name !== "dense1.weight")
    return constantValue(value.name, { dtype: "float32", shape, data: Float32Array.from(data) });
  const [rows, columns] = shape;
  const threshold = Float32Array.from(data, Math.abs).sort()[Math.floor(data.length * (1 - keptShare))];
  const scales = Float32Array.from({ length: columns }, (_, j) => {
    let most = 0;
    for (let i = 0; i < rows; i++) most = Math.max(most, Math.abs(data[i * columns + j]));
    return most / 127;
  });
  const whole = Array.from(data, (w, at) => (Math.abs(w) < threshold ? 0 : Math.round(w / scales[at % columns])));
  const small = constantValue(value.name, { dtype: "int8", shape, data: Int8Array.from(whole) });
  return op.mul(
    op.cast(small, "float32"),
    constantValue("dense1.scale", { dtype: "float32", shape: [1, columns], data: scales }),
  );
}

async function accuracyOf(bytes) {
  const { test } = await loadMnist();
  const seen = await classify(runtime, bytes, test);
  return seen.filter((digit, i) => digit === test.labels[i]).length / test.count;
}

/** Every step's pictures as bytes on one scale, and how sure the network is. */
async function recordRace(bytes) {
  const model = await loadModel(bytes, { runtime });
  const flags = { ...race.flags, steps: race.recordedSteps };
  const files = { ...createStore(), referenceModel: async () => ({ path: "", sha256: "", weights: [] }) };
  const sources = { path: "article.onnx", files, vocabulary: standard, onWarning: console.warn };
  const { objectives, options } = await planAscent(model, [`crossEntropy:${race.digit}`], flags, sources);
  const watch = { confidence: objectives.map(() => probability({ class: race.digit })) };
  const steps = [];
  for await (const { picture, watch: seen } of maximize(model, objectives, { ...options, watch }))
    steps.push({ pixels: picture.data.slice(), confidence: seen.confidence });
  const all = steps.flatMap(({ pixels }) => [...pixels]);
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const asBytes = ({ pixels }) =>
    Buffer.from(Uint8Array.from(pixels, (x) => Math.round((255 * (x - low)) / (high - low)))).toString("base64");
  const confidence = steps.map((step) => Array.from(step.confidence, (p) => Number(p.toPrecision(6))));
  return { accuracy, side, low, high, confidence, frames: steps.map(asBytes) };
}
