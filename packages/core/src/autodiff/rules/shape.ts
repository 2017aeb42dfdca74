import { XstarError } from "../../errors.js";
import { constantNumbers, type Node, type Value } from "../../ir/graph.js";
import { positiveAxis, type Ops } from "../../ir/ops/index.js";
import { size } from "../../tensor.js";
import type { VjpRule, VjpRules } from "../vjp.js";

/** Elements keep their order: the cotangent takes the input's shape. */
const reshaped: VjpRule = (g, { op, inputs: [x] }) => [op.reshape(g, x!.shape)];

/** Numbers that must be known when the graph is built. Throws `unsupported-model` when the model computes them. */
function known(node: Node, index: number, what: string): number[] {
  const values = constantNumbers(node.inputs[index]);
  if (values) return values;
  throw new XstarError(
    "unsupported-model",
    `The ${what} of node "${node.label}" (${node.qualifiedType}) depend on the model's input, so its gradient has no fixed shape`,
  );
}

interface Range {
  readonly axis: number;
  readonly start: number;
  readonly step: number;
  readonly count: number;
}

/** The ranges of a Slice, clamped as ONNX does. */
function sliceRanges(node: Node): Range[] {
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
    if (count === 0) return [op.fill(x!.shape, 0, x!.dtype)];
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
  if (stride === 1) return x;
  const head = x.shape.slice(0, axis + 1);
  const tail = x.shape.slice(axis + 1);
  const split = op.reshape(x, [...head, 1, ...tail]);
  const none = split.shape.map(() => 0);
  const padded = op.pad(split, none, none.with(axis + 1, stride - 1));
  const n = x.shape[axis]!;
  const merged = op.reshape(padded, x.shape.with(axis, n * stride));
  return op.sliceAxis(merged, axis, 0, (n - 1) * stride + 1);
}

/** The transpose of a Pad: what was added is dropped (constant) or folded back onto its source. */
const pad: VjpRule = (g, { op, node, inputs: [x] }) => {
  const pads = known(node, 1, "pads");
  const axes = node.inputs[3]
    ? known(node, 3, "axes").map((axis) => positiveAxis(axis, x!.rank))
    : x!.shape.map((_, i) => i);
  const mode = node.string("mode", "constant");
  const before = x!.shape.map(() => 0);
  const after = [...before];
  axes.forEach((axis, i) => {
    before[axis] = pads[i]!;
    after[axis] = pads[i + axes.length]!;
  });
  if (mode === "constant")
    return [
      op.pad(
        g,
        before.map((n) => -n),
        after.map((n) => -n),
      ),
    ];
  return [axes.reduce((folded, axis) => foldAxis(op, folded, axis, x!.shape[axis]!, before[axis]!, mode), g)];
};

/** Multiplies one axis of `g` by the transpose of the 0/1 matrix that says which source each padded element repeats. */
function foldAxis(op: Ops, g: Value, axis: number, n: number, before: number, mode: string): Value {
  const m = g.shape[axis]!;
  const matrix = new Float32Array(m * n);
  for (let i = 0; i < m; i++) matrix[i * n + sourceIndex(i - before, n, mode)] = 1;
  return multiplyAxis(
    op,
    g,
    axis,
    op.cast(op.constant({ dtype: "float32", shape: [m, n], data: matrix }, "fold"), g.dtype),
  );
}

function sourceIndex(i: number, n: number, mode: string): number {
  if (mode === "edge") return Math.min(Math.max(i, 0), n - 1);
  if (mode === "wrap") return ((i % n) + n) % n;
  const period = Math.max(1, 2 * (n - 1));
  const folded = ((i % period) + period) % period;
  return folded < n ? folded : period - folded;
}

/** x times matrix [length of the axis, m] along one axis. */
export function multiplyAxis(op: Ops, x: Value, axis: number, matrix: Value): Value {
  const last = x.rank - 1;
  const swap = x.shape.map((_, i) => (i === axis ? last : i === last ? axis : i));
  return op.transpose(
    op.matMul(x.rank < 2 ? op.reshape(x, [1, -1].with(1, x.shape[0]!)) : op.transpose(x, swap), matrix),
    swap,
  );
}

