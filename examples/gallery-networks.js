import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createProgress, loadDataset, loadModel, trainNetwork } from "xstar";
import { clothes, makeFashionMnist } from "./fashion-mnist.js";
import { epochs } from "./gallery-settings.js";

const cache = join("out", "cache");
const folder = join("out", "gallery");

/** What the networks are trained on. */
const trainings = [
  {
    name: "mnist",
    title: "digits of MNIST",
    data: "mnist",
    labels: ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"],
  },
  {
    name: "fashion",
    title: "clothes of Fashion-MNIST",
    data: join(cache, "fashion-mnist"),
    labels: clothes,
    prepare: makeFashionMnist,
  },
];

/** Trains the article's network on both data sets, or takes it from the cache; the ONNX files go to out/gallery/. */
export async function trainGalleryNetworks() {
  await mkdir(folder, { recursive: true });
  const networks = [];
  for (const { name, title, data, labels, prepare } of trainings) {
    await prepare?.(data);
    const { model: bytes, confusion } = await train(name, data);
    const file = join(folder, `${name}.onnx`);
    await writeFile(file, bytes);
    // how pictures become the input, and what the classes are called: `xstar maximize` and `loadModel` read it
    await writeFile(join(folder, `${name}.contract.json`), JSON.stringify({ range: [0, 1], labels }, null, 2));
    networks.push({
      name,
      title,
      file,
      labels,
      command: `xstar train --data ${data} --epochs ${epochs} --out ${file}`,
      accuracy: confusion.accuracy,
      model: await loadModel(file),
      dataset: await loadDataset(data),
    });
  }
  return networks;
}

/** As `xstar train` does by default: seed 0, batches of 64, Adagrad 0.1, two threads. */
async function train(name, data) {
  /** @type {import("xstar").Progress | undefined} */
  let progress;
  const network = await trainNetwork({
    data,
    epochs,
    threads: 2,
    cache,
    onProgress({ step, steps, accuracy }) {
      progress ??= createProgress({ stream: process.stderr, label: `train ${name}`, total: steps });
      progress.update(step, `accuracy ${(100 * accuracy).toFixed(1)} %`);
    },
  });
  progress?.done();
  return network;
}
