import { XstarError, tensor, type Tensor } from "@xstar/core";
import { mapped } from "../../build/arrays.js";
import { float } from "../../build/attributes.js";
import { type Builder } from "../../build/builder.js";
import { rankOf, type Symbolic } from "../../build/symbolic.js";
import { generalRelu, leakyRelu, prelu, softmax } from "../../ops/activations.js";
import { binary, cast, joined, not, unary, where } from "../../ops/elementwise.js";
import { matMul } from "../../ops/dense.js";
import { batchNorm, groupNorm, l2Normalize, layerNorm, onLastAxis, standardize } from "../../ops/normalization.js";
import { flatten, reshape, squeeze, transpose } from "../../ops/shapes.js";
import { activate } from "../activations.js";
import type { EmitLayer, Layer, LayerRow, LayerRows } from "../layer.js";

const joining =
  (opType: string): EmitLayer =>
  (b, xs) =>
    joined(b, opType, xs);

const batchNormalization: LayerRow = {
  weights: ["gamma", "beta", "moving_mean", "moving_variance"],
  emit: (b, [x], layer) => {
    const moments = {
      mean: layer.weight("moving_mean"),
      variance: layer.weight("moving_variance"),
      gamma: layer.flag("scale", true) ? layer.weight("gamma") : undefined,
      beta: layer.flag("center", true) ? layer.weight("beta") : undefined,
    };
    const epsilon = layer.number("epsilon", 1e-3);
    return onLastAxis(b, x!, axisOf(layer), (last) => batchNorm(b, last, moments, epsilon));
  },
};

/** The axis of a normalization, which newer files write as a list. */
function axisOf(layer: Layer): number {
  const axis = layer.config["axis"];
  return Array.isArray(axis) ? Number(axis[0]) : layer.number("axis", -1);
}

const affine: readonly string[] = ["gamma", "beta"];

const affineOf = (layer: Layer) => ({
  gamma: layer.flag("scale", true) ? layer.weight("gamma") : undefined,
  beta: layer.flag("center", true) ? layer.weight("beta") : undefined,
});

const layerNormalization: LayerRow = {
  weights: affine,
  emit: (b, [x], layer) => {
    const axes = layer.config["axis"];
    const epsilon = layer.number("epsilon", 1e-3);
    const first =
      Array.isArray(axes) && axes.length > 1
        ? Math.min(...axes.map((a) => (a < 0 ? a + rankOf(x!) : a)))
        : axisOf(layer);
    if (Array.isArray(axes) && axes.length > 1) return layerNorm(b, x!, affineOf(layer), epsilon, first);
    return onLastAxis(b, x!, first, (last) => layerNorm(b, last, affineOf(layer), epsilon));
  },
};

const rmsNormalization: LayerRow = {
  weights: ["scale"],
  emit: (b, [x], layer) => {
    const square = binary(b, "Mul", b.last(x!), b.last(x!));
    const mean = b.emit("ReduceMean", [square, b.ints([-1])], { dims: [...x!.dims.slice(0, -1), 1] }, { keepdims: 1 });
    const root = unary(b, "Sqrt", binary(b, "Add", mean, layer.number("epsilon", 1e-6)));
    return binary(b, "Mul", binary(b, "Div", b.last(x!), root), b.constant(layer.weight("scale"), "scale"));
  },
};

const groupNormalization: LayerRow = {
  weights: affine,
  emit: (b, [x], layer) => {
    const channels = x!.dims.at(axisOf(layer))!;
    const groups = layer.number("groups", 32);
    return onLastAxis(b, x!, axisOf(layer), (last) =>
      groupNorm(b, last, affineOf(layer), groups === -1 ? channels : groups, layer.number("epsilon", 1e-3)),
    );
  },
};

/** The numbers are settings, or weights where the layer was adapted to data. */
const normalization: LayerRow = {
  weights: ["mean", "variance", "count"],
  emit: (b, [x], layer) => {
    const [mean, variance] = ["mean", "variance"].map((key) => given(layer.config[key]) ?? layer.weight(key)) as [
      Tensor,
      Tensor,
    ];
    const deviation = mapped(variance, (v) => Math.max(Math.sqrt(v), 1e-7));
    return standardize(b, x!, unpadded(mean), unpadded(deviation), layer.flag("invert", false));
  },
};

function given(value: unknown): Tensor | undefined {
  if (typeof value === "number") return tensor("float32", [value], []);
  return Array.isArray(value) ? tensor("float32", value.flat(9).map(Number)) : undefined;
}

/** [1, 1, 1, 3] is [3]: leading axes of size 1 do nothing. */
function unpadded(t: Tensor): Tensor {
  const from = t.shape.findIndex((dim) => dim !== 1);
  return { ...t, shape: from < 0 ? [] : t.shape.slice(from) };
}

const rescaling: EmitLayer = (b, [x], layer) => {
  const [scale, offset] = ["scale", "offset"].map((key) => given(layer.config[key])!);
  const scaled = binary(b, "Mul", x!, b.constant(scale!, "scale"));
  return offset && Array.from(offset.data as Float32Array).some((o) => o !== 0)
    ? binary(b, "Add", scaled, b.constant(offset, "offset"))
    : scaled;
};

const leaky: EmitLayer = (b, [x], layer) =>
  leakyRelu(b, x!, layer.numberIfThere("negative_slope") ?? layer.number("alpha", 0.3));

