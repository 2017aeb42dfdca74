import { XstarError } from "@xstar/core";
import type { Builder } from "../../build/builder.js";
import { positive, rankOf, type Symbolic } from "../../build/symbolic.js";
import { gelu, leakyRelu, relu6, softmax } from "../../ops/activations.js";
import { matMul } from "../../ops/dense.js";
import { binary, cast, clip, not, scalarLike, unary, where, type Operand } from "../../ops/elementwise.js";
import { resize } from "../../ops/images.js";
import { l2Normalize } from "../../ops/normalization.js";
import { reduce } from "../../ops/reductions.js";
import { beyond, concat, flatten, reshape, slice, squeeze, transpose, unsqueeze, type Part } from "../../ops/shapes.js";
import { activations } from "../activations.js";
import type { EmitLayer, Layer, LayerCall } from "../layer.js";
import type { EmitFunction } from "./emit-function.js";
import { rearranging } from "./rearranging.js";

const both =
  (opType: string): EmitFunction =>
  (b, take) => {
    const [x, y] = [take(0, "x", "x1"), take(1, "y", "x2")] as [Operand, Operand];
    return binary(b, opType, x, y);
  };

const one =
  (opType: string): EmitFunction =>
  (b, take) =>
    unary(b, opType, take(0, "x") as Symbolic);

const reducing =
  (opType: string): EmitFunction =>
  (b, take) => {
    const x = take(0, "input_tensor", "x") as Symbolic;
    const axis = take(1, "axis");
    const axes = axis == null ? x.dims.map((_, i) => i) : [axis].flat().map(Number);
    return reduce(b, opType, x, axes, Boolean(take(2, "keepdims")));
  };

/** The mean square of the distances from the mean. */
const spread: EmitFunction = (b, take) => {
  const x = take(0, "input_tensor", "x") as Symbolic;
  const axis = take(1, "axis");
  const axes = axis == null ? x.dims.map((_, i) => i) : [axis].flat().map(Number);
  const distances = binary(b, "Sub", x, reduce(b, "ReduceMean", x, axes, true));
  return reduce(b, "ReduceMean", binary(b, "Mul", distances, distances), axes, Boolean(take(2, "keepdims")));
};

/** Whether any, or all of some answers are yes. */
const answering =
  (opType: string): EmitFunction =>
  (b, take, layer) => {
    const x = cast(b, take(0, "x") as Symbolic, "float32");
    const made = reducing(opType)(b, (place, ...names) => (place === 0 ? x : take(place, ...names)), layer);
    return cast(b, made as Symbolic, "bool");
  };

const choosing: EmitFunction = (b, take) => {
  const [x, y] = [take(1, "x1"), take(2, "x2")] as [Operand, Operand];
  const { dtype } = (typeof x === "number" ? y : x) as Symbolic;
  const [yes, no] = [x, y].map((one) => (typeof one === "number" ? scalarLike(b, one, dtype) : one));
  return where(b, take(0, "condition") as Symbolic, yes!, no!);
};

const like =
  (value: number): EmitFunction =>
  (b, take) => {
    const x = take(0, "x") as Symbolic;
    const same = binary(b, "Add", binary(b, "Mul", cast(b, x, "float32"), 0), value);
    return cast(b, same, /bool/.test(JSON.stringify(take(1, "dtype") ?? "")) ? "bool" : "float32");
  };

/** A list of sizes in which null is the batch. */
const reshaping: EmitFunction = (b, take) => {
  const shape = take(1, "shape", "newshape") as readonly (number | null)[];
  return reshape(
    b,
    take(0, "tensor", "x") as Symbolic,
    shape.map((dim) => dim ?? -1),
  );
};

/** A list of values; Keras 2 hands each over as an argument of its own. */
const joining: EmitFunction = (b, take) => {
  const first = take(0, "values", "xs") as Symbolic | Symbolic[];
  if (Array.isArray(first)) return concat(b, first, Number(take(1, "axis") ?? -1));
  const xs: Symbolic[] = [];
  for (let x = first as Symbolic | undefined; x; x = take(xs.length) as Symbolic | undefined) xs.push(x);
  return concat(b, xs, Number(take(xs.length, "axis") ?? -1));
};