/** The transpose of a Gather: rows are added at their indices. */
const gather: VjpRule = (g, { op, node, inputs }) => {
  const [x, indices] = inputs as [Value, Value];
  const axis = positiveAxis(node.int("axis", 0), x.rank);
  const moved = [axis, ...x.shape.map((_, i) => i).filter((i) => i !== axis)];
  const rest = moved.slice(1).map((i) => x.shape[i]!);
  const k = indices.rank;
  const lead = Array.from({ length: k }, (_, i) => axis + i);
  const others = g.shape.map((_, i) => i).filter((i) => !lead.includes(i));
  const rows = op.reshape(op.transpose(g, [...lead, ...others]), [size(indices.shape), ...rest]);
  const places = op.reshape(op.cast(indices, "int64"), [size(indices.shape), 1]);
  const sum = op.scatterND(
    op.fill([x.shape[axis]!, ...rest], 0, x.dtype),
    nonNegative(op, places, x.shape[axis]!),
    rows,
    "add",
  );
  return [
    op.transpose(
      sum,
      moved.map((_, i) => moved.indexOf(i)),
    ),
  ];
};

/** Indices counted from the front; those of a constant are left alone when they already are. */
function nonNegative(op: Ops, indices: Value, n: number): Value {
  const values = constantNumbers(indices.node?.inputs[0] ?? indices);
  if (values?.every((i) => i >= 0)) return indices;
  return op.where(op.less(indices, 0), op.add(indices, n), indices);
}

const split: VjpRule = (_, { op, node, outputs, cotangents }) => {
  const parts = outputs.map((output, i) => cotangents[i] ?? op.fill(output.shape, 0, output.dtype));
  return [op.concat(parts, node.int("axis", 0))];
};

export const shape = {
  Reshape: reshaped,
  Flatten: reshaped,
  Squeeze: reshaped,
  Unsqueeze: reshaped,
  Transpose: (g, { op, node }) => {
    const permutation = node.ints("perm") ?? g.shape.map((_, i) => g.rank - 1 - i);
    return [
      op.transpose(
        g,
        permutation.map((_, i) => permutation.indexOf(i)),
      ),
    ];
  },
  /** The walker sums over what Expand repeats. */
  Expand: (g) => [g],
  Tile: (g, { op, inputs: [x] }) => {
    const folds = x!.shape.flatMap((dim, i) => [g.shape[i]! / dim, dim]);
    return [
      op.reduceSum(
        op.reshape(g, folds),
        x!.shape.map((_, i) => 2 * i),
      ),
    ];
  },
  Concat: (g, { op, node, inputs, needs }) => {
    const axis = positiveAxis(node.int("axis", 0), g.rank);
    const sizes = inputs.map((x) => x.shape[axis]!);
    return op.split(g, sizes, axis).map((part, i) => (needs(i) ? part : null));
  },
  Split: split,
  Slice: slice,
  Pad: pad,
  Gather: gather,
  GatherElements: (g, { op, node, inputs: [x, indices] }) => {
    const axis = node.int("axis", 0);
    return [op.scatterElements(op.fill(x!.shape, 0, x!.dtype), indices!, g, axis, "add")];
  },
  GatherND: (g, { op, node, inputs: [x, indices] }) => {
    if (node.int("batch_dims", 0) !== 0) {
      throw new XstarError(
        "unsupported-model",
        `GatherND with batch_dims (node "${node.label}") cannot be differentiated yet`,
      );
    }
    return [op.scatterND(op.fill(x!.shape, 0, x!.dtype), indices!, g, "add")];
  },
  DepthToSpace: (g, { op, node, inputs: [x] }) => {
    const [n, c, h, w] = x!.shape as [number, number, number, number];
    const b = node.int("blocksize", 1);
    const inner = c / (b * b);
    const parts = op.reshape(g, [n, inner, h, b, w, b]);
    const order = node.string("mode", "DCR") === "DCR" ? [0, 3, 5, 1, 2, 4] : [0, 1, 3, 5, 2, 4];
    return [op.reshape(op.transpose(parts, order), x!.shape)];
  },
  SpaceToDepth: (g, { op, node, inputs: [x] }) => {
    const [n, c, h, w] = x!.shape as [number, number, number, number];
    const b = node.int("blocksize", 1);
    const parts = op.reshape(g, [n, b, b, c, h / b, w / b]);
    return [op.reshape(op.transpose(parts, [0, 3, 4, 1, 5, 2]), x!.shape)];
  },
} satisfies VjpRules;
