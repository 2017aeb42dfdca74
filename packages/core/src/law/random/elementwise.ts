import type { Attributes, Draw, Maker } from "./draw.js";

const unary =
  (type: string, attributes: (draw: Draw) => Attributes = () => ({})): Maker =>
  (draw) => {
    const x = draw.value();
    return x && draw.one(type, [x], attributes(draw));
  };

const alpha = (draw: Draw): Attributes => (draw.chance() ? {} : { alpha: { float: 0.2 + draw.rng.uniform() } });

const plain = (
  "Abs Neg Sigmoid Tanh Relu Selu Softplus Softsign Erf Sin Cos Atan Asinh Identity " + "HardSwish Mish Sinh Cosh Exp"
).split(" ");

/** Functions of what a first node makes fit. */
const inDomain =
  (type: string, fit: (draw: Draw, x: NonNullable<ReturnType<Draw["value"]>>) => ReturnType<Draw["one"]>): Maker =>
  (draw) => {
    const x = draw.value();
    return x && draw.one(type, [fit(draw, x)]);
  };

const within: Parameters<typeof inDomain>[1] = (draw, x) =>
  draw.one("Mul", [draw.one("Tanh", [x]), draw.constant([0.7], "float32", [])]);
const above: Parameters<typeof inDomain>[1] = (draw, x) => draw.positive(x);
const aboveOne: Parameters<typeof inDomain>[1] = (draw, x) =>
  draw.one("Add", [draw.positive(x), draw.constant([1], "float32", [])]);

/** Away from the whole numbers that other operators give: rounding would decide. */
const offWhole: Parameters<typeof inDomain>[1] = (draw, x) =>
  draw.one("Add", [x, draw.constant([0.3713], "float32", [])]);

const pair =
  (type: string, { positive = false, attributes = {} as Attributes } = {}): Maker =>
  (draw) => {
    const x = draw.value();
    if (!x) return undefined;
    const y = draw.operand(draw.broadcasting(draw.shapeOf(x)), { positive });
    const commutes = !positive && draw.chance(0.3);
    return draw.one(type, commutes ? [y, x] : [x, y], attributes);
  };

const several =
  (type: string): Maker =>
  (draw) => {
    const x = draw.value();
    if (!x) return undefined;
    const others = Array.from({ length: draw.int(0, 2) }, () =>
      // Max and Min broadcast since 8, and so do Sum and Mean
      draw.operand(draw.opset < 8 ? draw.shapeOf(x) : draw.broadcasting(draw.shapeOf(x))),
    );
    return draw.one(type, [x, ...others]);
  };

/** Of numbers that are not computed from each other: rounding decides between those that are equal. */
const condition = (draw: Draw, x: NonNullable<ReturnType<Draw["value"]>>) =>
  draw.one(draw.pick(["Greater", "Less"]), [x, draw.operand(draw.broadcasting(draw.shapeOf(x)), { fresh: true })]);

export const elementwise: Readonly<Record<string, Maker>> = {
  ...Object.fromEntries(plain.map((type) => [type, unary(type)])),
  Elu: unary("Elu", alpha),
  Celu: unary("Celu", alpha),
  LeakyRelu: unary("LeakyRelu", alpha),
  ThresholdedRelu: unary("ThresholdedRelu", alpha),
  HardSigmoid: unary("HardSigmoid", alpha),
  Swish: unary("Swish", alpha),
  Gelu: unary("Gelu", (draw) => (draw.chance() ? { approximate: "tanh" } : {})),
  Shrink: unary("Shrink", () => ({ lambd: { float: 0.3 }, bias: { float: 0.1 } })),
  Cast: unary("Cast", () => ({ to: 1 })),
  ...Object.fromEntries(["Floor", "Ceil", "Round", "Sign"].map((type) => [type, inDomain(type, offWhole)])),
  Sqrt: inDomain("Sqrt", above),
  Log: inDomain("Log", above),
  Reciprocal: inDomain("Reciprocal", above),
  Asin: inDomain("Asin", within),
  Acos: inDomain("Acos", within),
  Atanh: inDomain("Atanh", within),
  Tan: inDomain("Tan", within),
  Acosh: inDomain("Acosh", aboveOne),
  Add: pair("Add"),
  Sub: pair("Sub"),
  Mul: pair("Mul"),
  Div: pair("Div", { positive: true }),
  Mod: pair("Mod", { positive: true, attributes: { fmod: 1 } }),
  PRelu: (draw) => {
    const x = draw.value();
    // the slope broadcasts to x, and not x to the slope
    return x && draw.one("PRelu", [x, draw.operand(draw.shapeOf(x).map((dim) => (draw.chance(0.4) ? 1 : dim)))]);
  },
  Pow: (draw) => {
    const x = draw.value();
    if (!x) return undefined;
    const exponent = draw.chance() ? draw.constant([draw.pick([2, 3, 0.5, -1, 1, 1.7])], "float32", []) : undefined;
    return draw.one("Pow", [draw.positive(x), exponent ?? draw.operand(draw.broadcasting(draw.shapeOf(x)))]);
  },
  Max: several("Max"),
  Min: several("Min"),
  Sum: several("Sum"),
  Mean: several("Mean"),
  Where: (draw) => {
    const x = draw.value();
    if (!x) return undefined;
    const other = draw.operand(draw.broadcasting(draw.shapeOf(x)));
    return draw.one("Where", [condition(draw, x), ...(draw.chance() ? [x, other] : [other, x])]);
  },
  Clip: (draw) => {
    const x = draw.value();
    if (!x) return undefined;
    const [low, high] = [-0.2 - draw.rng.uniform(), 0.2 + draw.rng.uniform()];
    if (draw.opset < 11) return draw.one("Clip", [x], { min: { float: low }, max: { float: high } });
    const bound = (at: number) => (draw.chance(0.25) ? undefined : draw.constant([at], "float32", []));
    return draw.one("Clip", [x, bound(low), bound(high)]);
  },
  Dropout: (draw) => {
    const x = draw.value();
    return x && draw.one("Dropout", [x], draw.opset < 12 ? { ratio: { float: 0.5 } } : {});
  },
};
