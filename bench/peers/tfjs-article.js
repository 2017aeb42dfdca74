/** TensorFlow.js's side of bench/bench.js: answers lines `ascent STEPS` with times in milliseconds. Argument: folder of its packages. */
import { createRequire } from "node:module";
import { join } from "node:path";
import { createInterface } from "node:readline";

const packages = createRequire(join(process.argv[2], "package.json"));
const tf = packages("@tensorflow/tfjs");
const wasm = packages("@tensorflow/tfjs-backend-wasm");
wasm.setWasmPaths(join(process.argv[2], "node_modules/@tensorflow/tfjs-backend-wasm/dist/"));
await tf.setBackend("wasm");
await tf.ready();

const weights = [
  [3, 3, 1, 32],
  [3, 3, 32, 64],
  [9216, 128],
  [128, 10],
].map((shape) => tf.randomNormal(shape, 0, 0.05));
const logits = (x) => {
  const [w1, w2, w3, w4] = weights;
  const convolved = tf.relu(tf.conv2d(tf.relu(tf.conv2d(x, w1, 1, "valid")), w2, 1, "valid"));
  return tf.matMul(tf.relu(tf.matMul(tf.maxPool(convolved, 2, 2, "valid").reshape([1, 9216]), w3)), w4);
};
const target = tf.oneHot([1], 10);
const gradient = tf.grad((x) => tf.losses.softmaxCrossEntropy(target, logits(x)));

console.log(`ready TensorFlow.js ${tf.version_core} wasm`);
for await (const line of createInterface({ input: process.stdin })) {
  const picture = tf.randomUniform([1, 28, 28, 1]);
  const times = [];
  for (let i = -2; i < Number(line.split(" ")[1]); i++) {
    const begin = performance.now();
    const result = gradient(picture);
    await result.data();
    result.dispose();
    if (i >= 0) times.push(performance.now() - begin);
  }
  picture.dispose();
  console.log(times.map((t) => t.toFixed(4)).join(" "));
}
