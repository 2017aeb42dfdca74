/**
 * Maps of xstar against Captum and pytorch-grad-cam on the same weights: npm run bench:explanations -- PICTURE MODEL...
 *
 * XSTAR_PYTHON is a Python that has captum, grad-cam, onnx2torch and torch; XSTAR_SEEDS says how many seeds (0: no random methods),
 * XSTAR_METHODS which methods ("units" for what the units of a layer are worth). Deterministic methods have to reach a correlation of 0.999. Random ones are drawn twice here and twice there:
 * the correlation of a draw here with one there, over the geometric mean of that of two draws here and of two draws there, is the
 * correlation of what both sides tend to with more samples (Spearman's correction for attenuation). It has to be 0.999 as far as its
 * standard error over the four pairs of draws tells.
 */
import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { createRng, decodeNpy, encodeNpy, explain, loadModel, nodeRuntime, readImage, tensor } from "xstar";
import { correlate, measureUnits } from "@xstar/results";

const here = dirname(fileURLToPath(import.meta.url));
const [photo, ...models] = process.argv.slice(2);
const python = process.env.XSTAR_PYTHON;
if (!python || models.length === 0) {
  console.error("Give a picture and models, and XSTAR_PYTHON");
  process.exit(2);
}
const seeds = Number(process.env.XSTAR_SEEDS ?? 10);
/** What methods that draw at random draw for a seed. */
const perSeed = { smoothGrad: 32, varGrad: 32, expectedGradients: 64, rise: 500 };
const random = new Set(Object.keys(perSeed));
const child = spawn(python, [join(here, "peers", "torch_explanations.py")], { stdio: ["pipe", "pipe", "inherit"] });
const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
console.log((await lines.next()).value.replace(/^ready /, "against "));

