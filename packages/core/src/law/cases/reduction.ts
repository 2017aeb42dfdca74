import { constant, distinct, fed, uniform, withZeros, type Case, type Cases, type Sample } from "../case.js";

/** Some axes, one, all, negative ones, none; with and without keeping them. */
function reductions(make: (shape: readonly number[]) => Sample, axesAreInputsSince = 18): readonly Case[] {
  return [
    { inputs: [make([2, 3, 4]), constant([1])], attributes: { keepdims: 0 } },
    { inputs: [make([2, 3, 4]), constant([-1, 0])], attributes: { keepdims: 1 } },
    { inputs: [make([2, 3, 4])] },
    { inputs: [make([2, 3]), constant([], [0])], attributes: { noop_with_empty_axes: 1 } },
    { inputs: [make([4]), constant([0])], attributes: { keepdims: 0 } },
    { inputs: [make([2, 3, 2, 2]), constant([2, 3])], opset: 18 },
    { inputs: [make([2, 3, 4])], attributes: { axes: [-1], keepdims: 0 }, opset: axesAreInputsSince - 1 },
    { inputs: [make([2, 3, 4])], attributes: { axes: [0, 2] }, opset: 7 },
    { inputs: [make([2, 3, 4])], attributes: { keepdims: 0 }, opset: 8 },
  ];
}

const around = (shape: readonly number[]) => uniform(-2, 2, shape, [0]);
const positive = (shape: readonly number[]) => uniform(0.3, 2, shape);
const apart = (shape: readonly number[]) => distinct(shape);

const softmax: readonly Case[] = [
  { inputs: [uniform(-2, 2, [2, 3, 4])] },
  { inputs: [uniform(-2, 2, [2, 3, 4])], attributes: { axis: 1 } },
  { inputs: [uniform(-2, 2, [2, 3, 4])], attributes: { axis: 0 }, opset: 13 },
  { inputs: [uniform(-2, 2, [5])], attributes: { axis: -1 } },
  { inputs: [uniform(-2, 2, [2, 3, 4])], opset: 12 },
  { inputs: [uniform(-2, 2, [2, 3, 4])], attributes: { axis: 2 }, opset: 7 },
  { inputs: [uniform(-2, 2, [2, 3, 4])], attributes: { axis: -2 }, opset: 11 },
  { inputs: [uniform(-2, 2, [2, 3, 4])], attributes: { axis: 0 }, opset: 11 },
];

const cumulative: readonly Case[] = [
  { inputs: [uniform(0.5, 2, [2, 3, 4]), constant([1], [])] },
  { inputs: [uniform(0.5, 2, [2, 3, 4]), constant([-1], [], "int32")], attributes: { exclusive: 1 } },
  { inputs: [uniform(0.5, 2, [2, 3, 4]), constant([0], [1])], attributes: { reverse: 1 } },
  { inputs: [uniform(0.5, 2, [4]), constant([0], [])], attributes: { reverse: 1, exclusive: 1 } },
];

export const reduction: Cases = {
  ReduceSum: reductions(around, 13),
  ReduceMean: reductions(around),
  ReduceMax: reductions(apart),
  ReduceMin: reductions(apart),
  ReduceProd: [
    ...reductions(around),
    { inputs: [withZeros(uniform(0.5, 2, [2, 3]), [1]), constant([1])] },
    { inputs: [withZeros(uniform(0.5, 2, [3, 5, 2]), [0, 8, 14, 15]), constant([0, 1])] },
    { inputs: [withZeros(uniform(0.9, 1.1, [600]), [77])] },
  ],
  ReduceL1: reductions(around),
  ReduceL2: reductions(around),
  ReduceSumSquare: reductions(around),
  ReduceLogSum: reductions(positive),
  ReduceLogSumExp: reductions(around),
  Softmax: softmax,
  LogSoftmax: softmax,
  Hardmax: [
    { inputs: [distinct([2, 3, 4])], expects: "zero" },
    { inputs: [distinct([2, 3, 4])], attributes: { axis: 1 }, opset: 11, expects: "zero" },
  ],
  CumSum: [...cumulative, { inputs: [uniform(-1, 1, [2, 3]), constant([1], [])], opset: 11 }],
  CumProd: [
    ...cumulative.map((one): Case => ({ ...one, opset: 26 })),
    { inputs: [withZeros(uniform(0.5, 2, [2, 3]), [1]), constant([1], [])], opset: 26 },
  ],
  TopK: [
    { inputs: [distinct([2, 6]), constant([3])], outputs: 2 },
    { inputs: [distinct([4, 3]), constant([2])], attributes: { axis: 0, largest: 0 }, outputs: 2 },
    { inputs: [distinct([2, 5, 2]), constant([5])], attributes: { axis: 1, sorted: 0 }, outputs: 2 },
    { inputs: [distinct([2, 6]), constant([2])], attributes: { axis: 1 }, outputs: 2, opset: 10 },
    { inputs: [distinct([2, 6])], attributes: { axis: -1, k: 2 }, outputs: 2, opset: 7 },
  ],
  ReverseSequence: [
    { inputs: [uniform(-1, 1, [4, 3, 2]), constant([1, 4, 3])] },
    { inputs: [uniform(-1, 1, [3, 4]), fed(constant([2, 4, 3]))], attributes: { batch_axis: 0, time_axis: 1 } },
  ],
};
