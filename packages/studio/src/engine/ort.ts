import { fromOrt, keepSessions, type Ort, type Runtime } from "@xstar/core";
import wasmAddress from "onnxruntime-web/ort-wasm-simd-threaded.wasm?url";
import type { EngineFacts } from "./protocol.js";
import { readWithProgress, type Progress } from "./read.js";

/** More hardly help networks of this size, and the page itself needs one. */
const mostThreads = 4;

interface Started {
  readonly runtime: Runtime;
  readonly facts: EngineFacts;
}

let started: Promise<Started> | undefined;

/** ONNX Runtime in WebAssembly, fetched once. */
export function startOrt(onProgress: Progress = () => undefined): Promise<Started> {
  started ??= start(onProgress).catch((error: unknown) => {
    started = undefined;
    throw error;
  });
  return started;
}

export const runtimeOf = async (): Promise<Runtime> => (await startOrt()).runtime;

async function start(onProgress: Progress): Promise<Started> {
  // a chunk of its own: its threads load it too, and would run this worker otherwise
  const ort = await import("onnxruntime-web/wasm");
  const isIsolated = globalThis.crossOriginIsolated;
  const cores = navigator.hardwareConcurrency || 1;
  const threads = isIsolated ? Math.min(mostThreads, Math.max(1, cores - 1)) : 1;
  ort.env.logLevel = "error";
  ort.env.wasm.numThreads = threads;
  ort.env.wasm.wasmBinary = (await readWithProgress(wasmAddress, onProgress)).buffer;
  const runtime = keepSessions(fromOrt(ort as unknown as Ort, { provider: "wasm", threads }));
  return { runtime, facts: { backend: "wasm", threads, whyNotMore: whyNotMore(isIsolated, threads, cores) } };
}

function whyNotMore(isIsolated: boolean, threads: number, cores: number): string | undefined {
  if (!isIsolated)
    return "The server of this page does not isolate it (headers COOP and COEP), and browsers share memory between threads only then. “xstar studio” serves it with these headers.";
  if (threads === cores) return undefined;
  const reason = threads === mostThreads ? "more hardly help networks of this size" : "the page needs the other one";
  return `Of ${cores} cores ${threads} ${threads === 1 ? "is" : "are"} used: ${reason}.`;
}
