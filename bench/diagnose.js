/**
 * Planted faults: what xstar diagnose finds, and what it finds in healthy networks: npm run bench:diagnose -- SEEDS PICTURES FAULT...
 *
 * The article's network is trained on PICTURES digits of MNIST (default 60000) for each of SEEDS seeds (default 10), once in health and once with
 * each fault. A fault counts as found when the check that is for it gives a warning; a false alarm is a warning on a healthy twin.
 * Faults may be named, all are planted when none is.
 */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  constantTensor,
  constantValue,
  createRng,
  loadDataset,
  nodeRuntime,
  openModel,
  readModel,
  tensor,
  trainNetwork,
  writeModel,
} from "xstar";
import { diagnose } from "@xstar/results";

const [seeds = 10, most = 60_000] = process.argv.slice(2, 4).map(Number);
const wanted = process.argv.slice(4);
const looked = Math.max(1000, Math.min(10_000, Math.round(most / 6)));
const side = 28;
const pixels = side * side;
const mnist = await loadDataset("mnist");
const digits = Array.from({ length: 10 }, (_, digit) => String(digit));

/** Some pictures of a half of MNIST, in memory of their own. */
function some({ images, labels }, count, rng) {
  const order = rng.permutation(labels.length).slice(0, count);
  const own = { images: new Uint8Array(count * pixels), labels: new Uint8Array(count), count };
  order.forEach((from, i) => {
    own.images.set(images.subarray(from * pixels, (from + 1) * pixels), i * pixels);
    own.labels[i] = labels[from];
  });
  return own;
}

const each = (set, change) => {
  for (let i = 0; i < set.count; i++) change(set.images.subarray(i * pixels, (i + 1) * pixels), set.labels[i], i);
};
const isRim = (at) => {
  const [y, x] = [Math.floor(at / side), at % side];
  return Math.min(x, y, side - 1 - x, side - 1 - y) < 2;
};
const fillPatch = (picture, top, left, size, level) => {
  for (let y = top; y < top + size; y++) picture.fill(level, y * side + left, y * side + left + size);
};
const corners = [0, 24].flatMap((top) => [0, 24].map((left) => [top, left]));
const decoy = (set, rng, levelOf) =>
  each(set, (picture, label) => fillPatch(picture, ...corners[rng.int(4)], 4, levelOf(label)));

/** The network with the weights of one kind of node changed. */
function withWeights(bytes, change) {
  const { graph, opsets, inputs } = readModel(bytes);
  for (const input of graph.inputs) {
    const declared = inputs.find(({ name }) => name === input.name);
    if (!declared) continue;
    const { dtype, dims } = declared;
    input.type = { dtype, shape: dims.map((dim) => (typeof dim === "number" ? dim : 1)) };
  }
  for (const node of graph.nodes) {
    node.inputs.forEach((input, i) => {
      const held = constantTensor(input);
      const changed = held?.dtype === "float32" && change(node, i, held.data.slice(), held.shape);
      if (input && held && changed) node.inputs[i] = constantValue(input.name, tensor("float32", changed, held.shape));
    });
  }
  return writeModel(graph, { opsets, freeBatch: "N" });
}

/** Filters of convolutions: weights [out, ...] and biases [out]. */
const filters = (change) => (bytes) =>
  withWeights(bytes, ({ opType }, i, data, shape) =>
    opType === "Conv" && i > 0 ? change(data, data.length / shape[0], i) : undefined,
  );

/** What is planted in the pictures or in the network, and the check that is to find it. */
const faults = {
  "dead filters": {
    check: ["deadUnits"],
    network: filters((data, size, i) => data.map((x, at) => (Math.floor(at / size) < 4 ? (i === 1 ? 0 : -1) : x))),
  },
  "copied filters": {
    check: ["copiedUnits"],
    network: filters((data, size) => data.map((_, at) => data[Math.floor(at / size) < 4 ? at % size : at])),
  },
  "decoy patch": {
    check: ["cue"],
    train: (set, rng) => decoy(set, rng, (label) => 255 - 25 * label),
    test: (set, rng) => decoy(set, rng, () => 255 - 25 * rng.int(10)),
  },
  "colour cue": {
    check: ["tint"],
    both: (set) => each(set, (picture, label) => picture.forEach((x, at) => (picture[at] = Math.max(x, 20 * label)))),
  },
  "border cue": {
    check: ["border", "cue"],
    both: (set) => each(set, (picture, label) => picture.forEach((_, at) => isRim(at) && (picture[at] = 25 * label))),
  },
  "5 % swapped labels": {
    check: ["labelErrors"],
    train: (set, rng) =>
      set.labels.forEach((label, i) => rng.uniform() < 0.05 && (set.labels[i] = (label + 1 + rng.int(9)) % 10)),
  },
  "test pictures in training": {
    check: ["leak"],
    leak: 0.02,
  },
  "inverted input": { check: ["contract"], test: (set) => set.images.forEach((x, at) => (set.images[at] = 255 - x)) },
  "scores x 3": {
    check: ["calibration"],
    network: (bytes) => {
      const last = readModel(bytes).graph.nodes.findLast(({ opType }) => ["Gemm", "MatMul"].includes(opType));
      const isAfter = new Set(["Gemm", "MatMul", "Add"]);
      let isLast = false;
      return withWeights(bytes, (node, i, data) => {
        isLast ||= node.label === last?.label;
        return isLast && isAfter.has(node.opType) && i > 0 ? data.map((x) => 3 * x) : undefined;
      });
    },
  },
  "a missing subgroup": {
    check: ["weakGroup"],
    test: (set, rng) =>
      each(set, (picture) => rng.uniform() < 0.06 && picture.forEach((x, at) => (picture[at] = Math.round(0.12 * x)))),
  },
  "trojan patch": {
    check: ["cue"],
    train: (set, rng) =>
      each(set, (picture, _, i) => {
        if (rng.uniform() >= 0.05) return;
        fillPatch(picture, 23, 23, 4, 255);
        set.labels[i] = 0;
      }),
  },
};

