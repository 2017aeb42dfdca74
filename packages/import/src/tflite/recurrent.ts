import { XstarError, type Tensor } from "@xstar/core";
import { filled, stacked } from "../build/arrays.js";
import { tensorOf } from "../build/builder.js";
import type { Symbolic } from "../build/symbolic.js";
import { squeeze, transpose } from "../ops/shapes.js";
import type { EmitOperator } from "./row.js";

/** ONNX's order of the gates (input, output, forget, cell), by their places in TFLite. */
const gates = [0, 3, 1, 2];

/** A layer of LSTM cells over all steps: [batch, time, units]. */
export const sequenceLstm: EmitOperator = (b, given, { options, name }) => {
  const inputs: readonly (Symbolic | undefined)[] = given;
  const isPlain =
    [9, 10, 11, 16, 17, 20, 21, 22, 23].every((place) => inputs[place] === undefined) && inputs[1] !== undefined;
  if (!isPlain || options.byte(0) !== 4)
    throw new XstarError(
      "unsupported-model",
      `Operator "${name}" is an LSTM with peepholes, a projection or normalization, which is not supported`,
    );
  const read = (place: number): Tensor => {
    const held = inputs[place] && tensorOf(inputs[place]);
    if (held) return held;
    throw new XstarError(
      "unsupported-model",
      `Operator "${name}" is an LSTM whose weights are computed, which is not supported`,
    );
  };
  const joined = (from: number) => stacked(gates.map((gate) => read(from + gate)));
  const one = (t: Tensor) => b.constant({ ...t, shape: [1, ...t.shape] }, "weights");
  const bias = joined(12);
  const units = bias.shape[0]! / 4;
  const isTimeFirst = options.flag(3);
  const x = isTimeFirst ? inputs[0]! : transpose(b, inputs[0]!, [1, 0, 2]);
  const both = stacked([bias, filled([4 * units], 0)]);
  const dims = [x.dims[0], 1, x.dims[1], units];
  const [steps] = b.emitMany("LSTM", [b.last(x), one(joined(1)), one(joined(5)), one(both)], [{ dims }], {
    hidden_size: units,
  });
  const sequence = squeeze(b, steps!, [1]);
  return isTimeFirst ? sequence : transpose(b, sequence, [1, 0, 2]);
};
