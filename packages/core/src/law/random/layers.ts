import { size } from "../../tensor.js";
import type { Attributes, Maker } from "./draw.js";

/** A reduction: axes are an attribute before operator set `since`, and an input then. */
const reduction =
  (type: string, since: number, { positive = false } = {}): Maker =>
  (draw) => {
    const x = draw.value(1, 2, 3, 4, 5);
    if (!x) return undefined;
    const keepdims: Attributes = draw.chance(0.3) ? {} : { keepdims: draw.int(0, 1) };
    const read = positive ? draw.positive(x) : x;
    if (draw.chance(0.2)) return draw.one(type, [read], keepdims);
    if (draw.opset >= since && draw.chance(0.1)) {
      return draw.one(type, [read, draw.constant([], "int64", [0])], {
        ...keepdims,
        noop_with_empty_axes: draw.int(0, 1),
      });
    }
    const { input, attributes } = draw.list("axes", draw.axes(draw.shapeOf(x).length), since);
    return draw.one(type, [read, ...input], { ...keepdims, ...attributes });
  };

const alongAxis =
  (type: string, attributes: Attributes = {}): Maker =>
  (draw) => {
    const x = draw.value(1, 2, 3, 4);
    if (!x) return undefined;
    return draw.one(
      type,
      [x],
      draw.chance(0.2) ? attributes : { ...attributes, axis: draw.axis(draw.shapeOf(x).length) },
    );
  };

/** Equations over one and two operands. */
const equations = [
  "ij->ji",
  "ii->i",
  "ij->i",
  "ijk->kj",
  "ij,jk->ik",
  "bij,bjk->bik",
  "bij,bkj->bik",
  "ij,ij->",
  "i,j->ij",
  "...ij,...jk->...ik",
  "bhwc,ck->bhwk",
  "abc,abc->ac",
];

const einsum: Maker = (draw) => {
  const equation = draw.pick(equations);
  const [given, more] = equation.split("->")[0]!.split(",") as [string, string | undefined];
  const letters = given.replace("...", "");
  const x = draw.value(...(given.includes("...") ? [2, 3] : [letters.length]));
  if (!x) return undefined;
  const shape = draw.shapeOf(x);
  const dims = new Map([...letters].map((letter, i) => [letter, shape[shape.length - letters.length + i]!]));
  if (more === undefined) return draw.one("Einsum", [x], { equation });
  const batch = more.includes("...") ? shape.slice(0, -letters.length) : [];
  const other = [...more.replace("...", "")].map((letter) => dims.get(letter) ?? draw.int(1, 3));
  return draw.one("Einsum", [x, draw.operand([...batch, ...other])], { equation });
};

const recurrent =
  (type: string, gates: number): Maker =>
  (draw) => {
    const x = draw.value(3);
    if (!x) return undefined;
    const [, batch, width] = draw.shapeOf(x) as [number, number, number];
    const direction = draw.pick(["forward", "reverse", "bidirectional"]);
    const directions = direction === "bidirectional" ? 2 : 1;
    const hidden = draw.int(1, 3);
    const options = { deviation: 0.5 };
    const inputs = [
      x,
      draw.operand([directions, gates * hidden, width], options),
      draw.operand([directions, gates * hidden, hidden], options),
      draw.chance() ? draw.operand([directions, 2 * gates * hidden], options) : undefined,
      undefined,
      draw.chance() ? draw.operand([directions, batch, hidden], options) : undefined,
    ];
    const reset = type === "GRU" ? { linear_before_reset: draw.int(0, 1) } : {};
    return draw.node(type, inputs, { hidden_size: hidden, direction, ...reset }, type === "LSTM" ? 3 : 2);
  };

