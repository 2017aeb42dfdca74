import { queueOf } from "./in-turn.js";
import { explained, sessionOf } from "./ort-session.js";
import type { KeptGraph, KeptGraphs } from "./kept-graphs.js";
import type { Ort, OrtSession, OrtSettings } from "./ort.js";
import type { Device } from "./lost-device.js";
import type { Runtime } from "./runtime.js";

/** An execution provider of ONNX Runtime. */
export type Provider = "cpu" | "wasm" | "webgpu" | "cuda" | "coreml" | "dml";

/** How ONNX Runtime runs graphs. */
export interface RuntimeOptions {
  /** Execution provider. @default "cpu", and "wasm" for onnxruntime-web */
  readonly provider?: Provider;
  /**
   * Threads of one run; 1 is best for small networks and for many sessions at once. onnxruntime-web takes them once for all its
   * sessions, and only in pages that are cross-origin isolated. @default 1
   */
  readonly threads?: number;
  /** Let idle threads spin between runs too, not only between operators: up to twice as slow on a busy machine. @default false */
  readonly spinning?: boolean;
  /** Refuse graphs of which a part would silently run on the CPU. */
  readonly strict?: boolean;
  /** Where the processor's optimized graphs of ascents are kept, which open sooner. @default nowhere */
  readonly kept?: KeptGraphs | undefined;
  /** How the names of the files begin in which ONNX Runtime writes, for each graph of an ascent, where its time went. @default none */
  readonly profile?: string | undefined;
}

/** Microseconds that a thread without work waits for the next operator before it sleeps: to wake it takes as long. */
const pause = 20;

/**
 * A runtime from an ONNX Runtime package. In a browser `startWebRuntime` checks first what is there.
 *
 * @example
 * const model = openModel(bytes, { runtime: fromOrt(ort, { provider: "webgpu" }) });
 */
export function fromOrt(ort: Ort, options: RuntimeOptions = {}): Runtime {
  const isWeb = isWebOrt(ort);
  const own = isWeb ? "wasm" : "cpu";
  const { provider = own, threads: wanted = 1, spinning = false, strict = false, kept, profile } = options;
  // what a session is told does not silence what the module says of it
  if (ort.env.logLevel === "warning") ort.env.logLevel = "error";
  if (isWeb) settleThreads(ort, wanted);
  const threads = () => (isWeb ? (ort.env.wasm.numThreads ?? 1) : wanted);
  const { versions } = ort.env;
  const version = versions.node ?? versions.web ?? versions.common;
  const ways = {
    inTurn: isWeb ? queueOf(ort) : <T>(work: () => Promise<T>) => work(),
    writesInto: !isWeb,
  };
  const name = () => `${provider} ${version} ${threads()}t`;
  return {
    // the web's module says when it has started how many threads it has
    get name() {
      return name();
    },
    get threads() {
      return threads();
    },
    lowering: provider === own ? "cpu" : "webgpu",
    ...(provider !== own && { host: fromOrt(ort, { ...options, provider: own, strict: false }) }),
    async open(model, { files = new Map(), optimization = "all", isRepeated = false } = {}) {
      const settings: OrtSettings = {
        executionProviders: [provider],
        graphOptimizationLevel: optimization,
        intraOpNumThreads: threads(),
        logSeverityLevel: 4,
        extra: {
          session: {
            intra_op: { allow_spinning: "1", ...(!spinning && { spin_duration_us: String(pause) }) },
            ...(strict && { disable_cpu_ep_fallback: "1" }),
          },
        },
      };
      if (files.size > 0) settings.externalData = [...files].map(([path, data]) => ({ path, data }));
      if (isRepeated && profile !== undefined)
        Object.assign(settings, { enableProfiling: true, profileFilePrefix: profile });
      const entry = isRepeated && provider === "cpu" ? kept?.entry(name(), model, files) : undefined;
      const create = async () =>
        (entry && (await openKept(ort, entry, model, settings))) ??
        explained(() => ort.InferenceSession.create(model, settings), "open the graph");
      const session = sessionOf(ort, await ways.inTurn(create), ways);
      const device = (isWeb && provider === "webgpu" ? await ort.env.webgpu?.device : undefined) as Device | undefined;
      return device ? (await import("./lost-device.js")).failingWith(device, session) : session;
    },
  };
}

/** Opens a graph as it was optimized before, or keeps what is made of it now; undefined where neither can be done. */
async function openKept(
  ort: Ort,
  entry: KeptGraph,
  model: Uint8Array,
  settings: OrtSettings,
): Promise<OrtSession | undefined> {
  const optimized = await entry.read();
  if (optimized) {
    const { externalData: _, ...own } = settings;
    const asItIs: OrtSettings = { ...own, graphOptimizationLevel: "disabled" };
    const session = await ort.InferenceSession.create(optimized, asItIs).catch(() => undefined);
    if (session) return session;
    await entry.drop();
  }
  const place = await entry.place();
  if (place === undefined) return undefined;
  const session = await ort.InferenceSession.create(model, { ...settings, optimizedModelFilePath: place }).catch(
    () => undefined,
  );
  // while the steps go on
  if (session) void entry.written();
  else await entry.drop();
  return session;
}

const isWebOrt = ({ env: { versions } }: Ort): boolean => versions.node === undefined && versions.web !== undefined;

/** The web's module takes its threads when it starts, for all sessions. */
function settleThreads({ env }: Ort, threads: number): void {
  const { crossOriginIsolated = true } = globalThis as { readonly crossOriginIsolated?: boolean };
  env.wasm.numThreads ??= crossOriginIsolated ? threads : 1;
}
