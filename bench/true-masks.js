/**
 * Maps against the truth, where it is known to the pixel: npm run bench:true-masks -- [PICTURES]
 *
 * Four tasks as in XAI-TRIS (Clark et al., 2023), told anew: two classes by which of two tetrominoes is there, in noise. `linear` adds it,
 * `multiplicative` takes the noise away beneath it, `translated` puts it anywhere, `xor` shows two tetrominoes that are as bright
 * or not. The article's network is trained on each. The score of a map is the share of its warmest pixels, as many as the truth
 * has, that lie in the truth; beside it what an edge filter reaches without any network.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { adagrad, createRng, nodeRuntime, openExplainer, openModel, tensor, trainNetwork } from "xstar";
import { pixels, side, writeSet } from "./idx-set.js";

const [count = 8000] = process.argv.slice(2).map(Number);
/** What is anywhere is learned from more pictures. */
const training = { count, learningRate: 0.04, epochs: 2 };
const longTraining = { count: 5 * count, learningRate: 0.02, epochs: 4 };
const explainedPictures = 40;
/** Pixels of a tetromino's cell, and the cells of the two of them. */
const cell = 3;
const shapes = [
  [
    [0, 0],
    [1, 0],
    [2, 0],
    [1, 1],
  ],
  [
    [0, 0],
    [1, 0],
    [2, 0],
    [2, 1],
  ],
];
/** @type {[number, number][]} */
const homes = [
  [4, 4],
  [15, 18],
];
const [middle, deviation, bright] = [90, 30, 90];

/** @param {number[][]} shape @param {[number, number]} place */
const pixelsOf = (shape, [top, left]) =>
  shape.flatMap(([y, x]) =>
    Array.from({ length: cell * cell }, (_, i) => {
      const [row, column] = [top + y * cell + Math.floor(i / cell), left + x * cell + (i % cell)];
      return row * side + column;
    }),
  );

/** For each task, what is done to the noise of a picture of a class; gives the pixels that tell the class. */
const tasks = {
  linear(noise, label) {
    const at = pixelsOf(shapes[label], homes[label]);
    for (const i of at) noise[i] += bright;
    return at;
  },
  multiplicative(noise, label) {
    const at = pixelsOf(shapes[label], homes[label]);
    for (const i of at) noise[i] = middle + (noise[i] - middle) * 0.1;
    return at;
  },
  translated(noise, label, rng) {
    const at = pixelsOf(shapes[label], [rng.int(side - 3 * cell), rng.int(side - 3 * cell)]);
    for (const i of at) noise[i] += bright;
    return at;
  },
  xor(noise, label, rng) {
    const first = rng.int(2);
    const both = [first, label === 0 ? first : 1 - first];
    return both.flatMap((isBright, k) => {
      const at = pixelsOf(shapes[k], homes[k]);
      for (const i of at) noise[i] += isBright ? bright : -bright;
      return at;
    });
  },
};

function draw(task, wanted, rng) {
  /** @type {Set<number>[]} */
  const truths = [];
  const set = { images: new Uint8Array(wanted * pixels), labels: new Uint8Array(wanted), count: wanted, truths };
  for (let i = 0; i < wanted; i++) {
    const own = rng.split(i);
    const noise = own.split("noise").normals(pixels, middle, deviation);
    set.labels[i] = own.int(2);
    truths.push(new Set(task(noise, set.labels[i], own)));
    set.images.set(
      noise.map((x) => Math.min(255, Math.max(0, Math.round(x)))),
      i * pixels,
    );
  }
  return set;
}

/** The size of the gradient of a picture's own brightness (Sobel). */
function edges(picture) {
  const at = (y, x) => picture[Math.min(side - 1, Math.max(0, y)) * side + Math.min(side - 1, Math.max(0, x))];
  return Float32Array.from(picture, (_, i) => {
    const [y, x] = [Math.floor(i / side), i % side];
    const along = (dy, dx) =>
      [-1, 0, 1].reduce(
        (sum, k) =>
          sum + (2 - Math.abs(k)) * (at(y + dy + k * dx, x + dx + k * dy) - at(y - dy + k * dx, x - dx + k * dy)),
        0,
      );
    return Math.hypot(along(1, 0), along(0, 1));
  });
}

function precision(map, truth) {
  const order = Array.from(map, (_, i) => i).toSorted((a, b) => Math.abs(map[b]) - Math.abs(map[a]));
  return order.slice(0, truth.size).filter((i) => truth.has(i)).length / truth.size;
}

const methods = [
  "gradient",
  "gradientInput",
  "smoothGrad",
  "integratedGradients:baseline=grey",
  "gradCam",
  "hiResCam",
  "layerCam",
  "guidedGradCam",
  "occlusion",
  "rise:samples=500",
];
const columns = new Map();
for (const [name, task] of Object.entries(tasks)) {
  const folder = await mkdtemp(join(tmpdir(), "xstar-masks-"));
  try {
    const rng = createRng(0).split(name);
    const { count: wanted, learningRate, epochs } = name === "translated" ? longTraining : training;
    const [train, test] = [draw(task, wanted, rng.split("train")), draw(task, 1000, rng.split("test"))];
    await writeSet(folder, train, test);
    const optimizer = adagrad({ learningRate });
    const { model: bytes, confusion } = await trainNetwork({ data: folder, epochs, optimizer, cache: folder });
    const model = openModel(bytes, { runtime: nodeRuntime() });
    const explainer = await openExplainer(model, undefined, { methods });
    const scores = new Map();
    const add = (method, score) => scores.set(method, [...(scores.get(method) ?? []), score]);
    for (let i = 0; i < explainedPictures; i++) {
      const bytesOf = test.images.subarray(i * pixels, (i + 1) * pixels);
      const picture = Float32Array.from(bytesOf, (x) => x / 255);
      const explained = await explainer(tensor("float32", picture, [1, side, side]));
      // of what the network does not know there is no truth in it
      if (explained.class !== test.labels[i]) continue;
      for (const { method, map } of explained.maps) add(method.type, precision(map.data, test.truths[i]));
      add("edge filter", precision(edges(picture), test.truths[i]));
      add("chance", test.truths[i].size / pixels);
    }
    await explainer.release();
    const mean = (all) => all.reduce((a, b) => a + b, 0) / all.length;
    columns.set(
      `${name} (${(100 * confusion.accuracy).toFixed(1)} % right)`,
      new Map([...scores].map(([k, all]) => [k, mean(all)])),
    );
  } finally {
    await rm(folder, { recursive: true });
  }
}
const names = [...columns.keys()];
console.log(`| method | ${names.join(" | ")} |\n| --- |${" --- |".repeat(names.length)}`);
const all = new Set([...columns.values()].flatMap((scores) => [...scores.keys()]));
for (const method of all)
  console.log(`| ${method} | ${names.map((name) => columns.get(name).get(method)?.toFixed(2) ?? "–").join(" | ")} |`);
