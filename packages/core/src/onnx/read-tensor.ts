import { XstarError } from "../errors.js";
import type { Constant } from "../ir/graph.js";
import { elementBytes, size, tensor, type DType, type Tensor } from "../tensor.js";
import { external, type TensorProto } from "./schema.js";
import { dtypeOf, nameOfType } from "./model.js";

/** What helps with a type of elements that xstar does not handle. */
export const typeHint = { hint: "Export the model in float32 or float16, or with weights of 8 bits" };

/** A constant as a file holds it: a view of the bytes, or where they lie. Throws `bad-model` and `unsupported-model`. */
export function readTensor(proto: TensorProto): Constant {
  const dtype = dtypeOf(proto.dataType);
  if (!dtype) {
    throw new XstarError(
      "unsupported-model",
      `Constant "${proto.name}" has ${nameOfType(proto.dataType)}, which xstar does not handle`,
      typeHint,
    );
  }
  const shape = proto.dims.map(Number);
  if (shape.some((dim) => dim < 0 || !Number.isSafeInteger(dim)) || !Number.isSafeInteger(size(shape))) {
    throw new XstarError("bad-model", `Constant "${proto.name}" has the impossible shape [${shape}]`);
  }
  if (proto.dataLocation === external) return { dtype, shape, source: readLocation(proto, dtype, shape) };
  if (dtype === "string") {
    const text = new TextDecoder();
    checkCount(proto, proto.stringData.length);
    return { dtype, shape, source: { strings: proto.stringData.map((s) => text.decode(s)) } };
  }
  if (proto.rawData.length > 0 || size(shape) === 0)
    return sized(proto.name, { dtype, shape, source: { bytes: proto.rawData } });
  return readTyped(proto, dtype, shape);
}

function sized(name: string, constant: Constant): Constant {
  const wanted = size(constant.shape) * elementBytes[constant.dtype]!;
  const held = "bytes" in constant.source ? constant.source.bytes.byteLength : wanted;
  if (held === wanted) return constant;
  throw new XstarError(
    "bad-model",
    `Constant "${name}" of shape [${constant.shape}] needs ${wanted} bytes of ${constant.dtype} but has ${held}`,
  );
}

function checkCount({ name, dims }: TensorProto, count: number): void {
  const wanted = size(dims.map(Number));
  if (count === wanted) return;
  throw new XstarError(
    "bad-model",
    `Constant "${name}" of shape [${dims}] holds ${count} elements instead of ${wanted}`,
  );
}

/** Elements kept in the typed fields of the message instead of raw bytes. */
function readTyped(proto: TensorProto, dtype: Exclude<DType, "string">, shape: readonly number[]): Constant {
  const wide =
    dtype === "int64" ? proto.int64Data : dtype === "uint64" || dtype === "uint32" ? proto.uint64Data : undefined;
  const plain = dtype === "float32" ? proto.floatData : dtype === "float64" ? proto.doubleData : proto.int32Data;
  checkCount(proto, (wide ?? plain).length);
  if (wide && dtype !== "uint32") {
    const data = dtype === "int64" ? BigInt64Array.from(wide) : BigUint64Array.from(wide);
    return inMemory({ dtype, shape, data });
  }
  if (dtype === "float16") return inMemory({ dtype, shape, data: Uint16Array.from(plain) });
  return inMemory(tensor(dtype, wide ? wide.map(Number) : plain, shape));
}

export function inMemory(t: Tensor): Constant {
  const data = t.data as Exclude<Tensor["data"], readonly string[]>;
  return {
    dtype: t.dtype,
    shape: t.shape,
    source: { bytes: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) },
  };
}

function readLocation(proto: TensorProto, dtype: DType, shape: readonly number[]): Constant["source"] {
  const entries = new Map(proto.externalData.map(({ key, value }) => [key, value]));
  const location = entries.get("location");
  const bytes = elementBytes[dtype];
  if (!location || bytes === undefined)
    throw new XstarError("bad-model", `Constant "${proto.name}" does not say in which file its data lies`);
  const offset = Number(entries.get("offset") ?? 0);
  const length = Number(entries.get("length") ?? size(shape) * bytes);
  if (!Number.isSafeInteger(offset) || offset < 0 || length !== size(shape) * bytes) {
    throw new XstarError(
      "bad-model",
      `Constant "${proto.name}" has an impossible place in file "${location}": offset ${offset}, length ${length}`,
    );
  }
  return { location, offset, length };
}
