/** What a picture is worth: the same measure for every side of bench:quality, by xstar's forward pass. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { decodeNpy, featureLayer, measurePictures, openDataset, probe, scanDataset, tensor } from "xstar";
import { loadDescribed } from "../../examples/load-described.js";
import { networks, wordsOf } from "./targets.js";
import { lookThrough, randomViews, untouched } from "./views.js";

/**
 * @param {string} models folder of networks
 * @param {string} photos folder of real pictures
 */
export function createJudge(models, photos) {
  const fileOf = (name) => join(models, name, `${name}.onnx`);
  const opened = new Map();
  const open = (name) => {
    if (!opened.has(name)) opened.set(name, loadDescribed(fileOf(name)));
    return opened.get(name);
  };
  const scans = new Map();
  const scan = (name, model) => {
    if (!scans.has(name)) scans.set(name, scanPhotos(model, photos));
    return scans.get(name);
  };
  const probes = new Map();

  async function probeFor(network, words, batch) {
    const key = `${network.name} ${words} ${batch}`;
    if (!probes.has(key)) {
      const read = ({ objective, parse }) => ({ activation: objective(parse(words)) });
      probes.set(key, probe(await open(network.name), { batch }, read));
    }
    return probes.get(key);
  }

  return {
    isThere: (target) => existsSync(fileOf(networks[target.network].name)),
    fileOf: (target) => fileOf(networks[target.network].name),
    contractOf: async (target) => (await open(networks[target.network].name)).contract,

    /** Activation of a picture as it is, and its mean over the views. */
    async activations(target, picture) {
      const network = networks[target.network];
      const look = async (views) => {
        const seen = await probeFor(network, wordsOf(target), views.length);
        const { activation } = await seen.run(lookThrough(picture, views, network.size));
        return activation.data.reduce((sum, x) => sum + x, 0) / views.length;
      };
      return { clean: await look([untouched]), views: await look(randomViews) };
    },

    /** Ranks of a class in other networks, and the distance to the nearest real picture. */
    async beside(target, { shape, data }) {
      const network = networks[target.network];
      const model = await open(network.name);
      const others = target.kind === "class" ? await othersFor(network, model) : {};
      const picture = tensor("float32", data, [1, ...shape.slice(-3)]);
      const dataset = await scan(network.name, model);
      const { pictures } = await measurePictures(model, picture, { objective: wordsOf(target), dataset, others });
      const [{ transfer, plausibility, spectrumSlope }] = pictures;
      return {
        ranks: Object.values(transfer ?? {}).map(({ rank }) => rank),
        distance: plausibility?.cosine?.distance,
        slope: spectrumSlope,
      };
    },

    async release() {
      for (const one of probes.values()) await (await one).release();
    },
  };

  async function othersFor(network, model) {
    const there = network.others.filter((name) => existsSync(fileOf(name)));
    const pairs = await Promise.all(there.map(async (name) => [name, await open(name)]));
    const offset = firstClass(model);
    return Object.fromEntries(
      pairs.map(([name, other]) => [name, { model: other, classFor: (i) => i - offset + firstClass(other) }]),
    );
  }
}

/** TensorFlow's classes of ImageNet begin with one for nothing. */
const firstClass = ({ labels }) => (labels?.[0] === "background" ? 1 : 0);

async function scanPhotos(model, photos) {
  if (!existsSync(photos)) return undefined;
  return scanDataset(model, await openDataset(photos), { objectives: [], layer: await featureLayer(model) });
}

/** @param {string} file */
export const readPicture = (file) => decodeNpy(new Uint8Array(readFileSync(file)));
