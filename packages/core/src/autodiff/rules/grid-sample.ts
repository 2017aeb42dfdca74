import type { Node, Value } from "../../ir/graph.js";
import type { Ops } from "../../ir/ops/index.js";
import { size, tensor } from "../../tensor.js";
import type { VjpRule, VjpRules } from "../vjp.js";
import { addAt } from "./add-at.js";

/** One of the elements that a point reads along one axis. */
interface Tap {
  /** Its index inside the axis, float. */
  readonly place: Value;
  /** Its share, and the derivative of that by the point's position; both 0 where it lies in zero padding. */
  readonly weight: Value;
  readonly slope: Value | undefined;
}

/** The transposed reads: every point adds its shares of g to the elements that it was read from. */
const gridSample: VjpRule = (g, { op, node, inputs, needs }) => {
  const [x, grid] = inputs as [Value, Value];
  const [n, c, ...dims] = x.shape as [number, number, ...number[]];
  const points = grid.shape.slice(1, -1);
  const k = dims.length;
  const count = n * size(points);
  // the grid's last axis has the coordinates of the last axis of x first
  const taps = dims.map((length, i) => tapsOf(op, node, op.gather(grid, op.scalar(k - 1 - i, "int64"), -1), length));
  const combinations = taps.reduce<Tap[][]>(
    (known, own) => known.flatMap((one) => own.map((tap) => [...one, tap])),
    [[]],
  );
  const placeOf = (combination: readonly Tap[]) =>
    op.cast(op.reshape(flatPlaces(op, combination, n, dims), [count]), "int64");
  const byChannel = (value: Value, length: number) =>
    op.reshape(op.transpose(value, [1, 0, ...value.shape.slice(2).map((_, i) => i + 2)]), [c, length]);
  const arriving = byChannel(g, count);

  const spread = () => {
    const share = (combination: readonly Tap[]) =>
      op.reshape(
        combination.map(({ weight }) => weight).reduce((a, b) => op.mul(a, b)),
        [1, count],
      );
    const places = op.concat(combinations.map(placeOf), 0);
    const updates = op.concat(
      combinations.map((one) => op.mul(arriving, share(one))),
      1,
    );
    const total = combinations.length * count;
    const sum = addAt(op, op.reshape(updates, [c, total, 1]), op.reshape(places, [1, total, 1]), n * size(dims));
    const order = [1, 0, ...dims.map((_, i) => i + 2)];
    return op.transpose(op.reshape(sum, [c, n, ...dims]), order);
  };
  const byPosition = () => {
    const pixels = byChannel(x, n * size(dims));
    const products = combinations.map((one) =>
      op.reshape(op.reduceSum(op.mul(arriving, op.gather(pixels, placeOf(one), 1)), [0]), [n, ...points]),
    );
    const slopes = dims.map((_, axis) => {
      const terms = combinations.flatMap((one, at) => {
        const factors = one.map(({ weight, slope }, i) => (i === axis ? slope : weight));
        return factors.every((factor) => factor !== undefined)
          ? [factors.reduce((a, b) => op.mul(a, b), products[at]!)]
          : [];
      });
      return op.unsqueeze(terms.length > 0 ? op.sum(terms) : op.fill([n, ...points], 0, g.dtype), [-1]);
    });
    return op.concat(slopes.toReversed(), -1);
  };
  return [needs(0) ? spread() : null, needs(1) ? byPosition() : null];
};

/** The row of [N * spatial, C] that holds the elements at these places. */
function flatPlaces(op: Ops, taps: readonly Tap[], n: number, dims: readonly number[]): Value {
  const within = taps.map(({ place }) => place).reduce((sum, place, i) => op.add(op.mul(sum, dims[i]!), place));
  if (n === 1) return within;
  const starts = Array.from({ length: n }, (_, i) => i * size(dims));
  const shape = [n, ...within.shape.slice(1).map(() => 1)];
  return op.add(within, op.cast(op.constant(tensor("float32", starts, shape), "starts"), within.dtype));
}