interface Bounds {
  readonly start?: number | null;
  readonly stop?: number | null;
  readonly step?: number | null;
}

/** x[:, 1:3, ...], as Keras writes it: a number, or where a part begins, ends and how far it steps. */
const item: EmitFunction = (b, take, layer) => {
  const x = take(0, "tensor", "x") as Symbolic;
  const given = [take(1, "slice_spec", "key")].flat() as (number | Bounds | string | null)[];
  const parts: Part[] = [];
  const single: number[] = [];
  given.forEach((spec, axis) => {
    if (typeof spec === "number") {
      single.push(axis);
      parts.push({ axis, start: spec, end: spec === -1 ? beyond : spec + 1 });
    } else if (typeof spec === "object" && spec !== null) {
      const { start, stop, step } = "config" in spec ? ((spec as { config: Bounds }).config ?? {}) : spec;
      if (start != null || stop != null || step != null)
        parts.push({ axis, start: start ?? 0, end: stop ?? beyond, step: step ?? 1 });
    } else
      throw new XstarError(
        "unsupported-model",
        `Layer "${layer.name}" takes a part of a value in a way that is not supported (${JSON.stringify(spec)})`,
      );
  });
  return squeeze(b, slice(b, x, parts), single);
};

const byName: Readonly<Record<string, EmitFunction>> = {
  ...rearranging,
  add: both("Add"),
  subtract: both("Sub"),
  multiply: both("Mul"),
  truediv: both("Div"),
  divide: both("Div"),
  true_divide: both("Div"),
  maximum: both("Max"),
  minimum: both("Min"),
  equal: both("Equal"),
  not_equal: (b, take, layer) => not(b, both("Equal")(b, take, layer) as Symbolic),
  greater: both("Greater"),
  greater_equal: both("GreaterOrEqual"),
  less: both("Less"),
  less_equal: both("LessOrEqual"),
  logical_and: both("And"),
  logical_or: both("Or"),
  logical_not: (b, take) => not(b, take(0, "x") as Symbolic),
  any: answering("ReduceMax"),
  all: answering("ReduceMin"),
  where: choosing,
  zeros_like: like(0),
  ones_like: like(1),
  pow: both("Pow"),
  power: both("Pow"),
  exp: one("Exp"),
  log: one("Log"),
  sqrt: one("Sqrt"),
  rsqrt: (b, take) => unary(b, "Reciprocal", unary(b, "Sqrt", take(0, "x") as Symbolic)),
  sin: one("Sin"),
  cos: one("Cos"),
  sign: one("Sign"),
  floor: one("Floor"),
  abs: one("Abs"),
  absolute: one("Abs"),
  negative: one("Neg"),
  square: (b, take) => binary(b, "Mul", take(0, "x") as Symbolic, take(0, "x") as Symbolic),
  mean: reducing("ReduceMean"),
  reduce_mean: reducing("ReduceMean"),
  sum: reducing("ReduceSum"),
  reduce_sum: reducing("ReduceSum"),
  min: reducing("ReduceMin"),
  reduce_min: reducing("ReduceMin"),
  prod: reducing("ReduceProd"),
  var: spread,
  reduce_variance: spread,
  std: (b, take, layer) => unary(b, "Sqrt", spread(b, take, layer) as Symbolic),
  reduce_std: (b, take, layer) => unary(b, "Sqrt", spread(b, take, layer) as Symbolic),
  max: reducing("ReduceMax"),
  reduce_max: reducing("ReduceMax"),
  reshape: reshaping,
  transpose: (b, take) => transpose(b, take(0, "a", "x") as Symbolic, take(1, "perm", "axes") as number[]),
  expand_dims: (b, take) => unsqueeze(b, take(0, "input", "x") as Symbolic, [Number(take(1, "axis"))]),
  squeeze: (b, take) => squeeze(b, take(0, "input", "x") as Symbolic, [take(1, "axis")].flat().map(Number)),
  concat: joining,
  concatenate: joining,
  flatten: (b, take) => flatten(b, take(0, "x") as Symbolic),
  matmul: (b, take) => matMul(b, take(0, "a", "x1") as Symbolic, take(1, "b", "x2") as Symbolic),
  clip: (b, take) => clip(b, take(0, "x") as Symbolic, take(1, "x_min") as number, take(2, "x_max") as number),
  clip_by_value: (b, take) =>
    clip(b, take(0, "t") as Symbolic, take(1, "clip_value_min") as number, take(2, "clip_value_max") as number),
  cast: (b, take) =>
    /int/.test(JSON.stringify(take(1, "dtype")))
      ? cast(b, take(0, "x") as Symbolic, "int64")
      : cast(b, take(0, "x") as Symbolic, "float32"),
  l2_normalize: (b, take) => l2Normalize(b, take(0, "x") as Symbolic, [Number(take(1, "axis") ?? -1)], 1e-12),
  relu6: (b, take) => relu6(b, take(0, "features", "x") as Symbolic),
  gelu: (b, take, { className }) =>
    gelu(b, take(0, "features", "x") as Symbolic, Boolean(take(1, "approximate") ?? className.startsWith("ops."))),
  leaky_relu: (b, take) =>
    leakyRelu(b, take(0, "features", "x") as Symbolic, Number(take(1, "alpha", "negative_slope") ?? 0.2)),
  softmax: (b, take) => softmax(b, take(0, "logits", "x") as Symbolic, Number(take(1, "axis") ?? -1)),
  identity: (_, take) => take(0, "input", "x") as Symbolic,
  getitem: item,
  get_item: item,
  resize: (b, take) =>
    resize(
      b,
      take(0, "images", "image") as Symbolic,
      { sizes: take(1, "size") as number[] },
      { method: take(2, "method", "interpolation") === "nearest" ? "nearest" : "bilinear", pixels: "half" },
    ),
  swapaxes: (b, take) => {
    const x = take(0, "x") as Symbolic;
    const [p, q] = [take(1, "axis1"), take(2, "axis2")].map((axis) => positive(Number(axis), rankOf(x)));
    return transpose(
      b,
      x,
      x.dims.map((_, i) => (i === p ? q! : i === q ? p! : i)),
    );
  },
};

