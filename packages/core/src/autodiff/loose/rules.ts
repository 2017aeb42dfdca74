import { Node, Value } from "../../ir/graph.js";
import type { Ops } from "../../ir/ops/index.js";
import type { DType } from "../../tensor.js";
import { looseName, type VjpContext, type VjpRule, type VjpRules } from "../vjp.js";
import { roiAlign } from "./roi-align.js";
import { addedAlong, addedAt, asRow, concat, reshapeLike, shapeOf, sizeOf, sumLike, zerosLike } from "./shapes.js";

/** Operators that work element by element: their usual rules hold, and what was broadcast is summed when the graph runs. */
const elementwise: ReadonlySet<string> = new Set(
  `Add Sub Mul Div Max Min Sum Mean Where Mod Abs Neg Exp Log Sqrt Reciprocal Sin Cos Tan Asin Acos Atan Sinh Cosh Tanh Asinh
  Acosh Atanh Erf Identity Cast Floor Ceil Round Sign Relu Sigmoid Clip LeakyRelu PRelu Elu Selu Celu ThresholdedRelu Shrink
  HardSigmoid HardSwish Softplus Softsign Mish Gelu Swish`.split(/\s+/),
);

const summed =
  (rule: VjpRule): VjpRule =>
  (g, context) => {
    const { op, inputs } = context;
    const isAlone = inputs.filter((input) => input && !(input.type && input.rank === 0)).length === 1;
    return rule(g, context).map((result, i) => (result && !isAlone ? sumLike(op, result, inputs[i]!) : result));
  };

/** An operator that only moves elements moves their numbers alike, and these say where each part of the cotangent goes. */
const moved: VjpRule = (g, { op, node, inputs: [x, ...others] }) => {
  const [start, step] = [op.scalar(0, "int64"), op.scalar(1, "int64")];
  const count = sizeOf(op, x!);
  const numbers = reshapeLike(op, op.loose("Range", [start, count, step], "int64"), x!);
  const places = repeated(op, node, [numbers, ...others], "int64");
  const length = op.loose("Reshape", [count, op.ints([1])], "int64");
  return [reshapeLike(op, addedAlong(op, length, asRow(op, places), asRow(op, g), 0), x!)];
};

/** The first output of the same node on other inputs. */
function repeated(op: Ops, node: Node, inputs: readonly (Value | undefined)[], dtype: DType): Value {
  const output = new Value(op.graph.uniqueName(`${node.label}/again`), undefined, { dtype });
  op.graph.append(new Node(node.opType, [...inputs], [output], node.attributes, node.domain));
  return output;
}

const reshaped: VjpRule = (g, { op, inputs: [x] }) => [reshapeLike(op, g, x!)];

const gather: VjpRule = (g, context) => {
  const { op, node, inputs } = context;
  const [x, indices] = inputs as [Value, Value];
  if (node.int("axis", 0) !== 0) return moved(g, context);
  const places = op.loose("Unsqueeze", [op.cast(indices, "int64"), op.ints([-1])], "int64");
  return [addedAt(op, shapeOf(op, x), places, g)];
};

const gatherND: VjpRule = (g, context) => {
  const { op, node, inputs } = context;
  const [x, indices] = inputs as [Value, Value];
  return node.int("batch_dims", 0) === 0 ? [addedAt(op, shapeOf(op, x), indices, g)] : moved(g, context);
};

const gatherElements: VjpRule = (g, { op, node, inputs }) => {
  const [x, indices] = inputs as [Value, Value];
  return [addedAlong(op, shapeOf(op, x), indices, g, node.int("axis", 0))];
};

const topK: VjpRule = (_, { op, node, inputs: [x], outputs, cotangents: [g] }) =>
  g && outputs[1]
    ? [addedAlong(op, shapeOf(op, x!), outputs[1], g, node.int("axis", -1))]
    : refuse(node, "its indices left out");

/** What is replaced gets nothing, what is written reads the cotangent at its place. */
const scatter =
  (gathering: "GatherElements" | "GatherND"): VjpRule =>
  (g, { op, node, inputs, needs }) => {
    const [, indices, updates] = inputs as [Value, Value, Value];
    const how = node.string("reduction", "none");
    if (how !== "none" && how !== "add") return refuse(node, `reduction "${how}"`);
    const axis = gathering === "GatherElements" ? { axis: node.int("axis", 0) } : {};
    const hidden = () => repeated(op, node, [g, indices, zerosLike(op, updates)], g.dtype);
    return [
      needs(0) ? (how === "add" ? g : hidden()) : null,
      null,
      needs(2) ? op.loose(gathering, [g, indices], g.dtype, axis) : null,
    ];
  };

/** What lies along the axis is as long as the inputs are when the graph runs. */
const concatenation: VjpRule = (g, { op, node, inputs, needs }) => {
  const axis = op.ints([node.int("axis", 0)]);
  let start: Value = op.ints([0]);
  return inputs.map((input, i) => {
    const from = start;
    const end = op.add(from, op.loose("Gather", [shapeOf(op, input), axis], "int64", { axis: 0 }));
    start = end;
    return needs(i) ? op.loose("Slice", [g, from, end, axis], g.dtype) : null;
  });
};

const split: VjpRule = (_, { op, node, outputs, cotangents }) => [
  concat(
    op,
    outputs.map((output, i) => cotangents[i] ?? zerosLike(op, output)),
    node.int("axis", 0),
  ),
];

const pad: VjpRule = (g, { op, node, inputs: [, pads, , axes] }) =>
  node.string("mode", "constant") === "constant"
    ? [op.loose("Pad", [g, op.neg(pads!), undefined, axes], g.dtype)]
    : refuse(node, `mode "${node.string("mode", "")}"`);

