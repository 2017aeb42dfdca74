import { limitOf } from "../autodiff/limits.js";
import { constantNumbers, type Value } from "../ir/graph.js";
import { positiveAxis, type Ops } from "../ir/ops/index.js";
import type { Rewrite } from "./rewrite.js";

/** The activation that a fused operator ends with; undefined for one that is not known. */
function activate(op: Ops, x: Value, name: string, parameters: readonly number[]): Value | undefined {
  const [a, b] = parameters;
  switch (name) {
    case "":
      return x;
    case "Relu":
      return op.relu(x);
    case "Tanh":
      return op.tanh(x);
    case "Sigmoid":
      return op.sigmoid(x);
    case "LeakyRelu":
      return op.emit("LeakyRelu", [x], [x.type], { alpha: { float: a ?? 0.01 } })[0];
    case "Clip":
      return op.clip(x, a, b);
    case "HardSigmoid":
      return op.hardSigmoid(x, a ?? 0.2, b ?? 0.5);
    default:
      return undefined;
  }
}

/** activation(conv(x, w, b) + z) */
const fusedConv: Rewrite = (node, [x, w, b, z], op) => {
  const { type } = node.outputs[0]!;
  const shape = w!.shape.slice(2);
  const attributes = Object.fromEntries(
    ["strides", "pads", "dilations"].map((name) => [name, node.ints(name)] as const),
  );
  const conv = op.emit("Conv", [x, w, b], [type], {
    ...attributes,
    kernel_shape: shape,
    group: node.int("group", 1),
    auto_pad: node.string("auto_pad", "NOTSET"),
  })[0]!;
  const y = activate(
    op,
    z ? op.add(conv, z) : conv,
    node.string("activation", ""),
    node.floats("activation_params") ?? [],
  );
  return y && [y];
};

const fusedGemm: Rewrite = (node, [a, b, c], op) => {
  const product = op.gemm(a!, b!, {
    transA: node.int("transA", 0) === 1,
    transB: node.int("transB", 0) === 1,
    alpha: node.float("alpha", 1),
    beta: node.float("beta", 1),
    ...(c && { c }),
  });
  const parameters = ["activation_alpha", "activation_beta"].filter((name) => node.attributes.has(name));
  const y = activate(
    op,
    product,
    node.string("activation", ""),
    parameters.map((name) => node.float(name, 0)),
  );
  return y && [y];
};

/** alpha A' B', each transposed in its last two axes on demand, or with its first axis in the place of the last but one. */
const fusedMatMul: Rewrite = (node, [a, b], op) => {
  const prepare = (x: Value, name: "A" | "B") => {
    if (x.rank < 2) return x;
    const axes = x.shape.map((_, i) => i);
    const batched = node.int(`transBatch${name}`, 0) === 1 ? [...axes.slice(1, -1), 0, x.rank - 1] : axes;
    const order =
      node.int(`trans${name}`, 0) === 1 ? [...batched.slice(0, -2), batched.at(-1)!, batched.at(-2)!] : batched;
    return op.transpose(x, order);
  };
  const { type } = node.outputs[0]!;
  const product = op.emit("MatMul", [prepare(a!, "A"), prepare(b!, "B")], [type])[0]!;
  return [op.mul(product, node.float("alpha", 1))];
};

/** layer(x + skip + bias), and that sum itself as the fourth output. */
function skipNormalization(kind: "LayerNormalization" | "SimplifiedLayerNormalization"): Rewrite {
  return (node, [x, skip, gamma, ...rest], op) => {
    const [beta, bias] = kind === "LayerNormalization" ? rest : [undefined, rest[0]];
    const added = op.add(x!, skip!);
    const sum = bias ? op.add(added, bias) : added;
    const epsilon = { float: node.float("epsilon", 1e-12) };
    const inputs = kind === "LayerNormalization" ? [sum, gamma, beta] : [sum, gamma];
    const y = op.emit(kind, inputs, [sum.type], { axis: -1, epsilon })[0]!;
    return [y, undefined, undefined, sum];
  };
}

const gelu = (op: Ops, x: Value, approximate: "none" | "tanh") => op.emit("Gelu", [x], [x.type], { approximate })[0]!;

