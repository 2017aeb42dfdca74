import type { Value } from "../ir/graph.js";
import type { Ops } from "../ir/ops/index.js";
import { activation } from "./rules/activation.js";
import { pointwise } from "./rules/pointwise.js";
import { pooling } from "./rules/pooling.js";
import { reduction } from "./rules/reduction.js";
import { defineOverride, type Overrides } from "./define-rule.js";
import type { VjpContext, VjpRule, VjpRules } from "./vjp.js";

/** The bounds between which an activation passes its cotangent on. */
interface Bounds {
  readonly x: Value;
  readonly low: Value | number | undefined;
  readonly high: Value | number | undefined;
}

function boundsOf({ node, inputs }: VjpContext): Bounds {
  const [x, low, high] = inputs as [Value, Value?, Value?];
  return { x, low: node.opType === "Relu" ? 0 : low, high };
}

type Change = (op: Ops, g: Value, trueGradient: Value, bounds: Bounds) => Value;

/** A rule with another cotangent for x. */
const changed =
  (standard: VjpRule, change: Change, bounds: (context: VjpContext) => Bounds): VjpRule =>
  (g, context) => {
    const [trueGradient, ...others] = standard(g, context);
    return [change(context.op, g, trueGradient!, bounds(context)), ...others];
  };

/** Relu and Clip (of which ReLU6 is one); bounds that are computed keep their cotangents. */
const onActivations = (change: Change): VjpRules => ({
  Relu: changed(activation.Relu, change, boundsOf),
  Clip: changed(activation.Clip, change, boundsOf),
});

/** What is squashed is at an end where it is far from a middle, and comes back from there. */
const onSquashed = (change: Change): VjpRules => {
  const around = (middle: number, read: (context: VjpContext) => Value) => (context: VjpContext) => ({
    x: read(context),
    low: middle,
    high: middle,
  });
  const input = ({ inputs }: VjpContext) => inputs[0]!;
  const output = ({ outputs }: VjpContext) => outputs[0]!;
  return {
    Sigmoid: changed(activation.Sigmoid, change, around(0, input)),
    Tanh: changed(pointwise.Tanh, change, around(0, input)),
    HardSigmoid: changed(activation.HardSigmoid, change, around(0.5, output)),
    Softmax: changed(reduction.Softmax, change, around(0.5, output)),
  };
};

const positive = (op: Ops, x: Value) => op.where(op.greater(x, 0), x, 0);

/** The cotangent without what moves x further away from the range in which the activation passes it on. */
function withoutBlocked(op: Ops, g: Value, { x, low, high }: Bounds): Value {
  const blocked = [
    low === undefined ? undefined : op.and(op.less(x, low), op.less(g, 0)),
    high === undefined ? undefined : op.and(op.greater(x, high), op.greater(g, 0)),
  ].filter((value) => value !== undefined);
  return blocked.reduce((rest, block) => op.where(block, 0, rest), g);
}

/** The same without bools: ONNX Runtime transposes them beside convolutions, for which a device has no kernel. */
function withoutBlockedOnDevice(op: Ops, g: Value, { x, low, high }: Bounds): Value {
  const blocked = [
    low === undefined ? undefined : op.mul(op.step(op.sub(low, x)), op.min(g, 0)),
    high === undefined ? undefined : op.mul(op.step(op.sub(x, high)), op.max(g, 0)),
  ].filter((value) => value !== undefined);
  return blocked.reduce((rest, block) => op.sub(rest, block), g);
}

/** Where nothing of a picture's cotangent gets through: what moves x towards the range in which it would. */
function redirect(op: Ops, g: Value, trueGradient: Value, bounds: Bounds): Value {
  // what the picture chooses regions of has no axis for pictures
  if (!g.type) return trueGradient;
  const redirected = (op.lowering === "cpu" ? withoutBlocked : withoutBlockedOnDevice)(op, g, bounds);
  // the first axis is the batch: each picture is looked at alone
  const axes = g.shape.flatMap((_, i) => (i > 0 || g.rank === 1 ? [i] : []));
  const passes = op.greater(op.reduceSum(op.abs(trueGradient), axes, true), 0);
  return op.where(passes, trueGradient, redirected);
}

/** What wakes a picture that no gradient reaches. */
export const redirecting = {
  redirectedRelu: defineOverride({
    type: "redirectedRelu",
    doc: "where no gradient gets through a Relu layer of a picture, let through what would wake its units",
    rules: onActivations(redirect),
  }),
  redirectedSigmoid: defineOverride({
    type: "redirectedSigmoid",
    doc: "where no gradient gets through a Sigmoid, HardSigmoid, Tanh or Softmax layer of a picture, let through what would bring its units back from their ends",
    rules: onSquashed(redirect),
  }),
} satisfies Overrides;

/** Rules in the place of the true ones, by name: better visualizations, not gradients. Relu stands for Clip (ReLU6) too. */
export const overrides = {
  ...redirecting,
  guidedRelu: defineOverride({
    type: "guidedRelu",
    doc: "guided backpropagation: only what increases the target goes through active units",
    rules: onActivations((op, _, trueGradient) => positive(op, trueGradient)),
  }),
  deconvolutionRelu: defineOverride({
    type: "deconvolutionRelu",
    doc: "deconvolution network: only what increases the target, whether a unit is active or not",
    rules: onActivations((op, g) => positive(op, g)),
  }),
  linearRelu: defineOverride({
    type: "linearRelu",
    doc: "everything goes through Relu, as if it were the identity",
    rules: onActivations((_, g) => g),
  }),
  smoothMaxPool: defineOverride({
    type: "smoothMaxPool",
    doc: "max-pooling passes the gradient to the whole window, as average pooling does",
    rules: { MaxPool: pooling.AveragePool },
  }),
} satisfies Overrides;
