import { XstarError } from "../errors.js";
import type { Lowering } from "../ir/ops/index.js";
import { floatTypes, type DType, type Shape, type Tensor } from "../tensor.js";
import type { Ort, OrtPort, OrtSession, OrtSettings, OrtTensor } from "./ort.js";

/** What runs ONNX graphs. The caller chooses it; nothing else in xstar knows ONNX Runtime. */
export interface Runtime {
  /** `cpu`, `wasm` or `webgpu`, with the version of ONNX Runtime: goes into records. */
  readonly name: string;
  readonly lowering: Lowering;
  /** Threads of one run, as they are in truth. */
  readonly threads: number;
  /** Opens a graph. Throws `runtime-failure` when ONNX Runtime refuses it. */
  open(model: Uint8Array, options?: OpenOptions): Promise<Session>;
}

export interface OpenOptions {
  /** Bytes of the files that the graph points to as external data, by location. */
  readonly files?: ReadonlyMap<string, Uint8Array>;
  /** How much ONNX Runtime rewrites the graph; `disabled` opens fastest. */
  readonly optimization?: "disabled" | "all";
}

/** A value as ONNX Runtime sees it; undefined dimensions are free. */
export interface Port {
  readonly name: string;
  /** Undefined when it is no tensor, or of a type that xstar does not handle. */
  readonly dtype: DType | undefined;
  readonly dims: readonly (number | undefined)[];
}

/** A graph that is open for running. Release it when done. */
export interface Session {
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
  /**
   * Runs the graph once; gives the named outputs, or all. Outputs that `into` has a tensor for are written into it, which
   * saves allocating large ones again at every step.
   */
  run(
    feeds: Readonly<Record<string, Tensor>>,
    outputs?: readonly string[],
    into?: Readonly<Record<string, Tensor>>,
  ): Promise<Record<string, Tensor>>;
  release(): Promise<void>;
}

/** How ONNX Runtime runs graphs. */
export interface RuntimeOptions {
  /** Execution provider. @default "cpu", and "wasm" for onnxruntime-web */
  readonly provider?: "cpu" | "wasm" | "webgpu";
  /**
   * Threads of one run; 1 is best for small networks and for many sessions at once. onnxruntime-web takes them once for all its
   * sessions, and only in pages that are cross-origin isolated. @default 1
   */
  readonly threads?: number;
  /** Let idle threads spin between runs too, not only between operators: up to twice as slow on a busy machine. @default false */
  readonly spinning?: boolean;
  /** Refuse graphs of which a part would silently run on the CPU. */
  readonly strict?: boolean;
}

/** Microseconds that a thread without work waits for the next operator before it sleeps: to wake it takes as long. */
const pause = 20;

/**
 * A runtime from an ONNX Runtime package.
 *
 * @example
 * const model = openModel(bytes, { runtime: fromOrt(ort, { provider: "webgpu" }) });
 */
export function fromOrt(ort: Ort, options: RuntimeOptions = {}): Runtime {
  const { versions } = ort.env;
  const isWeb = versions.node === undefined && versions.web !== undefined;
  const { provider = isWeb ? "wasm" : "cpu", threads: wanted = 1, spinning = false, strict = false } = options;
  // the web's module settles its threads when it starts
  if (isWeb && ort.env.wasm.numThreads === undefined) ort.env.wasm.numThreads = wanted;
  const threads = isWeb ? (ort.env.wasm.numThreads ?? 1) : wanted;
  const version = versions.node ?? versions.web ?? versions.common;
  const inTurn = isWeb ? queueOf(ort) : <T>(work: () => Promise<T>) => work();
  return {
    name: `${provider} ${version} ${threads}t`,
    lowering: provider === "webgpu" ? "webgpu" : "cpu",
    threads,
    async open(model, { files, optimization = "all" } = {}) {
      const settings: OrtSettings = {
        executionProviders: [provider],
        graphOptimizationLevel: optimization,
        intraOpNumThreads: threads,
        logSeverityLevel: 4,
        extra: {
          session: {
            intra_op: { allow_spinning: "1", ...(!spinning && { spin_duration_us: String(pause) }) },
            ...(strict && { disable_cpu_ep_fallback: "1" }),
          },
        },
      };
      if (files && files.size > 0) settings.externalData = [...files].map(([path, data]) => ({ path, data }));
      const create = () => explained(() => ort.InferenceSession.create(model, settings), "open the graph");
      return wrap(ort, await inTurn(create), inTurn);
    },
  };
}

/** Does one piece of work after the other. */
type InTurn = <T>(work: () => Promise<T>) => Promise<T>;

const queues = new WeakMap<Ort, InTurn>();

/** onnxruntime-web is one module without re-entry: what is created, run and released in it waits for what was before. */
function queueOf(ort: Ort): InTurn {
  const known = queues.get(ort);
  if (known) return known;
  let last: Promise<unknown> = Promise.resolve();
  const inTurn: InTurn = (work) => {
    const mine = last.then(work, work);
    last = mine.catch(() => undefined);
    return mine;
  };
  queues.set(ort, inTurn);
  return inTurn;
}

function wrap(ort: Ort, session: OrtSession, inTurn: InTurn): Session {
  return {
    inputs: session.inputMetadata.map(port),
    outputs: session.outputMetadata.map(port),
    async run(feeds, outputs = session.outputNames, into = {}) {
      const given = Object.fromEntries(Object.entries(feeds).map(([name, t]) => [name, toOrt(ort, t)]));
      const wanted = Object.fromEntries(outputs.map((name) => [name, into[name] ? toOrt(ort, into[name]) : null]));
      const results = await inTurn(() => explained(() => session.run(given, wanted), "run the graph"));
      return Object.fromEntries(Object.entries(results).map(([name, t]) => [name, into[name] ?? fromOrtTensor(t)]));
    },
    release: () => inTurn(() => session.release()),
  };
}

function port(metadata: OrtPort): Port {
  if (!metadata.isTensor) return { name: metadata.name, dtype: undefined, dims: [] };
  const dims = metadata.shape.map((dim) => (typeof dim === "number" && dim >= 0 ? dim : undefined));
  return { name: metadata.name, dtype: known.has(metadata.type) ? (metadata.type as DType) : undefined, dims };
}

const known: ReadonlySet<string> = new Set<DType>([
  ...floatTypes,
  "int8",
  "int16",
  "int32",
  "int64",
  "uint8",
  "uint16",
  "uint32",
  "uint64",
  "bool",
  "string",
]);

/** A tensor goes into ONNX Runtime, and back into the next run, as the object that it was. */
const cache = new WeakMap<Tensor, OrtTensor>();

function toOrt(ort: Ort, t: Tensor): OrtTensor {
  const made = cache.get(t) ?? new ort.Tensor(t.dtype as "float32", t.data as Float32Array, t.shape);
  cache.set(t, made);
  return made;
}

function fromOrtTensor(t: OrtTensor): Tensor {
  const held = t.data as Float32Array;
  // platforms that have a Float16Array give one instead of the bits
  const isHalf = t.type === "float16" && !((held as unknown) instanceof Uint16Array);
  const data = isHalf ? new Uint16Array(held.buffer, held.byteOffset, held.length) : held;
  const result: Tensor = { dtype: t.type as DType, shape: t.dims as Shape, data };
  cache.set(result, t);
  return result;
}

async function explained<T>(work: () => Promise<T>, what: string): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new XstarError("runtime-failure", `ONNX Runtime could not ${what}: ${reason.replace(/\s+/g, " ").trim()}`, {
      cause,
    });
  }
}
