import { constantNumbers, Value, type Node } from "../../ir/graph.js";
import { positiveAxis, type Ops } from "../../ir/ops/index.js";
import { size, tensor } from "../../tensor.js";
import type { VjpContext, VjpRule, VjpRules } from "../vjp.js";
import { addAt } from "./add-at.js";
import { known } from "./known.js";

/** Indices along an axis of `n` elements, counted from the front, int64. */
function fromFront(op: Ops, indices: Value, n: number): Value {
  const values = constantNumbers(indices);
  if (values) {
    const positive = values.map((i) => (i < 0 ? i + n : i));
    return op.constant(tensor("int64", positive, indices.shape), "indices");
  }
  const wide = op.cast(indices, "int64");
  return op.where(op.less(wide, 0), op.add(wide, n), wide);
}

/** The transpose of a Gather: rows are added at their indices; a run of neighbors is only put in its place. */
const gather: VjpRule = (g, { op, node, inputs }) => {
  const [x, indices] = inputs as [Value, Value];
  const axis = positiveAxis(node.int("axis", 0), x.rank);
  const n = x.shape[axis]!;
  const places = fromFront(op, indices, n);
  const run = constantNumbers(places);
  const head = x.shape.slice(0, axis);
  const rest = x.shape.slice(axis + 1);
  const count = size(indices.shape);
  const rows = op.reshape(g, [...head, count, ...rest]);
  if (run && count > 0 && run.every((place, i) => place === run[0]! + i)) {
    const none = x.shape.map(() => 0);
    return [op.pad(rows, none.with(axis, run[0]!), none.with(axis, n - count - run[0]!))];
  }
  const origin = new Map(run?.map((place, i) => [place, i]));
  if (run && origin.size === count) {
    const from = Array.from({ length: n }, (_, place) => origin.get(place) ?? count);
    const none = op.fill([...head, 1, ...rest], 0, g.dtype);
    return [op.gather(count === n ? rows : op.concat([rows, none], axis), op.ints(from), axis)];
  }
  const [before, after] = [size(head), size(rest)];
  const sum = addAt(op, op.reshape(rows, [before, count, after]), op.reshape(places, [1, count, 1]), n);
  return [op.reshape(sum, x.shape)];
};

/** The indices of a GatherND with the place in the batch written out. */
function batchedIndices(op: Ops, indices: Value, batchDims: number): Value {
  if (batchDims === 0) return indices;
  const lead = indices.shape.slice(0, -1);
  const counts = Array.from({ length: size(lead) }, (_, at) =>
    lead.slice(0, batchDims).map((dim, i) => Math.floor(at / size(lead.slice(i + 1))) % dim),
  );
  const batch = op.constant(tensor("int64", counts.flat(), [...lead, batchDims]), "batch");
  return op.concat([batch, indices], -1);
}

/** The function f(data, updates) that a scatter computes where it writes, with the same indices for other values. */
interface Scatter {
  readonly reduction: string;
  /** What lies at the places that are written to. */
  read(values: Value): Value;
  write(onto: Value, values: Value, how: "none" | "add" | "mul"): Value;
}

const scatterElements = ({ op, node, inputs }: VjpContext): Scatter => {
  const axis = node.int("axis", 0);
  return {
    reduction: node.string("reduction", "none"),
    read: (values) => op.gatherElements(values, inputs[1]!, axis),
    write: (onto, values, how) => op.scatterElements(onto, inputs[1]!, values, axis, how),
  };
};

const scatterND = ({ op, node, inputs }: VjpContext): Scatter => ({
  reduction: node.string("reduction", "none"),
  read: (values) => op.gatherND(values, inputs[1]!),
  write: (onto, values, how) => op.scatterND(onto, inputs[1]!, values, how),
});

/** What is replaced gets nothing, what is written reads the cotangent at its place; ties of min and max share it evenly. */
function scatter(of: (context: VjpContext) => Scatter): VjpRule {
  return (g, context) => {
    const { op, inputs, outputs, needs } = context;
    const [data, , updates] = inputs as [Value, Value, Value];
    const y = outputs[0]!;
    const { reduction, read, write } = of(context);
    if (reduction === "add") return [g, null, needs(2) ? read(g) : null];
    if (reduction === "mul") {
      const factor = () => write(op.fill(data.shape, 1, g.dtype), updates, "mul");
      return [
        needs(0) ? op.mul(g, factor()) : null,
        null,
        needs(2) ? otherFactors(op, g, data, updates, of(context)) : null,
      ];
    }
    if (reduction === "none") {
      const hidden = () => write(g, op.fill(updates.shape, 0, g.dtype), "none");
      return [needs(0) ? hidden() : null, null, needs(2) ? read(g) : null];
    }
    const kept = op.cast(op.equal(data, y), g.dtype);
    const taken = op.cast(op.equal(updates, read(y)), g.dtype);
    const share = op.div(g, write(kept, taken, "add"));
    return [needs(0) ? op.mul(share, kept) : null, null, needs(2) ? op.mul(read(share), taken) : null];
  };
}

