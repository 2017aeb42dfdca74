import { XstarError } from "../errors.js";
import { floatTypes, numbers, tensor, type DType, type Shape, type Tensor } from "../tensor.js";
import type { Ort, OrtPort, OrtSession, OrtTensor } from "./ort.js";
import type { InTurn } from "./in-turn.js";
import type { Port, Session } from "./runtime.js";

/** What differs between ONNX Runtime's packages. */
export interface Ways {
  readonly inTurn: InTurn;
  /** Whether a run writes into the outputs that it is given: where it does not, they are filled afterwards. */
  readonly writesInto: boolean;
}

/** The web's runs warn by themselves, whatever their session was told. */
const quiet = { logSeverityLevel: 4 } as const;

/** A session of ONNX Runtime as xstar sees it. */
export function sessionOf(ort: Ort, session: OrtSession, { inTurn, writesInto }: Ways): Session {
  const inputs = session.inputMetadata.map(port);
  const narrow = new Set(inputs.filter(({ dtype }) => dtype === "int32").map(({ name }) => name));
  return {
    inputs,
    outputs: session.outputMetadata.map(port),
    async run(feeds, outputs = session.outputNames, into = {}) {
      const given = Object.fromEntries(
        Object.entries(feeds).map(([name, t]) => [name, toOrt(ort, fit(t, narrow.has(name)))]),
      );
      const wanted = Object.fromEntries(
        outputs.map((name) => [name, writesInto && into[name] ? toOrt(ort, into[name]) : null]),
      );
      const results = await inTurn(() => explained(() => session.run(given, wanted, quiet), "run the graph"));
      return Object.fromEntries(
        Object.entries(results).map(([name, t]) => {
          const target = into[name];
          if (target && !writesInto) (target.data as Float32Array).set(fromOrtTensor(t).data as Float32Array);
          return [name, target ?? fromOrtTensor(t)];
        }),
      );
    },
    release: () => inTurn(() => session.release()),
  };
}

/** Whole numbers of 64 bits as ones of 32, where a graph for a device takes those. */
const fit = (t: Tensor, isNarrow: boolean) =>
  isNarrow && t.dtype === "int64" ? tensor("int32", numbers(t), t.shape) : t;

/** What onnxruntime-web makes of a dimension that is not known, which is -1. */
const unknownDimension = 2 ** 32 - 1;

function port(metadata: OrtPort): Port {
  if (!metadata.isTensor) return { name: metadata.name, dtype: undefined, dims: [] };
  const isKnown = (dim: number | string): dim is number =>
    typeof dim === "number" && dim >= 0 && dim < unknownDimension;
  const dims = metadata.shape.map((dim) => (isKnown(dim) ? dim : undefined));
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

export async function explained<T>(work: () => Promise<T>, what: string): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new XstarError("runtime-failure", `ONNX Runtime could not ${what}: ${reason.replace(/\s+/g, " ").trim()}`, {
      cause,
    });
  }
}
