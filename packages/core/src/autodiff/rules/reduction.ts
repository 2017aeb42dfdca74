import { constantNumbers, type Node, type Value } from "../../ir/graph.js";
import { type Ops, positiveAxis } from "../../ir/ops/index.js";
import { size } from "../../tensor.js";
import type { VjpContext, VjpRule, VjpRules } from "../vjp.js";
import { known } from "./known.js";
import { mayBeMasked } from "./masked.js";
import { zero } from "./pointwise.js";

/** The axes that a reduction reduces: an input since opset 13 or 18, an attribute before; none means all. */
function reducedAxes(node: Node): number[] {
  const x = node.inputs[0]!;
  const given = constantNumbers(node.inputs[1]) ?? node.ints("axes");
  if (given && given.length > 0) return given.map((axis) => positiveAxis(axis, x.rank));
  return node.int("noop_with_empty_axes", 0) === 1 ? [] : x.shape.map((_, i) => i);
}

/** Puts reduced axes back with length 1, so that a value broadcasts against the reduction's input. */
function restore(op: Ops, value: Value, node: Node): Value {
  const axes = reducedAxes(node);
  return op.reshape(
    value,
    node.inputs[0]!.shape.map((dim, i) => (axes.includes(i) ? 1 : dim)),
  );
}

/** A rule from the derivative of the reduction y by its element x, y and g being broadcastable against x. */
function reductionRule(build: (op: Ops, parts: { g: Value; x: Value; y: Value; axes: number[] }) => Value): VjpRule {
  return (g, { op, node, inputs: [x], outputs: [y] }) => {
    const axes = reducedAxes(node);
    const result = build(op, { g: restore(op, g, node), x: x!, y: restore(op, y!, node), axes });
    return [op.expand(result, x!.shape)];
  };
}

const count = (x: Value, axes: readonly number[]) => size(axes.map((axis) => x.shape[axis]!));

const extremum = reductionRule((op, { g, x, y, axes }) => {
  const mask = op.cast(op.equal(x, y), g.dtype);
  return op.mul(op.div(g, op.reduceSum(mask, axes, true)), mask);
});

/** d prod x = the product of all the others, without dividing by x (which may be 0). */
const product: VjpRule = (g, { op, node, inputs: [x] }) => {
  const axes = reducedAxes(node);
  const others = x!.shape.map((_, i) => i).filter((i) => !axes.includes(i));
  const permutation = [...others, ...axes];
  const rows = size(others.map((i) => x!.shape[i]!));
  const factors = op.reshape(op.transpose(x!, permutation), [rows, count(x!, axes)]);
  const slopes = op.reshape(
    timesOthers(op, factors, op.reshape(g, [rows, 1])),
    permutation.map((i) => x!.shape[i]!),
  );
  const back = permutation.map((_, i) => permutation.indexOf(i));
  return [op.transpose(slopes, back)];
};

/**
 * g [rows, 1] times the products of all the other factors in a row [rows, n]: one half of the factors is multiplied by the
 * other, then those products are such factors, so that twice the memory of the factors is enough.
 */
function timesOthers(op: Ops, factors: Value, g: Value): Value {
  const [, n] = factors.shape as [number, number];
  if (n === 0) return factors;
  if (n === 1) return g;
  const half = Math.ceil(n / 2);
  const even = op.pad(factors, [0, 0], [0, 2 * half - n], "constant", 1);
  const [a, b] = op.split(even, [half, half], 1) as [Value, Value];
  const outer = timesOthers(op, op.mul(a, b), g);
  return op.sliceAxis(op.concat([op.mul(outer, b), op.mul(outer, a)], 1), 1, 0, n);
}

/** The axis of Softmax and LogSoftmax (one axis since opset 13; older ones are rewritten when a model is loaded). */
const softmaxAxis = ({ node, outputs: [y] }: VjpContext) => positiveAxis(node.int("axis", -1), y!.rank);

export const reduction = {
  ReduceSum: reductionRule((_, { g }) => g),
  ReduceMean: reductionRule((op, { g, x, axes }) => op.div(g, count(x, axes))),
  ReduceMax: extremum,
  ReduceMin: extremum,
  ReduceProd: product,
  ReduceL1: reductionRule((op, { g, x }) => op.mul(g, op.sign(x))),
  /** The least of the subgradients, 0, where the norm is 0. */
  ReduceL2: reductionRule((op, { g, x, y }) => op.mul(op.div(g, op.where(op.equal(y, 0), 1, y)), x)),
  ReduceSumSquare: reductionRule((op, { g, x }) => op.mul(op.mul(g, 2), x)),
  ReduceLogSum: reductionRule((op, { g, x, y }) => op.div(g, op.expand(op.exp(y), x.shape))),
  ReduceLogSumExp: reductionRule((op, { g, x, y }) => op.mul(g, op.exp(op.sub(x, y)))),
  /** d softmax = y (g - sum g y); 0 where all of a row is masked, which has no softmax, and which a model does not use. */
  Softmax: (g, context) => {
    const { op, inputs, outputs } = context;
    const found = outputs[0]!;
    const y = mayBeMasked(inputs[0]!) ? op.where(op.equal(found, found), found, 0) : found;
    const product = op.mul(g, y);
    return [op.sub(product, op.mul(y, op.reduceSum(product, [softmaxAxis(context)], true)))];
  },
  /** d log softmax = g - e^y sum g */
  LogSoftmax: (g, context) => {
    const { op, outputs } = context;
    return [op.sub(g, op.mul(op.exp(outputs[0]!), op.reduceSum(g, [softmaxAxis(context)], true)))];
  },
  Hardmax: zero,
  CumSum: (g, { op, node }) => [
    op.cumSum(g, known(node, 1, "axis")[0]!, {
      exclusive: node.int("exclusive", 0) === 1,
      reverse: node.int("reverse", 0) === 0,
    }),
  ],
} satisfies VjpRules;
