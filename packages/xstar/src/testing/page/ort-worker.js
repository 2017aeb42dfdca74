/** Runs the steps of a worker that climbs. */
import { serveRuntime, startWebRuntime } from "xstar";

const started = import("onnxruntime-web/wasm").then((ort) => startWebRuntime(ort));
serveRuntime(started, self);
