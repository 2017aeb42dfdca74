import type { Builder } from "../../build/builder.js";
import { rankOf, toFirst, toLast, type Symbolic } from "../../build/symbolic.js";
import { transpose } from "../../ops/shapes.js";
import type { Settings } from "../op.js";

const isChannelsFirst = (op: Settings) => op.string("data_format", "NHWC").startsWith("NC");

/** `work` on pictures whose channels are at the end, whichever way the operation has them. */
export function channelsLast(b: Builder, x: Symbolic, op: Settings, work: (x: Symbolic) => Symbolic): Symbolic {
  if (!isChannelsFirst(op)) return work(x);
  const y = work(transpose(b, x, toLast(rankOf(x))));
  return transpose(b, y, toFirst(rankOf(y)));
}

/** A setting for the spatial axes, of a list over all axes. */
export function spatial<T>(op: Settings, list: readonly T[]): T[] {
  return isChannelsFirst(op) ? list.slice(2) : list.slice(1, -1);
}
