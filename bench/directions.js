/**
 * How selective directions of a layer are for classes, beside its units: npm run bench:directions -- NETWORK PICTURES LAYER...
 *
 * Directions of the article's network (default out/article/network.onnx) are found in PICTURES training pictures of MNIST (default 5000) and
 * judged by the 10,000 test pictures and their true labels: the mean, over units or directions, of the area under the ROC curve for the
 * class that the mean activation tells best from all others.
 */
import { loadDataset, loadModel, nodeRuntime } from "xstar";
import { findDirections } from "@xstar/runs";
import { separations, surveyLayers } from "@xstar/results";

const [network = "out/article/network.onnx", most = "5000", ...named] = process.argv.slice(2);
const layers = named.length > 0 ? named : ["dense1", "conv2"];
const counts = { kmeans: 16, nmf: 16, sae: 64 };
const model = await loadModel(network, { runtime: nodeRuntime({ threads: 1 }) });
const mnist = await loadDataset("mnist");

const picturesOf = (half, count) => ({
  names: Array.from({ length: count }, (_, i) => String(i)),
  read: async (i) => {
    const pixels = half.height * half.width;
    const data = Float32Array.from(half.images.subarray(i * pixels, (i + 1) * pixels), (x) => x / 255);
    return { dtype: "float32", shape: [1, half.height, half.width], data };
  },
});
const training = picturesOf(mnist.train, Number(most));
const tests = picturesOf(mnist.test, mnist.test.count);

/** The area of the best class of each unit; 0.5 where it tells nothing. */
function areasOf({ units, means }) {
  const count = means.length / units;
  return Array.from({ length: units }, (_, unit) => {
    const own = Float32Array.from({ length: count }, (__, i) => means[i * units + unit]);
    return Math.max(...separations(own, (i) => mnist.test.labels[i], mnist.test.classes).map((area) => area ?? 0.5));
  });
}

const mean = (all) => all.reduce((a, b) => a + b, 0) / all.length;
const show = (what, areas) => {
  const sure = areas.filter((area) => area >= 0.95).length;
  console.log(
    `${what.padEnd(28)} ${String(areas.length).padStart(4)}  ${mean(areas).toFixed(4)}  ${sure} of at least 0.95`,
  );
};

for (const layer of layers) {
  const found = {};
  for (const [method, count] of Object.entries(counts)) {
    const began = performance.now();
    const settings = { layer, method, count, seed: 0, features: null, hasClasses: false };
    found[method] = { layer, ...(await findDirections(model, training, settings)) };
    console.log(`${layer} ${method}: ${((performance.now() - began) / 1000).toFixed(1)} s`);
  }
  const seen = await surveyLayers(model, tests, {
    layers: [layer, ...Object.keys(found)],
    directions: found,
    hasClasses: false,
  });
  show(layer, areasOf(seen.layers[layer]));
  for (const method of Object.keys(found)) show(`${layer} ${method}`, areasOf(seen.layers[method]));
}
