/**
 * What a heat map costs over the forward pass: npm run bench:explain-speed -- PICTURE MODEL...
 *
 * Grad-CAM of the likeliest class and the mere answer, in turn, by processor time (which a busy machine changes less than time does): the
 * median of their ratios.
 */
import { basename } from "node:path";
import { loadModel, nodeRuntime, openExplainer, readImage } from "xstar";

const [photo, ...models] = process.argv.slice(2);
const rounds = 15;
const median = (all) => all.toSorted((a, b) => a - b)[all.length >> 1];

async function processorTime(work) {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

for (const path of models) {
  const model = await loadModel(path, { runtime: nodeRuntime({ threads: 1 }) });
  const explainer = await openExplainer(model, undefined, { methods: ["gradCam"] });
  const [channels, height, width] = /** @type {[1 | 3, number, number]} */ (explainer.shape);
  const picture = await readImage(photo, { channels, height, width });
  const perRound = Math.max(1, Math.round(50_000 / (await processorTime(() => explainer.look(picture)))));
  const times = async (work) => {
    for (let i = 0; i < perRound; i++) await work();
  };
  await explainer(picture);
  const ratios = [];
  let forward = 0;
  for (let round = 0; round < rounds; round++) {
    const look = await processorTime(() => times(() => explainer.look(picture)));
    const map = await processorTime(() => times(() => explainer(picture)));
    ratios.push(map / look);
    forward += look / perRound / rounds / 1000;
  }
  console.log(`${basename(path)}: ${median(ratios).toFixed(2)} forward passes (of ${forward.toFixed(1)} ms)`);
  await explainer.release();
}
