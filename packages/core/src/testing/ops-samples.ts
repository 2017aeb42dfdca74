import { type Sample, of, floats, ints, bools, sample, unary, binary, reduce } from "./ops-sample.js";

/** At least one sample for each emitter of `createOps`. */
export const samples: Readonly<Record<string, readonly Sample[]>> = {
  add: [...binary("add"), sample([[2]], (op, x) => op.add(x, 0)), sample([[2]], (op, x) => op.add(0, x))],
  sub: [
    ...binary("sub"),
    sample([[2]], (op, x) => op.sub(x, 0)),
    sample([floats([1, 3])], (op, x) => op.sub(1, x), [0, -2]),
  ],
  mul: [...binary("mul"), sample([[2]], (op, x) => op.mul(1, x))],
  div: [...binary("div"), sample([[2]], (op, x) => op.div(x, 1))],
  pow: binary("pow"),
  min: binary("min"),
  max: binary("max"),
  equal: binary("equal"),
  greater: binary("greater"),
  greaterOrEqual: binary("greaterOrEqual"),
  less: binary("less"),
  lessOrEqual: binary("lessOrEqual"),
  and: binary("and", "bool"),
  or: binary("or", "bool"),
  not: [sample([bools([1, 0])], (op, x) => op.not(x), [0, 1])],
  ...Object.fromEntries(
    (
      [
        "neg",
        "abs",
        "exp",
        "log",
        "sqrt",
        "reciprocal",
        "sin",
        "cos",
        "sinh",
        "cosh",
        "tanh",
        "sigmoid",
        "softplus",
        "relu",
        "erf",
        "floor",
        "identity",
      ] as const
    ).map((name) => [name, unary(name)]),
  ),
  round: [
    sample([floats([-2.5, -1.5, -0.5, -0.4, 0.5, 1.5, 2.5, 2.6])], (op, x) => op.round(x), [-2, -2, 0, 0, 0, 2, 2, 3]),
  ],
  where: [
    sample([bools([1, 0]), floats([1, 2]), floats([3, 4])], (op, c, a, b) => op.where(c, a, b), [1, 4]),
    sample([bools([1, 0], [2, 1]), [3]], (op, c, a) => op.where(c, a, 0)),
  ],
  cast: [
    sample([floats([1.7, -1.7])], (op, x) => op.cast(x, "int64"), [1, -1]),
    sample([floats([0, 2])], (op, x) => op.cast(x, "bool"), [0, 1]),
    sample([floats([0, 2])], (op, x) => op.cast(x, "float16"), [0, 2]),
    sample([ints([4])], (op, x) => op.cast(x, "float64"), [4]),
    sample([ints([4])], (op, x) => op.cast(x, "int64"), [4]),
  ],
  clip: [
    sample([floats([-1, 0, 3])], (op, x) => op.clip(x, 0, 1), [0, 0, 1]),
    sample([floats([-1, 0, 3])], (op, x) => op.clip(x, undefined, 1), [-1, 0, 1]),
    sample([floats([-1, 0, 3])], (op, x) => op.clip(x, 0), [0, 0, 3]),
    sample([floats([-1, 0, 3])], (op, x) => op.clip(x), [-1, 0, 3]),
  ],
  hardSigmoid: [sample([floats([-9, 0, 9])], (op, x) => op.hardSigmoid(x, 0.2, 0.5), [0, 0.5, 1])],
  sign: [sample([floats([-3, 0, 0.1])], (op, x) => op.sign(x), [-1, 0, 1])],
  step: [
    sample([floats([-3, 0, 0.1])], (op, x) => op.step(x), [0, 0, 1]),
    sample([of("float64", [-3, 0, 0.1])], (op, x) => op.step(x), [0, 0, 1]),
  ],
  sum: [
    sample(
      [
        [2, 2],
        [2, 2],
        [2, 2],
      ],
      (op, ...terms) => op.sum(terms),
    ),
    sample([floats([1, 2]), floats([3]), floats([4])], (op, ...terms) => op.sum(terms), [8, 9]),
    sample([[2], [1]], (op, ...terms) => op.sum(terms)),
    sample([[2]], (op, ...terms) => op.sum(terms)),
  ],
  meanOfEach: [
    sample([floats([1, 2, 3, 6], [2, 2])], (op, x) => op.meanOfEach(x), [1.5, 4.5]),
    sample([[2, 3, 4]], (op, x) => op.meanOfEach(x)),
    sample([[2]], (op, x) => op.meanOfEach(x)),
  ],
  sumOfEach: [
    sample([floats([1, 2, 3, 6], [2, 2])], (op, x) => op.sumOfEach(x), [3, 9]),
    sample([[2, 3, 4]], (op, x) => op.sumOfEach(x)),
  ],
  safeSqrt: [sample([floats([0, 4, 9], [3])], (op, x) => op.safeSqrt(x), [1e-6, 2, 3])],
  reduceSum: reduce("reduceSum"),
  reduceMean: reduce("reduceMean" as "reduceSum"),
  reduceMax: reduce("reduceMax" as "reduceSum"),
  reduceMin: reduce("reduceMin" as "reduceSum"),
  reduceProd: reduce("reduceProd" as "reduceSum"),
  reduceSumSquare: [
    ...reduce("reduceSumSquare" as "reduceSum"),
    sample([floats([-3], [])], (op, x) => op.reduceSumSquare(x), [9]),
  ],
  reduceL2: [...reduce("reduceL2" as "reduceSum"), sample([floats([-3], [])], (op, x) => op.reduceL2(x), [3])],
  reduceLogSumExp: reduce("reduceLogSumExp" as "reduceSum"),
  argMax: [
    sample([floats([1, 3, 2, 0, 5, 4], [2, 3])], (op, x) => op.argMax(x, 1), [1, 1]),
    sample([[2, 3]], (op, x) => op.argMax(x, -2, true)),
  ],
  softmax: [sample([[2, 3]], (op, x) => op.softmax(x)), sample([[2, 3, 4]], (op, x) => op.softmax(x, 1))],
  logSoftmax: [
    sample([floats([7, 7], [1, 2])], (op, x) => op.logSoftmax(x), [-Math.log(2), -Math.log(2)]),
    sample([[2, 3, 4]], (op, x) => op.logSoftmax(x, 1)),
  ],
  cumSum: [
    sample([floats([1, 2, 3])], (op, x) => op.cumSum(x, 0), [1, 3, 6]),
    sample([floats([1, 2, 3])], (op, x) => op.cumSum(x, -1, { exclusive: true, reverse: true }), [5, 3, 0]),
  ],
  reshape: [
    sample([[2, 6]], (op, x) => op.reshape(x, [3, 4])),
    sample([[2, 6]], (op, x) => op.reshape(x, [2, 6])),
    sample([[1, 1]], (op, x) => op.reshape(x, [])),
    sample([floats([], [0, 3])], (op, x) => op.reshape(x, [3, 0])),
  ],
  flatten: [sample([[2, 3, 4]], (op, x) => op.flatten(x)), sample([[2]], (op, x) => op.flatten(x))],
  transpose: [
    sample([[2, 3, 4]], (op, x) => op.transpose(x, [2, 0, 1])),
    sample([[2, 3]], (op, x) => op.transpose(x, [0, 1])),
  ],
  concat: [
    sample(
      [
        [2, 3],
        [2, 1],
      ],
      (op, ...parts) => op.concat(parts, -1),
    ),
    sample([[2, 3]], (op, ...parts) => op.concat(parts, 0)),
  ],
  slice: [
    sample([floats([0, 1, 2, 3, 4, 5])], (op, x) => op.slice(x, [{ axis: 0, start: 1, end: 6, step: 2 }]), [1, 3, 5]),
    sample([[4, 5]], (op, x) =>
      op.slice(x, [
        { axis: 0, start: 1, end: 3 },
        { axis: -1, start: 0, end: 5 },
      ]),
    ),
    sample([[4]], (op, x) => op.slice(x, [{ axis: 0, start: 2, end: 2 }])),
  ],
  sliceAxis: [
    sample([floats([0, 1, 2, 3, 4])], (op, x) => op.sliceAxis(x, 0, 3, 0, -1), [3, 2, 1]),
    sample([floats([0, 1, 2, 3, 4])], (op, x) => op.sliceAxis(x, 0, 4, -1, -2), [4, 2, 0]),
  ],
  flip: [
    sample([floats([1, 2, 3, 4], [2, 2])], (op, x) => op.flip(x, [0, 1]), [4, 3, 2, 1]),
    sample([[2, 3]], (op, x) => op.flip(x, [-1])),
  ],
  split: [sample([[2, 6]], (op, x) => op.split(x, [1, 2, 3], -1)), sample([[2, 6]], (op, x) => op.split(x, [6], 1))],
  squeeze: [sample([[2, 1, 3, 1]], (op, x) => op.squeeze(x, [1, -1]))],
  unsqueeze: [sample([[2, 3]], (op, x) => op.unsqueeze(x, [0, -1]))],
  expand: [
    sample([[2, 1]], (op, x) => op.expand(x, [4, 2, 3])),
    sample([[]], (op, x) => op.expand(x, [2])),
    sample([[2, 1]], (op, x) => op.expand(x, [2, 0])),
  ],
  tile: [sample([[2, 3]], (op, x) => op.tile(x, [2, 1])), sample([[2]], (op, x) => op.tile(x, [1]))],
  pad: [
    sample([[2, 3]], (op, x) => op.pad(x, [1, 0], [0, 2])),
    sample([floats([1, 2, 3])], (op, x) => op.pad(x, [-1], [2], "constant", 9), [2, 3, 9, 9]),
    sample([floats([1, 2, 3])], (op, x) => op.pad(x, [2], [0], "reflect"), [3, 2, 1, 2, 3]),
    sample([floats([1, 2, 3])], (op, x) => op.pad(x, [1], [1], "edge"), [1, 1, 2, 3, 3]),
    sample([[2, 3]], (op, x) => op.pad(x, [0, 0], [0, 0])),
  ],
  fill: [
    sample([], (op) => op.fill([2, 3], 0), [0, 0, 0, 0, 0, 0]),
    sample([], (op) => op.fill([2], 7, "int64"), [7, 7]),
    sample([], (op) => op.fill([], 0.5), [0.5]),
    sample([], (op) => op.fill([], 0), [0]),
    sample([], (op) => op.fill([2, 0], 1, "float64"), []),
  ],
  gather: [
    sample([[4, 5], ints([1, 0, 3], [3, 1])], (op, x, i) => op.gather(x, i, -1)),
    sample([floats([5, 6, 7]), ints([2], [])], (op, x, i) => op.gather(x, i), [7]),
  ],
  gatherElements: [
    sample([floats([1, 2, 3, 4], [2, 2]), ints([1, 0], [2, 1])], (op, x, i) => op.gatherElements(x, i, 1), [2, 3]),
  ],
  gatherND: [
    sample([[2, 3, 4], ints([0, 1, 1, 2], [2, 2])], (op, x, i) => op.gatherND(x, i)),
    sample([[2, 3, 4], ints([1, 2], [2, 1])], (op, x, i) => op.gatherND(x, i, 1)),
  ],
  scatterElements: [
    sample(
      [floats([1, 1, 1]), ints([0, 0]), floats([5, 6])],
      (op, x, i, u) => op.scatterElements(x, i, u, 0, "add"),
      [12, 1, 1],
    ),
  ],
  scatterND: [
    sample(
      [floats([1, 1, 1]), ints([2, 2], [2, 1]), floats([5, 6])],
      (op, x, i, u) => op.scatterND(x, i, u, "add"),
      [1, 1, 12],
    ),
    sample([[3, 2], ints([1], [1, 1]), [1, 2]], (op, x, i, u) => op.scatterND(x, i, u)),
  ],
  range: [sample([], (op) => op.identity(op.range(3)), [0, 1, 2])],
  matMul: [
    sample(
      [
        [2, 3],
        [3, 4],
      ],
      (op, a, b) => op.matMul(a, b),
    ),
    sample(
      [
        [5, 1, 2, 3],
        [4, 3, 2],
      ],
      (op, a, b) => op.matMul(a, b),
    ),
  ],
  gemm: [
    sample(
      [
        [2, 3],
        [3, 4],
      ],
      (op, a, b) => op.gemm(a, b),
    ),
    sample([[3, 2], [4, 3], [4]], (op, a, b, c) =>
      op.gemm(a, b, { transA: true, transB: true, alpha: 2, beta: 0.5, c }),
    ),
  ],
  einsum: [sample([[2, 3], [3]], (op, a, b) => op.einsum("ij,j->i", [a, b], [2]))],
  conv: [
    sample(
      [
        [2, 3, 7, 8],
        [4, 3, 3, 2],
      ],
      (op, x, w) => op.conv(x, w),
    ),
    sample([[1, 4, 9, 9], [6, 2, 3, 3], [6]], (op, x, w, b) =>
      op.conv(x, w, { strides: [2, 3], pads: [1, 0, 2, 1], dilations: [2, 1], group: 2 }, b),
    ),
    sample(
      [
        [1, 1, 5],
        [2, 1, 2],
      ],
      (op, x, w) => op.conv(x, w),
    ),
    sample(
      [
        [1, 1, 4, 4, 4],
        [2, 1, 2, 2, 2],
      ],
      (op, x, w) => op.conv(x, w),
    ),
  ],
  convTranspose: [
    sample(
      [
        [2, 4, 5, 5],
        [4, 3, 3, 2],
      ],
      (op, x, w) => op.convTranspose(x, w),
    ),
    sample([[1, 4, 5, 5], [4, 3, 3, 3], [6]], (op, x, w, b) =>
      op.convTranspose(
        x,
        w,
        { strides: [2, 3], pads: [1, 0, 2, 1], dilations: [2, 1], group: 2, outputPadding: [1, 0] },
        b,
      ),
    ),
  ],
  maxPool: [
    sample([[2, 3, 7, 8]], (op, x) => op.maxPool(x, { kernel: [2, 3] })),
    sample([[1, 1, 7, 8]], (op, x) =>
      op.maxPool(x, { kernel: [3, 2], strides: [2, 2], pads: [1, 0, 1, 1], dilations: [2, 1] }),
    ),
  ],
  averagePool: [
    sample(
      [floats([1, 2, 3, 4], [1, 1, 2, 2])],
      (op, x) => op.averagePool(x, { kernel: [2, 2], pads: [1, 1, 0, 0], strides: [2, 2] }),
      [0.25],
    ),
    sample([[2, 3, 7, 8]], (op, x) => op.averagePool(x, { kernel: [3, 3], strides: [2, 2] })),
  ],
  globalAveragePool: [
    sample([[2, 3, 4, 5]], (op, x) => op.globalAveragePool(x)),
    sample([[2, 3, 4]], (op, x) => op.globalAveragePool(x)),
  ],
  resize: [
    sample([floats([1, 3, 5, 7], [1, 1, 2, 2])], (op, x) => op.resize(x, [1, 1, 1, 2]), [3, 5]),
    sample([floats([0, 4], [1, 1, 1, 2])], (op, x) => op.resize(x, [1, 1, 1, 4]), [0, 1, 3, 4]),
    sample([[1, 1, 2, 2]], (op, x) => op.resize(x, [1, 1, 2, 2])),
  ],
  repeat: [
    sample([floats([1, 2, 3, 4], [1, 1, 2, 2])], (op, x) => op.repeat(x, [1, 1, 1, 2]), [1, 1, 2, 2, 3, 3, 4, 4]),
    sample([[1, 2, 3, 4]], (op, x) => op.repeat(x, [1, 1, 3, 2])),
    sample([[2]], (op, x) => op.repeat(x, [1])),
  ],
};
