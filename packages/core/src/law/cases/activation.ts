import { floats, held, uniform, type Case, type Cases, type CaseAttribute } from "../case.js";

const shape = [2, 3, 2];

/** One case without attributes, one with each of the given ones. */
const on = (
  low: number,
  high: number,
  avoid: readonly number[] = [],
  ...attributes: Readonly<Record<string, CaseAttribute>>[]
): readonly Case[] =>
  [{}, ...attributes].map((own) => ({ inputs: [uniform(low, high, shape, avoid)], attributes: own }));

const float = (value: number) => ({ float: value });
const inFloat32 = (one: Case): Case => ({ ...one, single: true });
const old = (cases: readonly Case[], opset: number) => cases.map((one) => ({ ...one, opset }));

const prelu = (slope: readonly number[], x: readonly number[] = [2, 3, 2, 2]): Case => ({
  inputs: [uniform(-2, 2, x, [0]), uniform(-0.5, 0.5, slope)],
});

export const activation: Cases = {
  Relu: [...on(-2, 2, [0]), ...old(on(-2, 2, [0]), 7)],
  Sigmoid: on(-3, 3),
  LeakyRelu: [
    ...on(-2, 2, [0], { alpha: float(0.3) }, { alpha: float(-0.2) }, { alpha: float(0) }, { alpha: float(1.5) }),
    ...old(on(-2, 2, [0]), 7),
  ],
  PRelu: [
    prelu([1]),
    prelu([]),
    prelu([3, 1, 1]),
    prelu([2]),
    prelu([2, 3, 2, 2]),
    prelu([3], [2, 3]),
    { ...prelu([3, 1, 1]), opset: 7 },
    { inputs: [uniform(-2, 2, [1, 3, 4], [0]), held(uniform(-0.5, 0.5, [3, 1]))] },
  ],
  Elu: on(-2, 2, [0], { alpha: float(0.5) }, { alpha: float(-0.5) }),
  Selu: on(-2, 2, [0], { alpha: float(1.2), gamma: float(0.8) }),
  Celu: on(-2, 2, [0], { alpha: float(0.5) }, { alpha: float(2) }),
  ThresholdedRelu: on(-2, 2, [0.5, 1], { alpha: float(0.5) }),
  Shrink: on(-2, 2, [-0.5, 0.5, -1, 1], { lambd: float(1), bias: float(0.3) }).map(inFloat32),
  HardSigmoid: on(-4, 4, [-2.5, 2.5, -2, 2, -1.6, 2.4], { alpha: float(1 / 4), beta: float(0.4) }),
  HardSwish: on(-5, 5, [-3, 3]),
  Softplus: on(-4, 4),
  Softsign: on(-3, 3, [0]),
  Mish: on(-3, 3),
  Gelu: on(-3, 3, [], { approximate: "tanh" }),
  Swish: on(-3, 3, [], { alpha: float(1.7) }).map((one) => ({ ...one, opset: 24 })),
  Clip: [
    { inputs: [uniform(-2, 2, shape, [-1, 1]), floats([-1], []), floats([1], [])] },
    { inputs: [uniform(-2, 2, shape, [0.5]), undefined, floats([0.5], [])] },
    { inputs: [uniform(-2, 2, shape, [-0.5]), floats([-0.5], [])] },
    { inputs: [uniform(-2, 2, shape)] },
    { inputs: [uniform(-2, 2, shape, [-0.6, 0.6]), uniform(-0.62, -0.58, []), uniform(0.58, 0.62, [])] },
    { inputs: [uniform(-2, 2, shape), floats([1], []), floats([-1], [])], expects: "zero" },
    { inputs: [uniform(-2, 2, shape), uniform(0.5, 1, []), uniform(-1, -0.5, [])] },
    { inputs: [uniform(-2, 2, shape, [-1, 1])], attributes: { min: float(-1), max: float(1) }, opset: 7 },
    { inputs: [uniform(-2, 8, shape, [0, 6])], attributes: { min: float(0), max: float(6) }, opset: 10 },
    { inputs: [uniform(-2, 2, shape, [0])], attributes: { min: float(0) }, opset: 7 },
  ],
  "com.microsoft::Gelu": on(-3, 3),
  "com.microsoft::QuickGelu": on(-3, 3, [], { alpha: float(1) }),
};
