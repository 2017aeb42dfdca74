/** ONNX Runtime alone, with one thread: plain-runs.js MODEL RUNS LAYER. Says "ready", runs when it is told to, and says "done". */
import { once } from "node:events";
import { loadModel, nodeRuntime, probe, tensor } from "xstar";

const [file = "", runs = "1", layer = ""] = process.argv.slice(2);
const model = await loadModel(file, { runtime: nodeRuntime({ threads: 1 }) });
const { shape, run } = await probe(model, {}, (look) => ({ last: look.layer(layer) }));
const input = tensor("float32", new Float32Array(shape.reduce((a, b) => a * b)).fill(0.5), shape);
await run(input);
process.send?.("ready");
await once(process, "message");
for (let i = 0; i < Number(runs); i++) await run(input);
process.send?.("done");
process.exit(0);
