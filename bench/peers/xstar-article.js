/** xstar's side of bench/bench.js: answers lines `ascent STEPS` and `train STEPS BATCH` with times in milliseconds. */
import { createInterface } from "node:readline";
import { createRng, momentum, nodeRuntime, openModel, tensor, vjp } from "xstar";
import { initialWeights } from "../../packages/xstar/dist/train/network.js";
import { writeNetwork } from "../../packages/xstar/dist/train/evaluate.js";
import { compileTraining } from "../../packages/xstar/dist/train/step.js";

const spinning = process.argv[3] === "spinning";
const runtime = nodeRuntime({ threads: Number(process.argv[2]), spinning });
const rng = createRng(0);
const weights = initialWeights(rng, 10);

async function ascent() {
  const model = openModel(writeNetwork(weights, new Map()), { runtime });
  const shape = [1, 1, 28, 28];
  const gradient = await vjp(model, { shapes: new Map([["image", shape]]), of: "logits" });
  const image = tensor("float32", rng.uniforms(784), shape);
  const cotangent = tensor(
    "float32",
    Float32Array.from({ length: 10 }, (_, i) => Number(i === 1)),
    [1, 10],
  );
  return { step: () => gradient.run({ image }, cotangent), end: () => gradient.release() };
}

async function training(batch) {
  const compiled = await compileTraining(runtime, weights, momentum({ learningRate: 1e-4 }), batch);
  const images = Uint8Array.from(rng.uniforms(batch * 784), (x) => 255 * x);
  const labels = Uint8Array.from({ length: batch }, (_, i) => i % 10);
  let state = compiled.begin(weights);
  const step = async () => {
    ({ state } = await compiled.run(state, images, labels, 1e-4));
  };
  return { step, end: () => compiled.release() };
}

console.log(`ready xstar (${runtime.name}${spinning ? ", spinning" : ""})`);
for await (const line of createInterface({ input: process.stdin })) {
  const [job, steps, batch] = line.split(" ");
  const { step, end } = job === "ascent" ? await ascent() : await training(Number(batch));
  await step();
  await step();
  const times = [];
  for (let i = 0; i < Number(steps); i++) {
    const begin = performance.now();
    await step();
    times.push(performance.now() - begin);
  }
  await end();
  console.log(times.map((t) => t.toFixed(4)).join(" "));
}
