/** An atlas planned and done in this thread, for measuring by processor time, which other programs do not lengthen. */
import { cpuUsage } from "node:process";
import { atlasLayers, jobsOfAtlas, openJobRunner, planAtlas } from "@xstar/runs";
import { loadModel } from "xstar";
import { sharpCodec } from "../../packages/xstar/dist/files/sharp-codec.js";
import { estimateAtlas } from "../../packages/xstar/dist/run/atlas/estimate.js";
import { thisMachine } from "../../packages/xstar/dist/run/many/this-machine.js";

/** Processor time of this process in milliseconds. */
export const processor = () => {
  const { user, system } = cpuUsage();
  return (user + system) / 1000;
};

/** @param {{ file: string, steps: number, layers?: readonly string[], version?: string }} given */
export async function planLocally({ file, steps, layers, version = "bench" }) {
  const model = await loadModel(file);
  const options = { steps, seed: 0, contract: model.contract ?? null };
  const content = { name: "model.onnx", sha256: "0".repeat(64), beside: [] };
  const groups = [layers ?? (await atlasLayers(model, options))];
  const plan = await planAtlas(model, { xstar: version, model: content, data: null, groups }, options);
  const contents = {
    model: async () => file,
    pictures: async () => {
      throw new Error("There are none");
    },
  };
  const start = () => openJobRunner({ ...thisMachine, codec: sharpCodec, contents });
  return { plan, jobs: jobsOfAtlas(plan), start };
}

/** What an estimate says in processor seconds. */
export async function estimateLocally(given) {
  const { plan, jobs, start } = await planLocally(given);
  const { estimate } = await estimateAtlas(plan, jobs, { start, threads: 1, now: processor });
  return { ...estimate, jobs, start };
}

/** What an estimate says, and what it takes. */
export async function measureEstimate(given) {
  const { jobs, start, seconds, units } = await estimateLocally(given);
  const began = processor();
  const runner = start();
  for (const job of jobs) await runner.run(job);
  await runner.close();
  const took = (processor() - began) / 1000;
  return { steps: given.steps, layers: given.layers ?? "all", units, said: seconds, took, ratio: seconds / took };
}
