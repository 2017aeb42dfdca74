import { limitOf } from "../autodiff/limits.js";
import type { Node, Value } from "../ir/graph.js";
import { isFloat, type Ops } from "../ir/ops/index.js";
import { size } from "../tensor.js";
import { dequantize, quantizeDynamically, type Levels } from "./levels.js";
import { dynamicQuantizeLstm } from "./quantized-recurrent.js";
import type { Rewrite } from "./rewrite.js";

/** The inputs of an operand. */
type Quantized = [levels: Value, scale: Value, zeroPoint: Value];

/** The result as the whole numbers that the node gives. */
function quantize(op: Ops, y: Value, node: Node, scale: Value, zeroPoint: Value | undefined): [Value] {
  return [op.emit("QuantizeLinear", [y, scale, zeroPoint], [{ dtype: node.outputs[0]!.dtype, shape: y.shape }])[0]!];
}

/** What a node computes on floats, of the shape that it has on whole numbers. */
function likewise(op: Ops, opType: string, inputs: readonly (Value | undefined)[], node: Node, attributes = {}): Value {
  const kept = { dtype: inputs[0]!.dtype, shape: node.outputs[0]!.shape };
  return op.emit(opType, inputs, [kept], attributes)[0]!;
}

const conv: Rewrite = (node, inputs, op) => {
  const [x, xScale, xZero, w, wScale, wZero, yScale, yZero, b] = inputs as [
    ...Quantized,
    ...Quantized,
    Value,
    Value,
    Value?,
  ];
  const [input, weight] = [dequantize(op, [x, xScale, xZero], 1), dequantize(op, [w, wScale, wZero], 0)];
  const bias = b && op.mul(op.cast(b, xScale.dtype), op.reshape(op.mul(xScale, wScale), wScale.shape));
  return quantize(
    op,
    likewise(op, "Conv", [input, weight, bias], node, windowAttributes(node, w)),
    node,
    yScale,
    yZero,
  );
};

const windowAttributes = (node: Node, w: Value) => ({
  kernel_shape: w.shape.slice(2),
  strides: node.ints("strides"),
  pads: node.ints("pads"),
  dilations: node.ints("dilations"),
  group: node.int("group", 1),
  auto_pad: node.string("auto_pad", "NOTSET"),
});

/** Parameters of a left operand are for all of it or for each row, of a right one for each column. */
const dequantizeRows = (op: Ops, levels: Levels) => dequantize(op, levels, Math.max(0, levels[0].rank - 2));
const dequantizeColumns = (op: Ops, levels: Levels) => dequantize(op, levels, Math.max(0, levels[0].rank - 1));

/** Both operands, then scale and zero point of the result. */
const binary =
  (opType: string): Rewrite =>
  (node, inputs, op) => {
    const [a, aScale, aZero, b, bScale, bZero, yScale, yZero] = inputs as [...Quantized, ...Quantized, Value, Value?];
    const operands = [dequantizeRows(op, [a, aScale, aZero]), dequantizeColumns(op, [b, bScale, bZero])];
    return quantize(op, likewise(op, opType, operands, node), node, yScale, yZero);
  };

/** One operand, then scale and zero point of the result; operators on [N, ..., C] are left alone. */
const unary =
  (opType: string, attributes: (node: Node) => object = () => ({})): Rewrite =>
  (node, inputs, op) => {
    if (limitOf(node)) return undefined;
    const [x, xScale, xZero, yScale, yZero] = inputs as [...Quantized, Value, Value?];
    const y = likewise(op, opType, [dequantize(op, [x, xScale, xZero], 1)], node, attributes(node));
    return quantize(op, y, node, yScale, yZero);
  };

const concat: Rewrite = (node, [yScale, yZero, ...rest], op) => {
  const parts = rest.flatMap((x, i) => (i % 3 === 0 ? [dequantize(op, [x, rest[i + 1]!, rest[i + 2]], 1)] : []));
  return quantize(op, op.concat(parts, node.int("axis", 0)), node, yScale!, yZero);
};

const averagePool = (node: Node) => ({
  kernel_shape: node.ints("kernel_shape"),
  strides: node.ints("strides"),
  pads: node.ints("pads"),
  ceil_mode: node.int("ceil_mode", 0),
  count_include_pad: node.int("count_include_pad", 0),
  auto_pad: node.string("auto_pad", "NOTSET"),
});

/** Operators on whole numbers as those on floats between DequantizeLinear and QuantizeLinear, which pass gradients on. */
export const quantizedOperators: Readonly<Record<string, Rewrite>> = {
  QLinearConv: conv,
  QLinearMatMul: binary("MatMul"),
  "com.microsoft::QLinearAdd": binary("Add"),
  "com.microsoft::QLinearMul": binary("Mul"),
  "com.microsoft::QLinearConcat": concat,
  "com.microsoft::QLinearSigmoid": unary("Sigmoid"),
  "com.microsoft::QLinearLeakyRelu": unary("LeakyRelu", (node) => ({ alpha: { float: node.float("alpha", 0.01) } })),
  "com.microsoft::QLinearAveragePool": unary("AveragePool", averagePool),
  "com.microsoft::QLinearGlobalAveragePool": unary("GlobalAveragePool"),
};

/** A whole number less its zero point: the scale is 1. */
const unscaled = (op: Ops, q: Value, zeroPoint: Value | undefined): Levels => {
  const shape = zeroPoint?.shape ?? [];
  return [q, op.constant({ dtype: "float32", shape, data: new Float32Array(size(shape)).fill(1) }, "one"), zeroPoint];
};

