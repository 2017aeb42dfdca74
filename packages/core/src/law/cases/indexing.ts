import { constant, distinct, fed, uniform, withZeros, type Case, type Cases } from "../case.js";

const x = (...shape: number[]) => uniform(-1, 1, shape);

const gather = (shape: number[], indices: number[], indexShape: number[], axis: number): readonly Case[] =>
  [constant(indices, indexShape), fed(constant(indices, indexShape, "int32"))].map((index) => ({
    inputs: [x(...shape), index],
    attributes: { axis },
  }));

/** The updates at the given places are 0. */
const scatterElements = (reduction: string, zeros: readonly number[] = []): Case => ({
  inputs: [distinct([3, 4]), constant([0, 2, -1, 1, 0, 0], [2, 3]), withZeros(distinct([2, 3], 0.17), zeros)],
  attributes: { axis: 1, reduction },
});

const unique = (reduction: string): Case => ({
  inputs: [distinct([3, 4]), constant([0, 2, -1, 1, 0, 3], [2, 3]), distinct([2, 3], 0.17)],
  attributes: { axis: 1, reduction },
});

const scatterND = (reduction: string, indices: number[], zeros: readonly number[] = []): Case => ({
  inputs: [
    distinct([4, 3]),
    constant(indices, [indices.length, 1]),
    withZeros(distinct([indices.length, 3], 0.17), zeros),
  ],
  attributes: { reduction },
});

export const indexing: Cases = {
  Gather: [
    ...gather([4, 3], [1, 3, 1], [3], 0),
    ...gather([2, 4, 3], [2, -1, 0, 0], [2, 2], 1),
    ...gather([2, 4, 3], [-2], [], -1),
    ...gather([5], [3], [], 0),
    ...gather([2, 4, 3], [1, 2], [2], 1),
    ...gather([2, 4], [0], [1], 1),
    { inputs: [x(4, 3), constant([2, 0])], opset: 7 },
  ],
  GatherElements: [
    { inputs: [x(3, 4), constant([0, 2, 2, 1], [2, 2])] },
    { inputs: [x(2, 3), fed(constant([-1, 0, 1, 1, 2, -3, 0, 0], [2, 4]))], attributes: { axis: -1 } },
    { inputs: [x(2, 3, 2), constant([0, 1, 1, 0], [2, 1, 2])], attributes: { axis: 1 }, opset: 11 },
  ],
  GatherND: [
    { inputs: [x(3, 4), constant([0, 1, 2, -1, 0, 1], [3, 2])] },
    { inputs: [x(3, 4), fed(constant([2, 0, 2], [3, 1]))] },
    { inputs: [x(2, 3, 4), constant([0, 2, 1, 1], [2, 2, 1])], attributes: { batch_dims: 1 } },
    { inputs: [x(2, 3, 4), fed(constant([0, 2, -1, 1], [2, 1, 2]))], attributes: { batch_dims: 1 } },
    { inputs: [x(2, 2, 3, 2), constant([0, 2, 1, 1], [2, 2, 1])], attributes: { batch_dims: 2 } },
    { inputs: [x(3, 4), constant([0, 1], [1, 2])], opset: 11 },
  ],
  ScatterElements: [
    unique("none"),
    scatterElements("add"),
    unique("mul"),
    scatterElements("mul"),
    scatterElements("mul", [0, 4]),
    scatterElements("mul", [2]),
    scatterElements("max"),
    scatterElements("min"),
    { inputs: [x(3, 2), fed(constant([2, 0], [1, 2])), x(1, 2)], opset: 11 },
    { inputs: [x(3, 2), constant([2, 0], [1, 2]), x(1, 2)], attributes: { axis: -2, reduction: "add" }, opset: 16 },
  ],
  ScatterND: [
    scatterND("none", [3, 0]),
    scatterND("add", [3, 0, 3]),
    scatterND("mul", [1, 1, 0]),
    scatterND("mul", [1, 1, 0], [0, 1, 4, 7]),
    scatterND("max", [1, 1, 0]),
    scatterND("min", [2, 1, -4]),
    { inputs: [x(2, 3, 2), fed(constant([0, 1, 1, 2], [2, 2])), x(2, 2)], opset: 11 },
  ],
  Scatter: [{ inputs: [x(3, 3), constant([1, 0, 2, 0, 2, 1], [2, 3]), x(2, 3)], opset: 9 }],
  OneHot: [
    { inputs: [constant([0, 2, -1, 1], [2, 2]), constant([4], [1]), x(2)], attributes: { axis: 1 } },
    { inputs: [fed(constant([0, 2])), constant([3], []), x(2)], opset: 9 },
  ],
};
