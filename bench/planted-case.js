/** A case of the bench of planted faults: the pictures of a seed, and the article's network, trained on them in health or with a fault. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { adagrad, createRng, loadDataset, nodeRuntime, openModel, tensor, trainNetwork } from "xstar";
import { observe } from "@xstar/results";
import { pixels, side, writeSet } from "./idx-set.js";

/** Of the article's rate the first steps kill filters: a healthy twin has to be healthy. */
export const learningRate = 0.04;
const mnist = await loadDataset("mnist");
export const digits = Array.from({ length: 10 }, (_, digit) => String(digit));

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

/** The pictures of a seed with a fault, and the network trained on them; networks are kept in the folder `cache`. */
export async function plantedCase(fault, seed, { most, looked, epochs, cache }) {
  const rng = createRng(seed).split("planted");
  const train = some(mnist.train, most, rng.split("train"));
  const test = some(mnist.test, looked, rng.split("test"));
  const clean = { ...test, images: test.images.slice() };
  fault.train?.(train, rng.split("train fault"));
  fault.both?.(train, rng.split("both"));
  fault.both?.(test, rng.split("both"));
  if (fault.leak) {
    const count = Math.round(fault.leak * test.count);
    train.images.set(test.images.subarray(0, count * pixels));
    train.labels.set(test.labels.subarray(0, count));
  }
  const folder = await mkdtemp(join(tmpdir(), "xstar-planted-"));
  try {
    await writeSet(folder, train, test);
    // faults of the network alone, or of the pictures that it is shown, share the training of their healthy twin
    const { model: trained } = await trainNetwork({
      data: folder,
      seed,
      epochs,
      optimizer: adagrad({ learningRate }),
      cache,
    });
    fault.test?.(test, rng.split("test fault"));
    const model = openModel(fault.network?.(trained) ?? trained, { runtime: nodeRuntime(), labels: digits });
    return { model, clean, test: asPictures(test, "test"), train: asPictures(train, "train") };
  } finally {
    await rm(folder, { recursive: true });
  }
}

/**
 * Whether a fault took hold: the share of pictures of other classes that are taken for the class whose cue is put into them, or of pictures
 * of the subgroup that are not known; null where there is nothing to take hold.
 */
export async function hold(model, { follow, target, subgroup }, { images, labels, count }) {
  if (!follow && !subgroup) return null;
  const wanted = Uint8Array.from(labels, (label) => target ?? (label + 1 + (label % 3)) % 10).slice(0, 300);
  const changed = { images: images.slice(), labels: wanted, count: Math.min(300, count) };
  for (let i = 0; i < changed.count; i++) {
    const picture = changed.images.subarray(i * pixels, (i + 1) * pixels);
    if (subgroup) subgroup(picture);
    else follow(picture, wanted[i], i);
  }
  const { predicted } = await observe(model, asPictures(changed, "cue"), {});
  if (subgroup) return predicted.filter((one, i) => one !== labels[i]).length / predicted.length;
  const others = predicted.filter((_, i) => labels[i] !== wanted[i]).length;
  return predicted.filter((one, i) => labels[i] !== wanted[i] && one === wanted[i]).length / others;
}