export const layers: Readonly<Record<string, Maker>> = {
  ...Object.fromEntries(
    ["ReduceMean", "ReduceMax", "ReduceMin", "ReduceL1", "ReduceSumSquare", "ReduceLogSumExp"].map((type) => [
      type,
      reduction(type, 18),
    ]),
  ),
  ReduceSum: reduction("ReduceSum", 13),
  ReduceL2: reduction("ReduceL2", 18, { positive: true }),
  ReduceLogSum: reduction("ReduceLogSum", 18, { positive: true }),
  // many factors would vanish in float32, and not in float64
  ReduceProd: (draw) => {
    const made = reduction("ReduceProd", 18)(draw);
    const read = draw.nodes.at(-1)?.inputs[0];
    return read && size(draw.shapeOf(read)) <= 24 ? made : undefined;
  },
  Softmax: alongAxis("Softmax"),
  LogSoftmax: alongAxis("LogSoftmax"),
  Hardmax: alongAxis("Hardmax"),
  LpNormalization: (draw) => alongAxis("LpNormalization", { p: draw.int(1, 2) })(draw),
  Einsum: einsum,
  LSTM: recurrent("LSTM", 4),
  GRU: recurrent("GRU", 3),
  RNN: recurrent("RNN", 1),
  MatMul: (draw) => {
    const x = draw.value(1, 2, 3, 4);
    if (!x) return undefined;
    const shape = draw.shapeOf(x);
    const inner = shape.at(-1)!;
    const batch = shape.slice(0, -2);
    const other = draw.pick([
      [inner],
      [inner, draw.int(1, 4)],
      [...batch, inner, draw.int(1, 4)],
      [2, ...batch.map(() => 1), inner, 2],
    ]);
    return draw.one("MatMul", [x, draw.operand(other, { deviation: 0.5 })]);
  },
  Gemm: (draw) => {
    const x = draw.value(2);
    if (!x) return undefined;
    const [transA, transB, width] = [draw.int(0, 1), draw.int(0, 1), draw.int(1, 4)];
    const [rows, inner] = transA ? draw.shapeOf(x).toReversed() : draw.shapeOf(x);
    const b = draw.operand(transB ? [width, inner!] : [inner!, width], { deviation: 0.5 });
    const c = draw.operand(draw.pick([[width], [rows!, width], [rows!, 1], [1], []]));
    const inputs = draw.opset >= 11 && draw.chance(0.3) ? [x, b] : [x, b, c];
    return draw.one("Gemm", inputs, { transA, transB, alpha: { float: 0.7 }, beta: { float: 1.3 } });
  },
  BatchNormalization: (draw) => {
    const x = draw.value(2, 3, 4, 5);
    if (!x) return undefined;
    const channels = [draw.shapeOf(x)[1]!];
    const inputs = [
      draw.operand(channels),
      draw.operand(channels),
      draw.operand(channels),
      draw.operand(channels, { positive: true }),
    ];
    return draw.one("BatchNormalization", [x, ...inputs], { epsilon: { float: 1e-3 } });
  },
  InstanceNormalization: (draw) => {
    const x = draw.value(3, 4, 5);
    if (!x || size(draw.shapeOf(x).slice(2)) < 2) return undefined;
    const channels = [draw.shapeOf(x)[1]!];
    return draw.one("InstanceNormalization", [x, draw.operand(channels), draw.operand(channels)], {
      epsilon: { float: 1e-2 },
    });
  },
  LayerNormalization: (draw) => {
    const x = draw.value(1, 2, 3, 4);
    if (!x) return undefined;
    const axis = draw.axis(draw.shapeOf(x).length);
    const dims = draw.shapeOf(x).slice(axis);
    const inputs = [x, draw.operand(dims), ...(draw.chance() ? [draw.operand(dims)] : [])];
    return draw.node("LayerNormalization", inputs, { axis, epsilon: { float: 1e-2 } }, draw.chance(0.2) ? 3 : 1);
  },
  RMSNormalization: (draw) => {
    const x = draw.value(1, 2, 3, 4);
    if (!x) return undefined;
    const axis = draw.axis(draw.shapeOf(x).length);
    return draw.one("RMSNormalization", [x, draw.operand(draw.shapeOf(x).slice(axis))], {
      axis,
      epsilon: { float: 1e-2 },
    });
  },
  GroupNormalization: (draw) => {
    const x = draw.value(3, 4, 5);
    if (!x) return undefined;
    const channels = draw.shapeOf(x)[1]!;
    const groups = draw.pick([1, 2, channels].filter((n) => channels % n === 0));
    // one scale for each group before 21, and for each channel then
    const dims = [draw.opset < 21 ? groups : channels];
    return draw.one("GroupNormalization", [x, draw.operand(dims), draw.operand(dims)], {
      num_groups: groups,
      epsilon: { float: 1e-2 },
    });
  },
  LRN: (draw) => {
    const x = draw.value(3, 4);
    return (
      x &&
      draw.one("LRN", [x], {
        size: draw.pick([1, 3, 4]),
        alpha: { float: 0.3 },
        beta: { float: 0.75 },
        bias: { float: 1.1 },
      })
    );
  },
  MeanVarianceNormalization: (draw) => {
    const x = draw.value(4);
    return x && draw.one("MeanVarianceNormalization", [x], draw.chance() ? {} : { axes: [1, 2, 3] });
  },
  Attention: (draw) => {
    const q = draw.value(4);
    if (!q) return undefined;
    const [batch, heads, length, width] = draw.shapeOf(q) as [number, number, number, number];
    const keys = draw.int(1, 4);
    const k = draw.operand([batch, heads, keys, width]);
    const v = draw.operand([batch, heads, keys, draw.int(1, 3)]);
    const mask = draw.chance(0.3) ? [draw.operand([length, keys])] : [];
    return draw.one("Attention", [q, k, v, ...mask], {
      is_causal: draw.int(0, 1),
      softcap: { float: draw.pick([0, 2]) },
    });
  },
  NegativeLogLikelihoodLoss: (draw) => {
    const x = draw.value(2, 3);
    if (!x) return undefined;
    const [batch, classes, ...rest] = draw.shapeOf(x) as [number, number];
    const dims = [batch, ...rest];
    const labels = draw.constant(
      Array.from({ length: size(dims) }, () => draw.rng.int(classes)),
      "int64",
      dims,
    );
    const type = draw.pick(["NegativeLogLikelihoodLoss", "SoftmaxCrossEntropyLoss"]);
    return draw.one(type, [x, labels], { reduction: draw.pick(["none", "mean", "sum"]) });
  },
};