const asPictures = ({ images, labels, count }, name) => ({
  names: Array.from({ length: count }, (_, i) => `${name} ${i}`),
  labels: Array.from(labels),
  read: async (i) =>
    tensor(
      "float32",
      Float32Array.from(images.subarray(i * pixels, (i + 1) * pixels), (x) => x / 255),
      [1, side, side],
    ),
});

/** A folder of IDX files, which the training reads. */
async function writeSet(folder, train, test) {
  const header = (...numbers) =>
    Uint8Array.from(numbers.flatMap((n) => [n >>> 24, (n >>> 16) & 255, (n >>> 8) & 255, n & 255]));
  const write = (name, head, data) => writeFile(join(folder, name), Buffer.concat([head, data]));
  for (const [name, set] of [
    ["train", train],
    ["t10k", test],
  ]) {
    await write(`${name}-images-idx3-ubyte`, header(2051, set.count, side, side), set.images);
    await write(`${name}-labels-idx1-ubyte`, header(2049, set.count), set.labels);
  }
}

async function alarmsOf(fault, seed) {
  const rng = createRng(seed).split("planted");
  const train = some(mnist.train, most, rng.split("train"));
  const test = some(mnist.test, looked, rng.split("test"));
  fault.both?.(train, rng.split("both"));
  fault.both?.(test, rng.split("both"));
  fault.train?.(train, rng.split("train fault"));
  if (fault.leak) {
    const count = Math.round(fault.leak * test.count);
    train.images.set(test.images.subarray(0, count * pixels));
    train.labels.set(test.labels.subarray(0, count));
  }
  const folder = await mkdtemp(join(tmpdir(), "xstar-planted-"));
  try {
    await writeSet(folder, train, test);
    const { model: trained } = await trainNetwork({ data: folder, seed, cache: join(folder, "cache") });
    fault.test?.(test, rng.split("test fault"));
    const bytes = fault.network?.(trained) ?? trained;
    const model = openModel(bytes, { runtime: nodeRuntime(), labels: digits });
    const alarms = new Set();
    const options = { train: asPictures(train, "train"), labels: digits };
    let accuracy = 0;
    for await (const { check, severity, numbers } of diagnose(model, asPictures(test, "test"), options)) {
      if (check === "errors") accuracy = numbers.accuracy;
      if (severity === "serious" || severity === "warning") alarms.add(check);
    }
    return { alarms, accuracy };
  } finally {
    await rm(folder, { recursive: true });
  }
}

const healthy = [];
for (let seed = 0; seed < seeds; seed++) {
  healthy.push(await alarmsOf({}, seed));
  console.log(
    `healthy, seed ${seed}: ${(100 * healthy[seed].accuracy).toFixed(1)} % right; ${[...healthy[seed].alarms].join(", ") || "no alarm"}`,
  );
}
const rows = [];
for (const [name, fault] of Object.entries(faults).filter(([one]) => wanted.length === 0 || wanted.includes(one))) {
  let found = 0;
  for (let seed = 0; seed < seeds; seed++) {
    const { alarms, accuracy } = await alarmsOf(fault, seed);
    const isFound = fault.check.some((check) => alarms.has(check));
    found += Number(isFound);
    console.log(
      `${name}, seed ${seed}: ${(100 * accuracy).toFixed(1)} % right; ${isFound ? "found" : "NOT FOUND"}; ${[...alarms].join(", ")}`,
    );
  }
  const falseAlarms = healthy.filter(({ alarms }) => fault.check.some((check) => alarms.has(check))).length;
  rows.push(`| ${name} | ${fault.check.join(" or ")} | ${found} of ${seeds} | ${falseAlarms} of ${seeds} |`);
}
console.log(`\n${most} pictures to train with, ${looked} to look at\n`);
console.log("| fault | check | found | false alarms on healthy twins |\n| --- | --- | --- | --- |");
console.log(rows.join("\n"));