let isGood = true;
for (const path of models) {
  const model = await loadModel(path, { runtime: nodeRuntime() });
  const place = await mkdtemp(join(tmpdir(), "xstar-explanations-"));
  const first = await explain(model, await pictureFor(model), undefined, { methods: ["gradCam"] });
  const picture = await pictureFor(model);
  const [channels, height, width] = picture.shape;
  const [layer] = first.maps[0].layers;
  const rng = createRng(1);
  const baselines = Array.from({ length: 8 }, (_, i) => ({
    ...picture,
    data: rng.split(i).uniforms(picture.data.length),
  }));
  const methods = [
    "gradient",
    "gradientInput",
    "integratedGradients",
    "occlusion",
    "gradCam",
    "gradCamPlusPlus",
    "hiResCam",
    "xGradCam",
    "eigenCam",
    "finerCam",
    "guidedGradCam",
    { type: "layerCam", layer },
    "smoothGrad",
    "varGrad",
    { type: "expectedGradients", images: "all" },
    "rise",
  ].map((one) => (typeof one === "string" ? { type: one } : one));
  const named = (type) => random.has(type);
  const { XSTAR_METHODS: chosen } = process.env;
  if (chosen) methods.splice(0, methods.length, ...methods.filter(({ type }) => chosen.split(",").includes(type)));
  if (seeds === 0) methods.splice(0, methods.length, ...methods.filter(({ type }) => !named(type)));
  const maps = new Map();
  const options = { images: { all: baselines }, layer };
  const target = `logit:${first.class}`;
  const fixed = await explain(model, picture, target, {
    ...options,
    methods: methods.filter(({ type }) => !named(type)),
  });
  for (const { method, map } of fixed.maps) maps.set(method.type, map.data);
  if (!chosen || chosen.includes("units")) {
    const { units } = await measureUnits(model, picture, target, layer, { steps: 128 });
    const inOrder = units.toSorted((a, b) => a.unit - b.unit);
    for (const of of ["conductance", "attribution"])
      maps.set(
        of,
        Float32Array.from(inOrder, (one) => one[of]),
      );
  }
  // as many samples as the peer draws, at once: the mean of absolute values is not the absolute value of the mean
  const again = new Map();
  for (const seed of seeds === 0 ? [] : [0, 1]) {
    const some = methods
      .filter(({ type }) => named(type))
      .map((one) => ({ ...one, samples: seeds * perSeed[one.type] }));
    const found = await explain(model, picture, target, { ...options, seed, methods: some });
    for (const { method, map } of found.maps) (seed === 0 ? maps : again).set(method.type, map.data);
  }
  await writeFile(join(place, "picture.npy"), encodeNpy(picture));
  const all = new Float32Array(baselines.length * picture.data.length);
  baselines.forEach(({ data }, i) => all.set(data, i * picture.data.length));
  await writeFile(join(place, "images.npy"), encodeNpy(tensor("float32", all, [8, channels, height, width])));
  const { mean = [0], std = [1], order } = model.contract ?? {};
  const side = (length) => Math.max(1, Math.round(length * 0.125));
  const window = [side(height), side(width)];
  const job = {
    model: path,
    picture: join(place, "picture.npy"),
    images: join(place, "images.npy"),
    out: place,
    class: first.class,
    layer,
    mean: order === "BGR" ? mean.toReversed() : mean,
    std: order === "BGR" ? std.toReversed() : std,
    bgr: order === "BGR",
    window,
    stride: window.map((length) => Math.max(1, Math.round(length / 2))),
    methods: [...methods.map(({ type }) => type), ...["conductance", "attribution"].filter((of) => maps.has(of))],
    seeds,
  };
  // the contract is in the model's order of channels
  if (order === "BGR") [job.mean, job.std] = [mean, std];
  child.stdin.write(`${JSON.stringify(job)}\n`);
  const answer = JSON.parse((await lines.next()).value);
  console.log(
    `${basename(path)}, ${target} by ${layer}: ${fixed.value.toFixed(4)} here, ${answer.value.toFixed(4)} there`,
  );
  for (const [type, map] of maps) {
    const peer = answer[type];
    if (peer === undefined || peer.startsWith("failed")) {
      console.log(`  ${type.padEnd(20)} ${peer ?? "not there"}`);
      continue;
    }
    const read = async (file) => Float32Array.from(decodeNpy(await readFile(file)).data, Number);
    const there = await read(peer);
    const second = again.get(type);
    if (!second) {
      const found = correlate(map, there) ?? 0;
      isGood &&= found >= 0.999;
      console.log(`  ${type.padEnd(20)} ${found.toFixed(6)}${found >= 0.999 ? "" : "  TOO LITTLE"}`);
      continue;
    }
    const other = await read(answer[`${type} again`]);
    const [here, beside] = [correlate(map, second) ?? 0, correlate(there, other) ?? 0];
    const pairs = [map, second].flatMap((one) => [there, other].map((two) => correlate(one, two) ?? 0));
    const mean = pairs.reduce((a, x) => a + x, 0) / pairs.length;
    const scale = Math.sqrt(Math.max(1e-12, here * beside));
    const error = Math.sqrt(pairs.reduce((a, x) => a + (x - mean) ** 2, 0) / 12) / scale;
    const passes = mean / scale + 2 * error >= 0.999;
    isGood &&= passes;
    console.log(
      `  ${type.padEnd(20)} ${(mean / scale).toFixed(4)} +- ${error.toFixed(4)} in the limit (${seeds} seeds: ${mean.toFixed(3)}; two draws here ${here.toFixed(3)}, there ${beside.toFixed(3)})${passes ? "" : "  TOO LITTLE"}`,
    );
  }
  await rm(place, { recursive: true });
}
child.stdin.end();
process.exitCode = isGood ? 0 : 1;

async function pictureFor(model) {
  const dims = model.source.inputs[0].dims;
  const isLast = model.contract?.layout === "NHWC";
  const [channels, height, width] = isLast ? [dims[3], dims[1], dims[2]] : dims.slice(1);
  return readImage(photo, { channels, height, width });
}