/** The product of a node that multiplies whole numbers, in floats (exact up to 2^24); undefined for other nodes. */
function productOf(node: Node, op: Ops): Value | undefined {
  const [a, b, aZero, bZero] = node.inputs as [Value, Value, Value?, Value?];
  if (node.qualifiedType === "ConvInteger") {
    const operands = [dequantize(op, unscaled(op, a, aZero), 1), dequantize(op, unscaled(op, b, bZero), 0)];
    return likewise(op, "Conv", operands, node, windowAttributes(node, b));
  }
  const hasKnownAxes = [aZero, bZero].every((zeroPoint) => (zeroPoint?.rank ?? 0) < 2);
  if (node.qualifiedType !== "MatMulInteger" || !hasKnownAxes) return undefined;
  const operands = [dequantizeRows(op, unscaled(op, a, aZero)), dequantizeColumns(op, unscaled(op, b, bZero))];
  return likewise(op, "MatMul", operands, node);
}

/** The same of an Add of such a node, as for a bias of whole numbers. */
function sumOf(node: Node, op: Ops): Value | undefined {
  if (node.qualifiedType !== "Add") return undefined;
  const [a, b] = node.inputs as [Value, Value];
  const [left, right] = [a, b].map((x) => x.node && productOf(x.node, op));
  return left || right ? op.add(left ?? op.cast(a, "float32"), right ?? op.cast(b, "float32")) : undefined;
}

/** Cast of MatMulInteger or ConvInteger to floats: what is cast are products of what stands for floats. */
export const castOfProduct: Rewrite = (node, [x], op) => {
  const { dtype } = node.outputs[0]!;
  const from = isFloat(node.outputs[0]!) ? x!.node : undefined;
  const product = from && (productOf(from, op) ?? sumOf(from, op));
  return product && [op.cast(product, dtype)];
};

const scaledProduct: Rewrite = (node, inputs, op) => {
  const [a, b, aScale, bScale, aZero, bZero, bias] = inputs as [Value, Value, Value, Value, Value?, Value?, Value?];
  const operands = [dequantizeRows(op, [a, aScale, aZero]), dequantizeColumns(op, [b, bScale, bZero])];
  const y = likewise(op, "MatMul", operands, node);
  return [bias ? op.add(y, bias) : y];
};

const productOfFloats: Rewrite = (node, inputs, op) => {
  const [a, b, bScale, bZero, bias] = inputs as [Value, Value, Value, Value?, Value?];
  const [q, scale, zero] = quantizeDynamically(op, a);
  return scaledProduct(node, [q, b, scale, bScale, zero, bZero!, bias!], op);
};

/** Operators that take or find a scale of their own for each input, as the simple ones that they stand for. */
export const dynamicallyQuantizedOperators: Readonly<Record<string, Rewrite>> = {
  "com.microsoft::MatMulIntegerToFloat": scaledProduct,
  "com.microsoft::DynamicQuantizeMatMul": productOfFloats,
  "com.microsoft::DynamicQuantizeLSTM": dynamicQuantizeLstm,
};

/** Whole numbers of so many bits, the low ones first, as floats: of each row [rows, bytes] the first `count`. */
function unpack(op: Ops, packed: Value, { bits, count }: { readonly bits: number; readonly count: number }): Value {
  const bytes = op.cast(packed, "float32");
  if (bits === 8) return op.sliceAxis(bytes, 1, 0, count);
  const high = op.floor(op.div(bytes, 16));
  const [rows, length] = packed.shape as [number, number];
  const halves = [op.sub(bytes, op.mul(high, 16)), high].map((half) => op.reshape(half, [rows, length, 1]));
  return op.sliceAxis(op.reshape(op.concat(halves, 2), [rows, 2 * length]), 1, 0, count);
}

/** x W^T of weights [N, K] in blocks, each with its scale and its zero point: y = x ((q - zero) scale)^T. */
const matMulNBits: Rewrite = (node, [x, packed, scales, zeroPoints, , bias], op) => {
  if (limitOf(node)) return undefined;
  const [features, outputs] = [node.int("K", 0), node.int("N", 0)];
  const [bits, length] = [node.int("bits", 4), node.int("block_size", 0)];
  const blocks = Math.ceil(features / length);
  const inBlocks = (value: Value, of: number) => op.reshape(value, [outputs, blocks, of]);
  const levels = unpack(op, op.reshape(packed!, [outputs, (blocks * length * bits) / 8]), {
    bits,
    count: blocks * length,
  });
  const bytes = Math.ceil((blocks * bits) / 8);
  const zeros = () =>
    zeroPoints!.dtype === "uint8"
      ? unpack(op, op.reshape(zeroPoints!, [outputs, bytes]), { bits, count: blocks })
      : op.cast(zeroPoints!, "float32");
  const centred = op.sub(inBlocks(levels, length), zeroPoints ? inBlocks(zeros(), 1) : 2 ** (bits - 1));
  const padded = op.reshape(op.mul(centred, inBlocks(op.cast(scales!, "float32"), 1)), [outputs, blocks * length]);
  const weights = op.transpose(op.cast(op.sliceAxis(padded, 1, 0, features), x!.dtype), [1, 0]);
  const y = op.matMul(x!, weights);
  return [bias ? op.add(y, bias) : y];
};

/** Operators of weights that are packed into bytes, as those of floats. */
export const packedOperators: Readonly<Record<string, Rewrite>> = {
  "com.microsoft::MatMulNBits": matMulNBits,
};
