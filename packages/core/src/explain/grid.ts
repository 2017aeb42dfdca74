import type { Value } from "../ir/graph.js";
import type { Ops } from "../ir/ops/index.js";
import type { Arrangement } from "../forward/arrange.js";
import type { Shape } from "../tensor.js";

/** How tokens lie in a picture: rows of them, behind some that stand for no place. */
export interface Grid {
  readonly height: number;
  readonly width: number;
  /** Tokens before the first place: those of the class, of distillation, registers. */
  readonly extra: number;
}

/** Tokens that may stand for no place. */
const mostExtra = 8;

/** The grid of the form of a picture that so many tokens make; undefined where they make none. */
export function gridOf(tokens: number, [height, width]: readonly [number, number]): Grid | undefined {
  for (let extra = 0; extra <= mostExtra && tokens - extra > 1; extra++) {
    const count = tokens - extra;
    const rows = Math.round(Math.sqrt((count * height) / width));
    const columns = count / rows;
    if (rows < 2 || !Number.isInteger(columns)) continue;
    // patches are about square
    const ratio = (rows * width) / (columns * height);
    if (ratio > 0.8 && ratio < 1.25) return { height: rows, width: columns, extra };
  }
  return undefined;
}

/** Where the places of a layer lie: its own two axes, or tokens. Undefined for a layer without places. */
export function placesOf(
  shape: Shape,
  { units }: Pick<Arrangement, "units">,
  picture: readonly [number, number],
): Grid | undefined {
  if (units === undefined) return undefined;
  const [first, second, ...more] = shape.filter((_, i) => i !== 0 && i !== units);
  if (first === undefined || more.length > 0) return undefined;
  if (second !== undefined) {
    const ratio = (first * picture[1]) / (second * picture[0]);
    // axes of heads and tokens do not lie as the picture does
    return first * second > 1 && ratio > 0.4 && ratio < 2.5 ? { height: first, width: second, extra: 0 } : undefined;
  }
  return gridOf(first, picture);
}

/** A layer [n, ...] with its places as planes: [n, units, height, width]. */
export function asPlanes(op: Ops, x: Value, units: number, { height, width, extra }: Grid): Value {
  const rest = x.shape.map((_, i) => i).filter((i) => i !== 0 && i !== units);
  const first = op.transpose(x, [0, units, ...rest]);
  const places = rest.length === 1 ? op.sliceAxis(first, 2, extra, first.shape[2]!) : first;
  return op.reshape(places, [x.shape[0]!, x.shape[units]!, height, width]);
}
