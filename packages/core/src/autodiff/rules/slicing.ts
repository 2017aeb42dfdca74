import type { Node, Value } from "../../ir/graph.js";
import { positiveAxis, type Ops } from "../../ir/ops/index.js";
import type { VjpRule, VjpRules } from "../vjp.js";
import { size, tensor } from "../../tensor.js";
import { addAt } from "./add-at.js";
import { known } from "./known.js";
import { multiplyAxis } from "./separable.js";

interface Range {
  readonly axis: number;
  readonly start: number;
  readonly step: number;
  readonly count: number;
}

/** The ranges of a Slice, clamped as ONNX does. */
export function sliceRanges(node: Node): Range[] {
  const x = node.inputs[0]!;
  const starts = known(node, 1, "starts");
  const ends = known(node, 2, "ends");
  const axes = node.inputs[3] ? known(node, 3, "axes") : starts.map((_, i) => i);
  const steps = node.inputs[4] ? known(node, 4, "steps") : starts.map(() => 1);
  return starts.map((rawStart, i) => {
    const axis = positiveAxis(axes[i]!, x.rank);
    const n = x.shape[axis]!;
    const step = steps[i]!;
    const place = (raw: number, low: number, high: number) => Math.min(Math.max(raw < 0 ? raw + n : raw, low), high);
    const start = step > 0 ? place(rawStart, 0, n) : place(rawStart, 0, n - 1);
    const end = step > 0 ? place(ends[i]!, 0, n) : place(ends[i]!, -1, n - 1);
    return { axis, start, step, count: Math.max(0, Math.ceil((end - start) / step)) };
  });
}

/** The transpose of a Slice: elements go back to their places among zeros. */
const slice: VjpRule = (g, { op, node, inputs: [x] }) => {
  const rank = x!.rank;
  const before = Array.from({ length: rank }, () => 0);
  const after = [...before];
  let spread = g;
  for (const { axis, start, step, count } of sliceRanges(node)) {
    if (count === 0) return [op.fill(x!.shape, 0, g.dtype)];
    const stride = Math.abs(step);
    const first = step > 0 ? start : start + step * (count - 1);
    if (step < 0) spread = op.flip(spread, [axis]);
    spread = dilate(op, spread, axis, stride);
    before[axis] = first;
    after[axis] = x!.shape[axis]! - first - spread.shape[axis]!;
  }
  return [op.pad(spread, before, after)];
};

/** Puts `stride - 1` zeros between (not after) the elements along an axis. */
function dilate(op: Ops, x: Value, axis: number, stride: number): Value {
  if (stride === 1 || x.shape[axis] === 1) return x;
  const head = x.shape.slice(0, axis + 1);
  const tail = x.shape.slice(axis + 1);
  const split = op.reshape(x, [...head, 1, ...tail]);
  const none = split.shape.map(() => 0);
  const padded = op.pad(split, none, none.with(axis + 1, stride - 1));
  const n = x.shape[axis]!;
  const merged = op.reshape(padded, x.shape.with(axis, n * stride));
  return op.sliceAxis(merged, axis, 0, (n - 1) * stride + 1);
}

/** How many elements each axis got before and after; negative numbers were cut off. */
function padsOf(node: Node, rank: number): { before: number[]; after: number[] } {
  const pads = known(node, 1, "pads");
  const every = Array.from({ length: rank }, (_, i) => i);
  const axes = node.inputs[3] ? known(node, 3, "axes").map((axis) => positiveAxis(axis, rank)) : every;
  const at = (axis: number, offset: number) => (axes.includes(axis) ? pads[axes.indexOf(axis) + offset]! : 0);
  return { before: every.map((axis) => at(axis, 0)), after: every.map((axis) => at(axis, axes.length)) };
}

const opposite = (pads: readonly number[]) => pads.map((n) => -n);

/** The transpose of a Pad: what was added is dropped (constant) or folded back onto its source. */
const pad: VjpRule = (g, { op, node, inputs: [x], needs }) => {
  const { before, after } = padsOf(node, x!.rank);
  const mode = node.string("mode", "constant");
  if (mode !== "constant") {
    const folded = x!.shape.reduce(
      (rest, n, axis) => foldAxis(op, rest, axis, n, { before: before[axis]!, after: after[axis]!, mode }),
      g,
    );
    return [folded];
  }
  const kept = op.pad(g, opposite(before), opposite(after));
  return [kept, null, needs(2) ? op.reshape(op.sub(op.reduceSum(g), op.reduceSum(kept)), node.inputs[2]!.shape) : null];
};

/** A larger matrix would cost more than to add element by element. */
const largestMatrix = 2 ** 22;

/** Multiplies one axis of `g` by the transpose of the 0/1 matrix that says which source each padded element repeats. */
function foldAxis(
  op: Ops,
  g: Value,
  axis: number,
  n: number,
  { before, after, mode }: { before: number; after: number; mode: string },
): Value {
  if (before === 0 && after === 0) return g;
  const m = g.shape[axis]!;
  const cut = Math.max(0, -before);
  const left = n - cut - Math.max(0, -after);
  const sources = Array.from({ length: m }, (_, i) => cut + sourceIndex(i - Math.max(0, before), left, mode));
  if (n * m > largestMatrix) {
    const [head, tail] = [size(g.shape.slice(0, axis)), size(g.shape.slice(axis + 1))];
    const places = op.constant(tensor("int64", sources, [1, m, 1]), "sources");
    return op.reshape(addAt(op, op.reshape(g, [head, m, tail]), places, n), g.shape.with(axis, n));
  }
  const data = new Float32Array(n * m);
  sources.forEach((source, i) => (data[source * m + i] = 1));
  return multiplyAxis(op, g, axis, { rows: n, columns: m, data });
}

function sourceIndex(i: number, n: number, mode: string): number {
  if (mode === "edge") return Math.min(Math.max(i, 0), n - 1);
  if (mode === "wrap") return ((i % n) + n) % n;
  const period = Math.max(1, 2 * (n - 1));
  const folded = ((i % period) + period) % period;
  return folded < n ? folded : period - folded;
}

export const slicing = { Slice: slice, Pad: pad } satisfies VjpRules;