/** The function of a Keras 2 layer (`math.add`, `nn.relu`, `__operators__.getitem`) or of a Keras 3 operation. */
function emitterOf(name: string): EmitFunction | undefined {
  const activation = activations[name];
  if (byName[name] || !activation) return byName[name];
  return (b, take, layer) => activation(b, take(0, "features", "x") as Symbolic, layer.context);
}

function emitFunction(b: Builder, layer: Layer, call: LayerCall, name: string): Symbolic | readonly Symbolic[] {
  const emit = emitterOf(name);
  if (!emit) {
    throw new XstarError("unsupported-model", `"${layer.name}" calls the function ${name}, which xstar does not know`, {
      hint: "Put a layer of Keras in its place and save the model again",
      details: { layer: layer.name, function: name },
    });
  }
  const take = (place: number, ...names: readonly string[]) => {
    const key = names.find((one) => one in call.kwargs) ?? names.find((one) => layer.config[one] !== undefined);
    return key !== undefined && key in call.kwargs
      ? call.kwargs[key]
      : (call.args[place] ?? (key && layer.config[key]));
  };
  return emit(b, take, layer);
}

/** Keras 2: a layer that calls a function of TensorFlow. */
const functionLayer: EmitLayer = (b, _, layer, call) =>
  emitFunction(
    b,
    layer,
    call,
    layer.string("function", layer.className === "SlicingOpLambda" ? "getitem" : "").replace(/^.*\./, ""),
  );

/** Names of the functions, which the tests go through. */
export const functionNames: readonly string[] = Object.keys(byName);

/** Keras 3: operations between layers. */
const operations = [...functionNames, ...Object.keys(activations)].map((name): [string, EmitLayer] => [
  `ops.${name}`,
  (b, _, layer, call) => emitFunction(b, layer, call, name),
]);

export const functions: Readonly<Record<string, EmitLayer>> = {
  TFOpLambda: functionLayer,
  SlicingOpLambda: functionLayer,
  ...Object.fromEntries(operations),
};
