import "./no-telemetry.js";
import { availableParallelism } from "node:os";
import { fromOrt, type Runtime, type RuntimeOptions } from "@xstar/core";
import ort from "onnxruntime-node";

/** Threads of ONNX Runtime when nobody says how many: one a core, up to 8. */
export const defaultThreads = Math.min(availableParallelism(), 8);

/** The runtime of this machine: onnxruntime-node on the CPU, with one thread a core unless told otherwise. */
export function nodeRuntime(options: RuntimeOptions = {}): Runtime {
  return fromOrt(ort, { threads: defaultThreads, ...options });
}
