import { keepSessions, startWebRuntime, XstarError, type KeepingRuntime, type Ort, type Runtime } from "@xstar/core";
import type { EngineFacts, EngineWish } from "./protocol.js";
import { readWithProgress, type Progress } from "./read.js";

/** More hardly help networks of this size. */
const mostThreads = 4;

interface Started {
  readonly runtime: KeepingRuntime;
  readonly facts: EngineFacts;
}

let started: Promise<Started> | undefined;

/** ONNX Runtime, fetched once; a worker has one backend for its whole life. */
export function startOrt(
  wish: EngineWish = {},
  onProgress: Progress = () => undefined,
  onLeft: (why: string) => void = () => undefined,
): Promise<Started> {
  started ??= start(wish, onProgress, onLeft).catch((error: unknown) => {
    started = undefined;
    throw error;
  });
  return started;
}

export const runtimeOf = async (): Promise<Runtime> => (await startOrt()).runtime;

async function start(
  { backend = "wasm", threads: wished }: EngineWish,
  onProgress: Progress,
  onLeft: (why: string) => void,
): Promise<Started> {
  const cores = navigator.hardwareConcurrency || 1;
  const usual = globalThis.crossOriginIsolated ? Math.min(mostThreads, Math.max(1, cores - 1)) : cores;
  const threads = wished ?? usual;
  // a chunk of its own: its threads load it too, and would run this worker otherwise
  const { ort, address } = backend === "webgpu" ? await webgpu() : await wasm();
  ort.env.logLevel = "error";
  ort.env.wasm.wasmBinary = (await readWithProgress(address, onProgress)).buffer;
  try {
    const runtime = await startWebRuntime(ort as unknown as Ort, { provider: backend, threads });
    const facts = { backend, threads: runtime.threads, whyNotMore: whyNotMore(runtime.threads, cores) };
    return { runtime: keepSessions(backend === "webgpu" ? telling(runtime, onLeft) : runtime), facts };
  } catch (error) {
    // what was there before is better than nothing, and the page says so
    if (backend !== "webgpu" || !XstarError.is(error)) throw error;
    throw new XstarError(error.code, error.message, { hint: "Take WebAssembly instead", cause: error });
  }
}

/** A runtime that says when a run of its device failed, after which what asked for the run goes on beside it. */
const telling = (runtime: Runtime, onLeft: (why: string) => void): Runtime => ({
  ...runtime,
  async open(...args) {
    const session = await runtime.open(...args);
    return {
      ...session,
      run: (...given) =>
        session.run(...given).catch((error: Error) => {
          onLeft(error.message);
          throw error;
        }),
    };
  },
});

async function wasm() {
  const [ort, { default: address }] = await Promise.all([
    import("onnxruntime-web/wasm"),
    import("onnxruntime-web/ort-wasm-simd-threaded.wasm?url"),
  ]);
  return { ort, address };
}

async function webgpu() {
  const [ort, { default: address }] = await Promise.all([
    import("onnxruntime-web/webgpu"),
    import("onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm?url"),
  ]);
  return { ort, address };
}

function whyNotMore(threads: number, cores: number): string | undefined {
  if (!globalThis.crossOriginIsolated)
    return "The server of this page does not isolate it (headers COOP and COEP), and browsers share memory between threads only then. “xstar studio” serves it with these headers.";
  if (threads >= cores) return undefined;
  const reason = threads >= mostThreads ? "more hardly help networks of this size" : "the page needs one itself";
  return `Of ${cores} cores ${threads} ${threads === 1 ? "is" : "are"} used: ${reason}.`;
}