/** What a coordinate in [-1, 1] reads along an axis of `length` elements. */
function tapsOf(op: Ops, node: Node, coordinate: Value, length: number): Tap[] {
  const mode = node.string("mode", "linear");
  const aligned = node.int("align_corners", 0) === 1;
  const factor = aligned ? (length - 1) / 2 : length / 2;
  const position = op.add(op.mul(coordinate, factor), aligned ? factor : factor - 0.5);
  const padding = node.string("padding_mode", "zeros");
  const read = (place: Value, weight: Value, slope: Value | undefined): Tap => {
    if (padding === "reflection") return { place: reflect(op, place, length, aligned), weight, slope };
    const inside = op.clip(place, 0, length - 1);
    if (padding === "border") return { place: inside, weight, slope };
    const there = op.cast(op.equal(inside, place), place.dtype);
    return { place: inside, weight: op.mul(weight, there), slope: slope && op.mul(slope, there) };
  };
  if (mode === "nearest") {
    const nearest = op.round(position);
    return [read(nearest, op.add(op.mul(nearest, 0), 1), undefined)];
  }
  const first = op.floor(position);
  const t = op.sub(position, first);
  if (mode === "linear" || mode === "bilinear") {
    const one = op.add(op.mul(t, 0), factor);
    return [read(first, op.sub(1, t), op.neg(one)), read(op.add(first, 1), t, one)];
  }
  return [-1, 0, 1, 2].map((offset) => {
    const behind = offset <= 0;
    const distance = behind ? op.add(t, -offset) : op.sub(offset, t);
    const kernel = offset === 0 || offset === 1 ? nearKernel : farKernel;
    const slope = polynomial(op, distance, [3 * kernel[0], 2 * kernel[1], kernel[2]]);
    return read(op.add(first, offset), polynomial(op, distance, kernel), op.mul(slope, behind ? factor : -factor));
  });
}

/** Keys' cubic kernel with a = -0.75 at distances up to 1, and from 1 to 2: coefficients from the third power down. */
const nearKernel = [1.25, -2.25, 0, 1] as const;
const farKernel = [-0.75, 3.75, -6, 3] as const;

function polynomial(op: Ops, x: Value, [first, ...rest]: readonly number[]): Value {
  return rest.reduce<Value>(
    (sum, coefficient, i) => op.add(i === 0 ? sum : op.mul(sum, x), coefficient),
    op.mul(x, first!),
  );
}

/** An index outside the axis is mirrored at its border as often as it takes. */
function reflect(op: Ops, place: Value, length: number, aligned: boolean): Value {
  const low = aligned ? 0 : -0.5;
  const span = aligned ? length - 1 : length;
  if (span === 0) return op.mul(place, 0);
  const from = op.abs(op.sub(place, low));
  const period = op.sub(from, op.mul(op.floor(op.mul(from, 1 / (2 * span))), 2 * span));
  const mirrored = op.add(op.min(period, op.sub(2 * span, period)), low);
  return op.clip(mirrored, 0, length - 1);
}

/** The points of a regular grid in [-1, 1], each with a 1 after its coordinates, multiplied by a matrix for each image. */
const affineGrid: VjpRule = (g, { op, node }) => {
  const [n, ...dims] = g.shape.slice(0, -1) as [number, ...number[]];
  const aligned = node.int("align_corners", 0) === 1;
  const at = (i: number, length: number) =>
    aligned ? (length > 1 ? (2 * i) / (length - 1) - 1 : 0) : (2 * i + 1) / length - 1;
  const points = Array.from({ length: size(dims) }, (_, point) => {
    const places = dims.map((length, i) => at(Math.floor(point / size(dims.slice(i + 1))) % length, length));
    return [...places.toReversed(), 1];
  });
  const base = op.constant(tensor("float32", points.flat(), [size(dims), dims.length + 1]), "points");
  const rows = op.transpose(op.reshape(g, [n, size(dims), dims.length]), [0, 2, 1]);
  return [op.matMul(rows, op.cast(base, g.dtype))];
};

export const resampling = { GridSample: gridSample, AffineGrid: affineGrid } satisfies VjpRules;