/** g times the data and all the other updates of the same place, whichever of them are 0. */
function otherFactors(op: Ops, g: Value, data: Value, updates: Value, { read, write }: Scatter): Value {
  const isZero = op.equal(updates, 0);
  const zeros = op.cast(isZero, g.dtype);
  const factors = op.where(isZero, 1, updates);
  const product = write(op.mul(g, data), factors, "mul");
  const count = write(op.fill(data.shape, 0, g.dtype), zeros, "add");
  return op.where(op.equal(read(count), zeros), op.div(read(product), factors), 0);
}

/** The cotangent of the chosen values goes back to where they came from. */
const topK: VjpRule = (_, { op, node, inputs: [x], outputs, cotangents: [g] }) => {
  if (!g) return [];
  const axis = node.int("axis", -1);
  return [op.scatterElements(op.fill(x!.shape, 0, g.dtype), indicesOf(op, node, outputs), g, axis, "add")];
};

function indicesOf(op: Ops, node: Node, outputs: readonly Value[]): Value {
  const given = node.outputs[1];
  if (given) return given;
  const indices = new Value(op.graph.uniqueName(`${outputs[0]!.name}/indices`), {
    dtype: "int64",
    shape: outputs[0]!.shape,
  });
  indices.node = node;
  node.outputs[1] = indices;
  return indices;
}

/** The elements that a condition keeps; it must be known, as the shape of the result depends on it. */
const compress: VjpRule = (g, { op, node, inputs: [x] }) => {
  const places = known(node, 1, "condition").flatMap((keep, i) => (keep ? [i] : []));
  const axis = node.int("axis");
  const at = axis === undefined ? 0 : positiveAxis(axis, x!.rank);
  const zeros = op.fill(axis === undefined ? [size(x!.shape)] : x!.shape, 0, g.dtype);
  const column = g.shape.map((dim, i) => (i === at ? dim : 1));
  const indices = op.expand(op.constant(tensor("int64", places, column), "places"), g.shape);
  return [op.reshape(op.scatterElements(zeros, indices, g, at, "add"), x!.shape)];
};

/** y = off + (on - off) hot */
const oneHot: VjpRule = (g, { op, node, inputs, needs }) => {
  const axis = positiveAxis(node.int("axis", -1), g.rank);
  const depth = g.shape[axis]!;
  const places = op.unsqueeze(fromFront(op, inputs[0]!, depth), [axis]);
  const counted = op.reshape(
    op.range(depth),
    g.shape.map((dim, i) => (i === axis ? dim : 1)),
  );
  const hot = op.equal(places, counted);
  const on = op.reduceSum(op.mul(g, op.cast(hot, g.dtype)));
  return [
    null,
    null,
    needs(2)
      ? op.concat(
          [op.sub(op.reduceSum(g), on), on].map((v) => op.reshape(v, [1])),
          0,
        )
      : null,
  ];
};

export const indexing = {
  Gather: gather,
  GatherElements: (g, { op, node, inputs: [x, indices] }) => [
    op.scatterElements(op.fill(x!.shape, 0, g.dtype), indices!, g, node.int("axis", 0), "add"),
  ],
  GatherND: (g, { op, node, inputs: [x, indices] }) => {
    const places = batchedIndices(op, indices!, node.int("batch_dims", 0));
    const depth = places.shape.at(-1)!;
    const dims = x!.shape.slice(0, depth);
    const [n, count, length] = [size(dims), size(places.shape.slice(0, -1)), size(x!.shape.slice(depth))];
    const positive = op.where(op.less(places, 0), op.add(places, op.ints(dims)), places);
    const strides = op.ints(dims.map((_, i) => size(dims.slice(i + 1))));
    const flat = op.reshape(op.reduceSum(op.mul(positive, strides), [-1]), [1, count, 1]);
    return [op.reshape(addAt(op, op.reshape(g, [1, count, length]), flat, n), x!.shape)];
  },
  ScatterElements: scatter(scatterElements),
  ScatterND: scatter(scatterND),
  TopK: topK,
  Compress: compress,
  OneHot: oneHot,
} satisfies VjpRules;
