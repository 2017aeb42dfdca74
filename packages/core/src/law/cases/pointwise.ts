import { constant, distinct, fed, floats, held, uniform, type Case, type Cases } from "../case.js";

const on = (low: number, high: number, avoid?: readonly number[]): readonly Case[] => [
  { inputs: [uniform(low, high, [2, 3, 2], avoid)] },
];

/** Broadcasting both ways, scalars, and one value for both. */
const binary = (low: number, high: number): readonly Case[] =>
  [
    [
      [2, 3],
      [2, 3],
    ],
    [
      [2, 3, 4],
      [3, 1],
    ],
    [[3], [2, 1, 3]],
    [[2, 2], []],
    [
      [1, 4, 1],
      [3, 1, 2],
    ],
  ].map(([a, b]) => ({ inputs: [uniform(low, high, a!), uniform(low, high, b!)] }));

const steps = (x: Case["inputs"][number]): readonly Case[] => [{ inputs: [x], expects: "zero" }];

const variadic: readonly Case[] = [
  { inputs: [distinct([2, 3])] },
  { inputs: [distinct([2, 3]), distinct([2, 3], 0.07)] },
  { inputs: [distinct([2, 3]), distinct([3], 0.17), distinct([4, 1, 3], 0.073)] },
];

export const pointwise: Cases = {
  Abs: on(-2, 2, [0]),
  Neg: on(-2, 2),
  Exp: on(-2, 2),
  Log: on(0.2, 3),
  Sqrt: on(0.2, 3),
  Reciprocal: [...on(0.4, 2), ...on(-2, -0.4)],
  Sin: on(-3, 3),
  Cos: on(-3, 3),
  Tan: on(-1.2, 1.2),
  Asin: on(-0.9, 0.9),
  Acos: on(-0.9, 0.9),
  Atan: on(-3, 3),
  Sinh: on(-2, 2),
  Cosh: on(-2, 2),
  Tanh: on(-2, 2),
  Asinh: on(-3, 3),
  Acosh: on(1.2, 4),
  Atanh: on(-0.9, 0.9),
  Erf: on(-2, 2),
  Identity: on(-2, 2),
  Dropout: [
    { inputs: [uniform(-2, 2, [2, 3])] },
    { inputs: [uniform(-2, 2, [2, 3]), floats([0.3], []), constant([0], [], "bool")], outputs: 2 },
    {
      inputs: [uniform(-2, 2, [2, 3]), floats([0.3], []), constant([1], [], "bool")],
      random: true,
      expects: "straight-through",
    },
    { inputs: [uniform(-2, 2, [2, 3])], attributes: { ratio: { float: 0.3 } }, opset: 7 },
    { inputs: [uniform(-2, 2, [2, 3])], attributes: { ratio: { float: 0.3 } }, opset: 10 },
  ],
  Cast: [
    { inputs: [uniform(-2, 2, [2, 3])], attributes: { to: 1 }, opset: 7 },
    { inputs: [uniform(-2, 2, [2, 3])], attributes: { to: 11 } },
  ],
  CastLike: [{ inputs: [uniform(-2, 2, [2, 3]), constant([0], [1], "float64")] }],
  Floor: steps(uniform(-2, 2, [2, 3], [-1, 0, 1])),
  Ceil: steps(uniform(-2, 2, [2, 3], [-1, 0, 1])),
  Round: steps(uniform(-2, 2, [2, 3], [-1.5, -0.5, 0.5, 1.5])),
  Sign: steps(uniform(-2, 2, [2, 3], [0])),
  EyeLike: steps(uniform(-2, 2, [3, 3])),
  RandomNormalLike: [{ inputs: [uniform(-2, 2, [2, 3])], expects: "zero", random: true }],
  RandomUniformLike: [{ inputs: [uniform(-2, 2, [2, 3])], expects: "zero", random: true }],
  Bernoulli: [{ inputs: [uniform(0.1, 0.9, [2, 3])], expects: "zero", random: true }],
  Add: [...binary(-2, 2), { inputs: [uniform(-2, 2, [2, 3]), uniform(-2, 2, [3])], opset: 7 }],
  Sub: [...binary(-2, 2), { inputs: [uniform(-2, 2, [2, 3]), uniform(-2, 2, [3])], opset: 7 }],
  Mul: [...binary(-2, 2), { inputs: [uniform(-2, 2, [2, 3]), uniform(-2, 2, [3])], opset: 7 }],
  Div: [...binary(0.5, 2), { inputs: [uniform(-2, 2, [2, 3]), uniform(0.5, 2, [2, 1])], opset: 7 }],
  Pow: [
    ...binary(0.5, 2),
    ...[0, 1, 2, 3, 0.5, -1, 1.7].map((p) => ({ inputs: [uniform(0.3, 2, [2, 3]), floats([p], [])] })),
    ...[2, 3, 5].map((p) => ({ inputs: [uniform(-2, 2, [2, 3]), floats([p], [1])] })),
    { inputs: [uniform(-2, 2, [2, 3]), floats([1, 0, 3])] },
    { inputs: [uniform(-2, 2, [2, 3]), constant([2], [])] },
    { inputs: [uniform(0.3, 2, [2, 3]), fed(floats([1, 2, 1.5], [3]))], opset: 7 },
  ],
  Mod: [
    {
      inputs: [uniform(1.1, 1.9, [2, 3]), uniform(0.6, 0.9, [3])],
      attributes: { fmod: 1 },
    },
    { inputs: [uniform(-6.9, -6.1, [2, 3]), uniform(1.6, 1.9, [2, 1])], attributes: { fmod: 1 } },
  ],
  Max: [...variadic, { inputs: [distinct([2, 3]), held(distinct([2, 3], 0.07))], opset: 8 }],
  Min: [...variadic, { inputs: [distinct([2, 3]), distinct([2, 3], 0.071)], opset: 7 }],
  Sum: [...variadic, { inputs: [distinct([2, 3]), distinct([2, 3])], opset: 7 }],
  Mean: [...variadic, { inputs: [distinct([2, 3]), distinct([2, 3])], opset: 7 }],
  Where: [
    {
      inputs: [constant([1, 0, 1, 0, 0, 1], [2, 3], "bool"), uniform(-1, 1, [2, 3]), uniform(-1, 1, [2, 3])],
    },
    { inputs: [fed(constant([1, 0], [2, 1], "bool")), uniform(-1, 1, [3]), uniform(-1, 1, [4, 1, 1])] },
    { inputs: [constant([1, 0, 1], [3], "bool"), uniform(-1, 1, []), uniform(-1, 1, [2, 3])], opset: 9 },
  ],
};
