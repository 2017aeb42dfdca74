import { floats, held, uniform, type Case, type CaseAttribute, type Cases } from "../case.js";

const x = (...shape: readonly number[]) => uniform(-1, 1, shape);
const positive = (...shape: readonly number[]) => uniform(0.5, 1.5, shape);
const epsilon = { epsilon: { float: 1e-2 } };

/** Input, scale and bias, all differentiated. */
const scaled = (
  shape: readonly number[],
  scale: readonly number[],
  attributes: Readonly<Record<string, CaseAttribute>> = {},
  opset = 20,
): Case => ({
  inputs: [x(...shape), positive(...scale), x(...scale)],
  attributes,
  opset,

  ...(opset > 20 && { single: true }),
});

const batch = (shape: readonly number[], opset = 20, attributes = {}): Case => {
  const c = shape[1]!;
  return {
    inputs: [x(...shape), positive(c), x(c), x(c), positive(c)],
    attributes: { ...epsilon, ...attributes },
    opset,
  };
};

const rms = (shape: readonly number[], scale: readonly number[], attributes = {}): Case => ({
  inputs: [x(...shape), positive(...scale)],
  attributes,
});

const lrn = (shape: readonly number[], size: number, opset = 20): Case => ({
  inputs: [x(...shape)],
  attributes: { size, alpha: { float: 0.5 }, beta: { float: 0.75 }, bias: { float: 1.2 } },
  opset,
});

export const normalization: Cases = {
  BatchNormalization: [
    batch([2, 3, 4]),
    batch([2, 3]),
    batch([1, 3, 2, 2]),
    batch([1, 2, 2, 2, 2], 14),
    batch([1, 3, 2, 2], 9),
    batch([2, 3, 2, 2], 7),
    batch([2, 3, 2, 2], 7, { spatial: 1 }),
    {
      inputs: [x(2, 3, 2), positive(3, 2), x(3, 2), held(x(3, 2)), held(positive(3, 2))],
      attributes: { spatial: 0 },
      opset: 7,
    },
  ],
  LayerNormalization: [
    scaled([2, 3, 4], [4]),
    scaled([2, 3, 4], [3, 4], { axis: 1, ...epsilon }),
    scaled([2, 3, 4], [4], { axis: -1 }, 17),
    { inputs: [x(2, 5), positive(5)], outputs: 1 },
    { inputs: [x(2, 5), positive(5), floats([0, 1, 0, 2, 0])], outputs: [true, false, false] },
    scaled([2, 3, 2, 2], [3, 2, 2], { axis: -3 }),
    { inputs: [x(2, 3, 4), positive(3, 4), x(3, 4)], attributes: { axis: 1, ...epsilon }, outputs: 3 },
  ],
  RMSNormalization: [
    { ...rms([2, 3, 4], [4]), opset: 23 },
    { ...rms([2, 3, 4], [3, 4], { axis: 1, ...epsilon }), opset: 23 },
    { ...rms([2, 3, 4], [4], { axis: -1 }), opset: 24 },
  ],
  SimplifiedLayerNormalization: [rms([2, 3, 4], [4]), rms([2, 3, 4], [4], { axis: -1, ...epsilon })],
  InstanceNormalization: [
    scaled([2, 3, 4], [3]),
    scaled([2, 3, 3, 2], [3], epsilon),
    scaled([1, 2, 2, 3, 2], [2]),
    scaled([2, 3, 3, 2], [3], epsilon, 7),
  ],
  GroupNormalization: [
    scaled([2, 6, 2, 2], [2], { num_groups: 2 }, 18),
    scaled([2, 4, 3], [2], { num_groups: 2, ...epsilon }, 20),
    scaled([2, 6, 2, 2], [6], { num_groups: 3 }, 21),
    scaled([1, 4, 3, 2], [4], { num_groups: 4, ...epsilon }, 21),
    scaled([1, 4, 3, 2], [4], { num_groups: 1 }, 22),
  ],
  MeanVarianceNormalization: [
    { inputs: [x(2, 3, 3, 2)] },
    { inputs: [x(2, 3, 4)], attributes: { axes: [-1] } },
    { inputs: [x(2, 3, 4)], attributes: { axes: [0, 1, 2] }, opset: 9 },
  ],
  LRN: [
    lrn([1, 5, 2, 2], 3),
    lrn([2, 6, 2, 1], 5),
    lrn([1, 4, 2, 2], 7, 7),
    { inputs: [x(1, 4, 2, 2)], attributes: { size: 3 } },
  ],
  LpNormalization: [
    { inputs: [x(2, 3, 4)] },
    { inputs: [x(2, 3, 4)], attributes: { axis: 1, p: 2 } },
    { inputs: [uniform(-1, 1, [2, 3, 4], [0])], attributes: { axis: 0, p: 1 } },
    { inputs: [x(5)], attributes: { axis: 0 }, opset: 7 },
  ],
};
