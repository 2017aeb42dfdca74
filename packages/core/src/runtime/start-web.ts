import { XstarError } from "../errors.js";
import { Graph, Node, Value } from "../ir/graph.js";
import { writeModel } from "../onnx/write.js";
import { tensor } from "../tensor.js";
import type { Ort } from "./ort.js";
import { fromOrt, type RuntimeOptions } from "./from-ort.js";
import type { Runtime } from "./runtime.js";

/** How onnxruntime-web runs graphs in this page. */
export interface WebRuntimeOptions extends Omit<RuntimeOptions, "provider" | "spinning"> {
  /** `auto` takes WebGPU where it is there. @default "wasm" */
  readonly provider?: "wasm" | "webgpu" | "auto";
}

/** A runtime that has run, and what it does without. */
export interface WebRuntime extends Runtime {
  /** What was asked for and is not there, with the reason, in sentences. */
  readonly notes: readonly string[];
}

/**
 * The runtime of onnxruntime-web, when it has run a graph of one node: its name and its threads are what they are in this page. Throws
 * `runtime-failure`, in a sentence, where the page cannot run it.
 *
 * @example
 * const runtime = await startWebRuntime(await import("onnxruntime-web/wasm"), { threads: 2 });
 * const model = openModel(bytes, { runtime });
 */
export async function startWebRuntime(ort: Ort, options: WebRuntimeOptions = {}): Promise<WebRuntime> {
  const { provider = "wasm", threads = 1, strict = false } = options;
  requireWebAssembly();
  const notes: string[] = [];
  const start = async (given: RuntimeOptions) => {
    const runtime = fromOrt(ort, { threads, ...given });
    await tryOut(runtime);
    if (threads > runtime.threads) notes.push(`${runtime.threads} thread: ${whyOneThread()}`);
    return Object.defineProperties({}, { ...Object.getOwnPropertyDescriptors(runtime), notes: { value: notes } });
  };
  if (provider !== "wasm") {
    const missing = await withoutWebGpu();
    if (!missing) {
      try {
        return (await start({ provider: "webgpu", strict })) as WebRuntime;
      } catch (error) {
        if (provider === "webgpu") throw error;
        notes.push(`WebGPU is not used: ${(error as Error).message}`);
      }
    } else if (provider === "webgpu") {
      throw new XstarError("runtime-failure", missing, { hint: "Take the provider wasm, or auto" });
    } else notes.push(missing);
  }
  return (await start({ provider: "wasm" })) as WebRuntime;
}

interface Page {
  readonly WebAssembly?: { validate(bytes: Uint8Array): boolean };
  readonly isSecureContext?: boolean;
  readonly crossOriginIsolated?: boolean;
  readonly SharedArrayBuffer?: unknown;
  readonly navigator?: { readonly gpu?: { requestAdapter(): Promise<unknown> } };
}

const page = () => globalThis as Page;

/** A program of one function that makes a vector. */
const vectors = [0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 8, 1, 6, 0, 65, 0, 253, 15, 11];

function requireWebAssembly(): void {
  const { WebAssembly } = page();
  const hint = "Take a current version of Chrome, Edge, Firefox or Safari";
  if (!WebAssembly) throw new XstarError("runtime-failure", "This browser has no WebAssembly", { hint });
  if (!WebAssembly.validate(new Uint8Array(vectors)))
    throw new XstarError("runtime-failure", "This browser's WebAssembly has no SIMD", { hint });
}

function whyOneThread(): string {
  const { crossOriginIsolated, SharedArrayBuffer } = page();
  if (crossOriginIsolated === false) return "this page is not cross-origin isolated";
  return SharedArrayBuffer ? "ONNX Runtime had started with one" : "this browser has no SharedArrayBuffer";
}

/** Why there is no WebGPU; undefined where there is. */
async function withoutWebGpu(): Promise<string | undefined> {
  const { navigator, isSecureContext } = page();
  if (isSecureContext === false) return "WebGPU is only there for pages from https or localhost";
  if (!navigator?.gpu) return "This browser has no WebGPU";
  const adapter = await navigator.gpu.requestAdapter().catch(() => null);
  return adapter ? undefined : "This browser's WebGPU finds no graphics processor";
}

/** Runs a graph of one node. */
async function tryOut(runtime: Runtime): Promise<void> {
  const graph = new Graph("start");
  const x = graph.input("x", { dtype: "float32", shape: [1] });
  const y = new Value("y", x.type);
  graph.append(new Node("Neg", [x], [y]));
  graph.output(y);
  try {
    const session = await runtime.open(writeModel(graph, { opsets: new Map([["", 20]]) }));
    await session.run({ x: tensor("float32", [1]) });
    await session.release();
  } catch (cause) {
    const reason = (cause as Error).message;
    throw new XstarError("runtime-failure", `ONNX Runtime does not start in this page: ${reason}`, {
      hint: hintFor(reason),
      cause,
    });
  }
}

function hintFor(reason: string): string {
  if (/Content Security Policy|unsafe-eval|CompileError/.test(reason))
    return "The page's content security policy needs 'wasm-unsafe-eval' in script-src";
  if (/backend not found/.test(reason)) return "For WebGPU import onnxruntime-web/webgpu, which has wasm too";
  return "See that the server sends ONNX Runtime's .wasm file, as application/wasm";
}
