import type { Value } from "../ir/graph.js";
import type { Ops } from "../ir/ops/index.js";
import { floatTypes } from "../tensor.js";

/** How much is read of an axis as long as the input decides: as many boxes as detectors usually give. */
const frameLength = 300;

/**
 * What stands for a layer of floats whose shape is not known before the model runs, as far as it is: of each other axis it
 * has the first elements, and 0 in the place of those that are not there. Anything else stays as it is.
 */
export function frames(op: Ops): (value: Value) => Value {
  const known = new Map<Value, Value>();
  return (value) => {
    const { type, loose } = value;
    if (type || !loose?.dims || !floatTypes.has(loose.dtype)) return value;
    const framed = known.get(value) ?? frame(op, value, loose.dims);
    known.set(value, framed);
    return framed;
  };
}

/** Whether a value stands for one of another shape, which the input decides. */
export const isFramed = ({ node, type }: Value): boolean =>
  node?.opType === "Pad" && type !== undefined && node.inputs[0]!.type === undefined;

function frame(op: Ops, value: Value, dims: readonly (number | undefined)[]): Value {
  const shape = dims.map((dim) => dim ?? frameLength);
  const none = op.ints(shape.map(() => 0));
  const missing = op.sub(op.ints(shape), op.loose("Shape", [value], "int64"));
  const pads = op.loose("Concat", [none, missing], "int64", { axis: 0 });
  return op.emit("Pad", [value, pads], [{ dtype: value.dtype, shape }])[0]!;
}

/** How many layers are read in a frame, in a sentence where there are any. */
export function sayFrames(values: readonly Value[]): string[] {
  const count = values.filter(isFramed).length;
  if (count === 0) return [];
  const layers = count === 1 ? "1 layer is" : `${count} layers are`;
  return [`the input decides how long ${layers}: ${frameLength} places are read, and those that are not there hold 0`];
}