/** Crops or pads to a size, as evenly at both ends as it goes. */
const centerCropPad: Rewrite = (node, [x, target], op) => {
  if (limitOf(node)) return undefined;
  const sizes = constantNumbers(target)!;
  const axes = (node.ints("axes") ?? x!.shape.map((_, i) => i)).map((axis) => positiveAxis(axis, x!.rank));
  const before = x!.shape.map((dim, axis) => {
    const more = (sizes[axes.indexOf(axis)] ?? dim) - dim;
    return more >= 0 ? Math.floor(more / 2) : -Math.floor(-more / 2);
  });
  const after = x!.shape.map((dim, axis) => (sizes[axes.indexOf(axis)] ?? dim) - dim - before[axis]!);
  return [op.pad(x!, before, after)];
};

/** ONNX Runtime reads behind the end of an axis that is repeated more than once on one side: there, rows by their numbers. */
const wrapTwice: Rewrite = (node, [x, given, , over], op) => {
  const pads = constantNumbers(given);
  const axes = over ? constantNumbers(over) : x!.shape.map((_, i) => i);
  if (node.string("mode", "constant") !== "wrap" || !pads || !axes) return undefined;
  const sides = axes.map((axis, i) => {
    const at = positiveAxis(axis, x!.rank);
    const [before, after] = [pads[i]!, pads[i + axes.length]!];
    return { axis: at, before, after, start: Math.max(0, -before), end: x!.shape[at]! + Math.min(0, after) };
  });
  if (!sides.some(({ before, after, start, end }) => Math.max(before, after) > end - start)) return undefined;
  return [
    sides.reduce((y, { axis, before, after, start, end }) => {
      const n = end - start;
      const first = Math.max(0, before);
      const rows = Array.from(
        { length: first + n + Math.max(0, after) },
        (_, i) => start + ((((i - first) % n) + n) % n),
      );
      return op.gather(y, op.ints(rows), axis);
    }, x!),
  ];
};

/** Products one after the other, so that zeros among the factors have their derivatives too. */
const cumProd: Rewrite = (node, [x, given], op) => {
  if (limitOf(node)) return undefined;
  const axis = positiveAxis(constantNumbers(given)![0]!, x!.rank);
  const n = x!.shape[axis]!;
  const reversed = node.int("reverse", 0) === 1;
  const parts = op.split(
    x!,
    Array.from({ length: n }, () => 1),
    axis,
  );
  const products: Value[] = [];
  for (const part of reversed ? parts.toReversed() : parts) {
    const before = products.at(-1);
    products.push(before ? op.mul(before, part) : part);
  }
  if (node.int("exclusive", 0) === 1)
    products.splice(0, n, op.fill(parts[0]!.shape, 1, x!.dtype), ...products.slice(0, -1));
  return [op.concat(reversed ? products.toReversed() : products, axis)];
};

/** Writes each row of the batch into a cache from a place of its own on, around its end where it is circular. */
const scatterTensor: Rewrite = (node, [cache, update, starts], op) => {
  const axis = positiveAxis(node.int("axis", -2), cache!.rank);
  const length = cache!.shape[axis]!;
  if (length === 0) return [cache];
  const along = (values: Value, at: number) =>
    op.reshape(
      values,
      cache!.shape.map((_, i) => (i === at ? values.shape[0]! : 1)),
    );
  const steps = along(op.range(update!.shape[axis]!), axis);
  const places = starts ? op.add(along(op.cast(starts, "int64"), 0), steps) : steps;
  const around =
    node.string("mode", "linear") === "circular"
      ? op.emit("Mod", [places, op.scalar(length, "int64")], [places.type])[0]!
      : places;
  return [op.scatterElements(cache!, op.expand(around, update!.shape), update!, axis)];
};

/** Operators that are several in one, as the simple ones that they stand for. */
export const compoundOperators: Readonly<Record<string, Rewrite>> = {
  CenterCropPad: centerCropPad,
  CumProd: cumProd,
  Pad: wrapTwice,
  TensorScatter: scatterTensor,
  "com.microsoft::FusedConv": fusedConv,
  "com.microsoft::FusedGemm": fusedGemm,
  "com.microsoft::FusedMatMul": fusedMatMul,
  "com.microsoft::FastGelu": (_, [x, bias], op) => [gelu(op, bias ? op.add(x!, bias) : x!, "tanh")],
  "com.microsoft::BiasGelu": (_, [x, bias], op) => [gelu(op, op.add(x!, bias!), "none")],
  "com.microsoft::SkipLayerNormalization": skipNormalization("LayerNormalization"),
  "com.microsoft::SkipSimplifiedLayerNormalization": skipNormalization("SimplifiedLayerNormalization"),
};
