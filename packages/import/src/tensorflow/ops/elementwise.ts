import { XstarError } from "@xstar/core";
import type { Builder } from "../../build/builder.js";
import { broadcast, rankOf, type Symbolic } from "../../build/symbolic.js";
import { gelu, leakyRelu, prelu, relu6, softmax } from "../../ops/activations.js";
import { aligned, binary, cast, joined, not, unary, where } from "../../ops/elementwise.js";
import { unsqueeze } from "../../ops/shapes.js";
import type { EmitOp, OpRows } from "../op.js";
import { dtypeOfNumber } from "../values.js";

const one =
  (opType: string): EmitOp =>
  (b, [x]) =>
    unary(b, opType, x!);

const two =
  (opType: string): EmitOp =>
  (b, [x, y]) =>
    binary(b, opType, x!, y!);

const same: EmitOp = (_, [x]) => x;

const reciprocalRoot: EmitOp = (b, [x]) => unary(b, "Reciprocal", unary(b, "Sqrt", x!));

const divNoNan: EmitOp = (b, [x, y]) => {
  const isZero = binary(b, "Equal", y!, 0);
  const quotient = binary(b, "Div", x!, where(b, isZero, b.scalar(1), y!));
  return where(b, isZero, b.scalar(0), quotient);
};

/** A scalar or a vector of the first axis may choose among whole rows. */
const select: EmitOp = (b, [condition, x, y]) => {
  const missing = rankOf(x!) - rankOf(condition!);
  const axes = Array.from({ length: missing }, (_, i) => rankOf(condition!) + i);
  return where(b, missing > 0 && rankOf(condition!) === 1 ? unsqueeze(b, condition!, axes) : condition!, x!, y!);
};

const casting: EmitOp = (b, [x], op) => {
  const dtype = dtypeOfNumber(op.type("DstT"));
  if (!dtype)
    throw new XstarError(
      "unsupported-model",
      `Operation "${op.name}" casts to the element type ${op.type("DstT")}, which is not supported`,
    );
  return cast(b, x!, dtype);
};

const floorMod: EmitOp = (b, [x, y]) => {
  const [p, q] = aligned(b, [x!, y!]) as [Symbolic, Symbolic];
  const dims = broadcast(p.dims, q.dims);
  if (p.dtype === "int64") return b.emit("Mod", [p, q], { dims, dtype: p.dtype, isFirst: p.isFirst });
  return binary(b, "Sub", p, binary(b, "Mul", unary(b, "Floor", binary(b, "Div", p, q)), q));
};

const floorDiv: EmitOp = (b, [x, y]) => {
  const quotient = binary(b, "Div", x!, y!);
  return x!.dtype === "int64" ? quotient : unary(b, "Floor", quotient);
};

const logical =
  (opType: string): EmitOp =>
  (b, [x, y]) =>
    binary(b, opType, x!, y!);

const constantLike =
  (value: number): EmitOp =>
  (b, [x]) =>
    binary(b, "Add", binary(b, "Mul", x!, 0), value);

const square = (b: Builder, x: Symbolic) => binary(b, "Mul", x, x);

/** Operations that work element by element. */
export const elementwise: OpRows = {
  Add: two("Add"),
  AddV2: two("Add"),
  AddN: (b, xs) => joined(b, "Add", xs),
  Sub: two("Sub"),
  Mul: two("Mul"),
  RealDiv: two("Div"),
  Div: two("Div"),
  DivNoNan: divNoNan,
  FloorDiv: floorDiv,
  FloorMod: floorMod,
  Maximum: two("Max"),
  Minimum: two("Min"),
  Pow: two("Pow"),
  Square: (b, [x]) => square(b, x!),
  SquaredDifference: (b, [x, y]) => square(b, binary(b, "Sub", x!, y!)),
  Sqrt: one("Sqrt"),
  Rsqrt: reciprocalRoot,
  Exp: one("Exp"),
  Log: one("Log"),
  Log1p: (b, [x]) => unary(b, "Log", binary(b, "Add", x!, 1)),
  Sin: one("Sin"),
  Cos: one("Cos"),
  Abs: one("Abs"),
  Neg: one("Neg"),
  Floor: one("Floor"),
  Ceil: one("Ceil"),
  Round: one("Round"),
  Sign: one("Sign"),
  Reciprocal: one("Reciprocal"),
  Inv: one("Reciprocal"),
  Erf: one("Erf"),
  Relu: one("Relu"),
  Relu6: (b, [x]) => relu6(b, x!),
  LeakyRelu: (b, [x], op) => leakyRelu(b, x!, op.float("alpha", 0.2)),
  Prelu: (b, [x, slope]) => prelu(b, x!, slope!),
  Elu: one("Elu"),
  Selu: one("Selu"),
  Gelu: (b, [x], op) => gelu(b, x!, op.flag("approximate")),
  HardSwish: one("HardSwish"),
  Sigmoid: one("Sigmoid"),
  Tanh: one("Tanh"),
  Softplus: one("Softplus"),
  Softsign: one("Softsign"),
  Softmax: (b, [x]) => softmax(b, x!),
  LogSoftmax: (b, [x]) => softmax(b, x!, -1, "LogSoftmax"),
  ClipByValue: (b, [x, low, high]) => binary(b, "Min", binary(b, "Max", x!, low!), high!),
  Equal: two("Equal"),
  NotEqual: (b, [x, y]) => not(b, binary(b, "Equal", x!, y!)),
  Greater: two("Greater"),
  GreaterEqual: two("GreaterOrEqual"),
  Less: two("Less"),
  LessEqual: two("LessOrEqual"),
  LogicalAnd: logical("And"),
  LogicalOr: logical("Or"),
  LogicalNot: (b, [x]) => not(b, x!),
  Select: select,
  SelectV2: (b, [condition, x, y]) => where(b, condition!, x!, y!),
  Cast: casting,
  ZerosLike: constantLike(0),
  OnesLike: constantLike(1),
  Identity: same,
  IdentityN: (_, xs) => xs,
  Snapshot: same,
  StopGradient: same,
  PreventGradient: same,
  CheckNumerics: same,
  EnsureShape: same,
  ReadVariableOp: same,
  PlaceholderWithDefault: same,
};
