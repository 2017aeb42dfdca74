import { tensor } from "@xstar/core";
import type { Builder } from "../../build/builder.js";
import type { Symbolic } from "../../build/symbolic.js";
import { binary, cast, where } from "../../ops/elementwise.js";
import { unsqueeze } from "../../ops/shapes.js";

/** The steps that count, brought to the front in their order: what a recurrent layer of ONNX can leave the others out of. */
export interface Compacted {
  /** [batch, time, ...] */
  readonly x: Symbolic;
  /** How many steps count, [batch]. */
  readonly lengths: Symbolic;
  /** Brings [batch, time, units] back to where the steps were; between them stands what was last seen, or zeros. */
  spread(steps: Symbolic, isReverse: boolean, isZeroBetween: boolean): Symbolic;
}

/** `mask`, [batch, time], says which steps count. */
export function compacted(b: Builder, x: Symbolic, mask: Symbolic): Compacted {
  const whole = cast(b, mask, "int64");
  const axis = b.constant(tensor("int64", [1], []), "time");
  const sum = (one: Symbolic) => b.emit("CumSum", [one, axis], one);
  // places from 1 on; those that count come before all others
  const places = sum(binary(b, "Add", binary(b, "Mul", whole, 0), 1));
  const seen = sum(whole);
  const time = b.emit("Shape", [mask], { dims: [1], dtype: "int64" }, { start: 1, end: 2 });
  const ranks = binary(b, "Sub", binary(b, "Mul", whole, beyond), places);
  const order = b.emitMany("TopK", [ranks, time], [ranks, ranks], { axis: 1 })[1]!;
  const total = b.emit("ReduceSum", [whole, b.ints([1])], { dims: [mask.dims[0], 1], dtype: "int64" }, { keepdims: 1 });
  return {
    x: pick(b, x, order),
    lengths: cast(b, b.emit("Squeeze", [total, b.ints([1])], { dims: [mask.dims[0]], dtype: "int64" }), "int32"),
    spread(steps, isReverse, isZeroBetween) {
      const at = isReverse ? binary(b, "Sub", seen, whole) : binary(b, "Sub", seen, 1);
      const last = binary(b, "Max", binary(b, "Min", at, binary(b, "Sub", total, 1)), 0);
      const shown = isZeroBetween ? mask : isReverse ? binary(b, "Less", at, total) : binary(b, "Greater", seen, 0);
      return where(b, unsqueeze(b, shown, [2]), pick(b, steps, last), b.scalar(0));
    },
  };
}

/** More steps than any sequence has. */
const beyond = 2 ** 31;

/** Of each row of the batch its steps at these places, [batch, time]. */
function pick(b: Builder, x: Symbolic, places: Symbolic): Symbolic {
  return b.emit(
    "GatherND",
    [b.last(x), unsqueeze(b, places, [2])],
    { dims: x.dims, dtype: x.dtype },
    { batch_dims: 1 },
  );
}
