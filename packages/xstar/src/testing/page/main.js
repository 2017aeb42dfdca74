/** What integration/browser.test.ts asks of the page: every function takes and gives JSON. */
import { maximize, openModel, startWebRuntime } from "xstar";

const load = (provider) => (provider === "wasm" ? import("onnxruntime-web/wasm") : import("onnxruntime-web/webgpu"));
const fetchBytes = async (path) => new Uint8Array(await (await fetch(path)).arrayBuffer());

let started;
async function open(path, { provider = "wasm", threads = 1 } = {}) {
  const ort = await load(provider);
  const runtime = await (started ??= startWebRuntime(ort, { provider, threads }));
  return { ort, runtime, model: openModel(await fetchBytes(path), { runtime }) };
}

const curveOf = (result) => result.curve.map((values) => values[0]);
/** Bytes of all WebAssembly, and what the test finds of JavaScript's objects. */
const heap = async () => {
  const wasm = globalThis.memories.reduce((sum, { buffer }) => sum + buffer.byteLength, 0);
  return { wasm, ...(await globalThis.lookAtHeap()) };
};

globalThis.tasks = {
  async start(options) {
    const { runtime } = await open("tiny.onnx", options);
    return { name: runtime.name, threads: runtime.threads, notes: runtime.notes };
  },
  async climb(targets, options, { path = "tiny.onnx", ...how } = {}) {
    const { model } = await open(path, how);
    const results = await Promise.all(targets.map((target) => maximize(model, target, options)));
    return results.map((result) => ({
      curve: curveOf(result),
      runtime: result.record.runtime,
      warnings: result.warnings[0],
      drawn: result.images[0].toImageData().width,
    }));
  },
  async many(count) {
    const { model } = await open("tiny.onnx");
    const runs = async () => {
      for (let i = 0; i < count; i++) await maximize(model, `conv:${i % 3}`, { recipe: "none", steps: 2, seed: i });
    };
    // until the browser has compiled what is run often, and knows the types of it
    await runs();
    const before = await heap();
    await runs();
    return { before, after: await heap() };
  },
  /** Stops a run in a worker in the middle of a step; gives how long the answer took. */
  async abort(path, target) {
    const worker = new Worker(new URL("./climber.js", import.meta.url), { type: "module" });
    const told = (type) =>
      new Promise((resolve, reject) => {
        worker.addEventListener("message", ({ data }) => data.type === type && resolve(data));
        worker.addEventListener("message", ({ data }) => data.type === "failed" && reject(new Error(data.message)));
        worker.addEventListener("error", ({ message }) => reject(new Error(message)));
      });
    const [steps, ended] = [told("steps"), told("ended")];
    worker.postMessage({ path: new URL(path, document.baseURI).href, target });
    const { milliseconds } = await steps;
    // somewhere inside a step
    await new Promise((resolve) => setTimeout(resolve, milliseconds / 3));
    const asked = performance.now();
    worker.postMessage("abort");
    const { ended: why, taken, within, stepRuns } = await ended;
    const answered = performance.now() - asked;
    worker.terminate();
    return { why, taken, within, stepRuns, answered, step: milliseconds };
  },
  async lose() {
    const { ort, model } = await open("tiny.onnx", { provider: "webgpu" });
    const run = maximize(model, "conv:1", { steps: 4, recipe: "none" });
    for await (const { index } of run) if (index === 1) (await ort.env.webgpu.device).destroy();
    const result = await run;
    return { curve: curveOf(result), runtime: result.record.runtime, warnings: result.warnings[0] };
  },
};
globalThis.isReady = true;