const transpose: VjpRule = (g, { op, node }) => {
  const order = node.ints("perm");
  return [op.loose("Transpose", [g], g.dtype, order && { perm: order.map((_, i) => order.indexOf(i)) })];
};

/** y (g - sum(g y)) */
const softmax: VjpRule = (g, { op, node, outputs: [y] }) => {
  const axes = op.ints([node.int("axis", -1)]);
  const total = op.loose("ReduceSum", [op.mul(g, y!), axes], g.dtype, { keepdims: 1 });
  return [op.mul(y!, op.sub(g, total))];
};

const logSoftmax: VjpRule = (g, { op, node, outputs: [y] }) => {
  const axes = op.ints([node.int("axis", -1)]);
  const total = op.loose("ReduceSum", [g, axes], g.dtype, { keepdims: 1 });
  return [op.sub(g, op.mul(op.exp(y!), total))];
};

/** dA = G B^T, dB = A^T G, in batches that may be broadcast. */
const matMul: VjpRule = (g, { op, node, inputs, needs }) => {
  const [a, b] = inputs as [Value, Value];
  const turned = (x: Value) => {
    const rank = (x.type?.shape ?? x.loose?.dims)?.length;
    if (rank === undefined || rank < 2) return refuse(node, "a vector, or a value of unknown rank");
    const order = Array.from({ length: rank }, (_, i) => i);
    const perm = [...order.slice(0, -2), rank - 1, rank - 2];
    return op.loose("Transpose", [x], x.dtype, { perm });
  };
  const product = (left: Value, right: Value, like: Value) =>
    sumLike(op, op.loose("MatMul", [left, right], g.dtype), like);
  return [needs(0) ? product(g, turned(b), a) : null, needs(1) ? product(turned(a), g, b) : null];
};

const gemm: VjpRule = (g, { op, node, inputs, needs }) => {
  const [a, b, c] = inputs as [Value, Value, Value?];
  const [transA, transB] = [node.int("transA", 0), node.int("transB", 0)];
  const alpha = node.float("alpha", 1);
  const product = (left: Value, right: Value, turned: { transA: number; transB: number }) =>
    op.mul(op.loose("Gemm", [left, right], g.dtype, turned), alpha);
  const da = () =>
    transA ? product(b, g, { transA: transB, transB: 1 }) : product(g, b, { transA: 0, transB: 1 - transB });
  const db = () =>
    transB ? product(g, a, { transA: 1, transB: transA }) : product(a, g, { transA: 1 - transA, transB: 0 });
  return [
    needs(0) ? da() : null,
    needs(1) ? db() : null,
    c && needs(2) ? sumLike(op, op.mul(g, node.float("beta", 1)), c) : null,
  ];
};

/** A reduction with its axes kept, on other elements; axes given by attributes are those of an older operator set. */
function kept(op: Ops, { node, inputs }: Pick<VjpContext, "node" | "inputs">, opType: string, x: Value): Value {
  const noop_with_empty_axes = node.int("noop_with_empty_axes", 0);
  return op.loose(opType, [x, inputs[1]], x.dtype, { keepdims: 1, noop_with_empty_axes });
}

/** A rule of a reduction from what every element takes of the cotangent, which is broadcast against them. */
const reduction =
  (share: (g: Value, x: Value, context: VjpContext) => Value): VjpRule =>
  (g, context) => {
    const { op, node, inputs } = context;
    const x = inputs[0]!;
    const whole = kept(op, context, node.opType, x);
    const spread = share(reshapeLike(op, g, whole), x, context);
    return [op.loose("Expand", [spread, shapeOf(op, x)], g.dtype)];
  };

const extremum = reduction((g, x, context) => {
  const { op, node } = context;
  const mask = op.cast(op.equal(x, kept(op, context, node.opType, x)), g.dtype);
  return op.mul(op.div(g, kept(op, context, "ReduceSum", mask)), mask);
});

function refuse(node: Node, what: string): never {
  throw new Error(`${node.opType} with ${what} is differentiated only where shapes are known before the model runs`);
}

const exact: VjpRules = {
  Slice: moved,
  Compress: moved,
  Tile: moved,
  Reshape: reshaped,
  Flatten: reshaped,
  Squeeze: reshaped,
  Unsqueeze: reshaped,
  Transpose: transpose,
  Expand: (g, { op, inputs: [x] }) => [sumLike(op, g, x!)],
  Concat: concatenation,
  Split: split,
  Pad: pad,
  Gather: gather,
  GatherND: gatherND,
  GatherElements: gatherElements,
  ScatterElements: scatter("GatherElements"),
  ScatterND: scatter("GatherND"),
  TopK: topK,
  Softmax: softmax,
  LogSoftmax: logSoftmax,
  MatMul: matMul,
  Gemm: gemm,
  ReduceSum: reduction((g) => g),
  ReduceMean: reduction((g, x, { op }) =>
    op.mul(g, op.div(op.cast(sizeOf(op, g), g.dtype), op.cast(sizeOf(op, x), g.dtype))),
  ),
  ReduceMax: extremum,
  ReduceMin: extremum,
  RoiAlign: roiAlign,
};

/** The rules for where shapes are not known before the model runs, by `looseName`: of some operators from the usual ones. */
export function looseRules(usual: VjpRules): VjpRules {
  const adapted = Object.entries(usual).flatMap(([name, rule]) =>
    elementwise.has(name) ? [[name, summed(rule)] as const] : [],
  );
  return Object.fromEntries([...adapted, ...Object.entries(exact)].map(([name, rule]) => [looseName(name), rule]));
}
