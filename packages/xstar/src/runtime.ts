import "./no-telemetry.js";
import { createRequire } from "node:module";
import { availableParallelism } from "node:os";
import { fromOrt, XstarError, type Ort, type Runtime, type RuntimeOptions } from "@xstar/core";

/** Threads of ONNX Runtime when nobody says how many: one a core, up to 8. */
export const defaultThreads = Math.min(availableParallelism(), 8);

/**
 * The runtime of this machine: onnxruntime-node on the CPU, with one thread a core unless told otherwise. Throws
 * `runtime-failure` where it cannot be loaded.
 *
 * @example
 * const model = await loadModel("model.onnx", { runtime: nodeRuntime({ threads: 1 }) });
 */
export function nodeRuntime(options: RuntimeOptions = {}): Runtime {
  return fromOrt(loadOrt(), { threads: defaultThreads, ...options });
}

/** Loaded at the first use: its library is large. */
export function loadOrt(load: (name: string) => unknown = createRequire(import.meta.url)): Ort {
  try {
    return load("@xstar/onnxruntime") as Ort;
  } catch (cause) {
    const [problem] = (cause as Error).message.split("\n");
    const machine = `${process.platform} ${process.arch}`;
    throw new XstarError("runtime-failure", `ONNX Runtime cannot be loaded on ${machine}: ${problem}`, {
      hint: "Install it again without its download of CUDA files: ONNXRUNTIME_NODE_INSTALL=skip npm install xstar",
      cause,
    });
  }
}