const relu: EmitLayer = (b, [x], layer) =>
  generalRelu(b, x!, {
    ceiling: layer.numberIfThere("max_value"),
    slope: numberIn(layer.config["negative_slope"]),
    threshold: numberIn(layer.config["threshold"]),
  });

/** A number that Keras 2 may write as a list of one. */
const numberIn = (value: unknown) => (value == null ? 0 : Number([value].flat()[0]));

const dot: EmitLayer = (b, [x, y], layer) => {
  const axes = layer.numbers("axes", 2);
  const normalized = (one: Symbolic, axis: number) =>
    layer.flag("normalize", false) ? l2Normalize(b, one, [axis], 1e-12) : one;
  const [left, right] = [normalized(x!, axes[0]!), normalized(y!, axes[1]!)];
  if (rankOf(left) === 2 && rankOf(right) === 2) {
    const product = binary(b, "Mul", left, right);
    return b.emit("ReduceSum", [product, b.ints([1])], { dims: [product.dims[0], 1] }, { keepdims: 1 });
  }
  const toEnd = (one: Symbolic, axis: number, isLast: boolean) => moveAxis(b, one, axis, isLast ? rankOf(one) - 1 : 1);
  return matMul(b, toEnd(left, axes[0]!, true), toEnd(right, axes[1]!, false));
};

function moveAxis(b: Builder, x: Symbolic, from: number, to: number): Symbolic {
  const at = from < 0 ? from + rankOf(x) : from;
  const perm = x.dims.map((_, i) => i).filter((i) => i !== at);
  perm.splice(to, 0, at);
  return transpose(b, x, perm);
}

const parametricRelu: LayerRow = {
  weights: ["alpha"],
  emit: (b, [x], layer) => prelu(b, x!, b.constant(layer.weight("alpha"), "alpha")),
};

const thresholded: EmitLayer = (b, [x], layer) => {
  const theta = layer.number("theta", 1);
  return where(b, binary(b, "Greater", x!, theta), x!, binary(b, "Mul", x!, 0));
};

const layerScale: LayerRow = {
  weights: ["gamma"],
  emit: (b, [x], layer) => binary(b, "Mul", x!, b.constant(layer.weight("gamma"), "gamma")),
};

/** A layer whose weights training keeps small; they lie in the file as they are used. */
const spectral: EmitLayer = (b, xs, layer) => layer.inner("layer", "layer").emit(b, xs);

/** What training alone changes, and what only says something about its input. */
const nothing: EmitLayer = (_, xs) => xs[0]!;

/** Steps that hold one number alone do not count, and become zeros. */
const masking: EmitLayer = (b, [x], layer) => {
  const isOther = cast(b, not(b, binary(b, "Equal", b.last(x!), layer.number("mask_value", 0))), "float32");
  const dims = x!.dims.slice(0, -1);
  const counts = b.emit("ReduceMax", [isOther, b.ints([-1])], { dims: [...dims, 1] }, { keepdims: 1 });
  return { ...binary(b, "Mul", b.last(x!), counts), mask: cast(b, squeeze(b, counts, [-1]), "bool") };
};

const softmaxLayer: EmitLayer = (b, [x], layer) => {
  const axis = layer.config["axis"];
  if (!Array.isArray(axis) || axis.length < 2) return softmax(b, x!, axisOf(layer));
  if (axis.length === rankOf(x!) - 1) {
    const flat = flatten(b, x!);
    return reshape(b, softmax(b, flat), [0, ...(x!.dims.slice(1) as number[])]);
  }
  throw new XstarError(
    "unsupported-model",
    `Layer "${layer.name}" (Softmax) is over the axes ${axis.join(", ")}, which is not supported`,
  );
};

const identities = [
  ..."Dropout SpatialDropout1D SpatialDropout2D SpatialDropout3D AlphaDropout GaussianDropout GaussianNoise ActivityRegularization".split(
    " ",
  ),
  ..."RandomFlip RandomRotation RandomZoom RandomTranslation RandomContrast RandomBrightness".split(" "),
  ..."StochasticDepth Identity".split(" "),
];

/** Layers that work element by element, and normalizations. */
export const elementwise: LayerRows = {
  Activation: (b, [x], layer) => activate(b, x!, layer),
  ReLU: relu,
  LeakyReLU: leaky,
  PReLU: parametricRelu,
  ELU: (b, [x], layer) => unary(b, "Elu", x!, { alpha: float(layer.number("alpha", 1)) }),
  ThresholdedReLU: thresholded,
  Softmax: softmaxLayer,
  Add: joining("Add"),
  Subtract: joining("Sub"),
  Multiply: joining("Mul"),
  Maximum: joining("Max"),
  Minimum: joining("Min"),
  Average: (b, xs) => binary(b, "Mul", joined(b, "Add", xs), 1 / xs.length),
  Dot: dot,
  BatchNormalization: batchNormalization,
  LayerNormalization: layerNormalization,
  RMSNormalization: rmsNormalization,
  GroupNormalization: groupNormalization,
  SpectralNormalization: spectral,
  UnitNormalization: (b, [x], layer) => l2Normalize(b, x!, [axisOf(layer)], 1e-12),
  Normalization: normalization,
  Rescaling: rescaling,
  Masking: masking,
  LayerScale: layerScale,
  CustomScaleLayer: (b, [x, y], layer) => binary(b, "Add", x!, binary(b, "Mul", y!, layer.number("scale"))),
  ...Object.fromEntries(identities.map((name) => [name, nothing])),
};
