import { tensor } from "@xstar/core";
import type { Builder } from "../build/builder.js";
import { physicalAxis, type Symbolic } from "../build/symbolic.js";
import { pixelRange } from "./metadata.js";
import { int16, int8, uint8, type TfliteTensor } from "./model.js";

const storage = { [int8]: "int8", [uint8]: "uint8", [int16]: "int16" } as const;

const bounds: Readonly<Record<number, readonly [number, number]>> = {
  [int8]: [-128, 127],
  [uint8]: [0, 255],
  [int16]: [-32768, 32767],
};

/** The nearest fractions that the tensor's whole numbers stand for. */
export function quantize(b: Builder, x: Symbolic, { quantization, type }: TfliteTensor): Symbolic {
  const dtype = storage[type as keyof typeof storage];
  if (!quantization || !dtype) return x;
  const { scale, zero, axis } = quantization;
  const shape = scale.length === 1 ? [] : [scale.length];
  const scales = b.constant(tensor("float32", scale, shape), "scale");
  const zeros = b.constant(tensor(dtype, zero, shape), "zero_point");
  const attributes = scale.length === 1 ? {} : { axis: physicalAxis(x, axis) };
  const whole = b.emit("QuantizeLinear", [x, scales, zeros], { ...x, dtype }, attributes);
  return b.emit("DequantizeLinear", [whole, scales, zeros], x, attributes);
}

/** Whether two tensors stand for fractions in the same way. */
export function isSame(a: TfliteTensor, b: TfliteTensor): boolean {
  return a.type === b.type && JSON.stringify(a.quantization) === JSON.stringify(b.quantization);
}

/** The range that an input's whole numbers stand for, where it is one that pictures have. */
export function rangeOf({ quantization, type }: TfliteTensor): string | undefined {
  const ends = bounds[type];
  if (!quantization || !ends) return undefined;
  const [low, high] = ends.map((q) => (q - quantization.zero[0]!) * quantization.scale[0]!) as [number, number];
  return pixelRange(low, high);
}
