import { limitOf } from "../autodiff/limits.js";
import type { Value } from "../ir/graph.js";
import type { Ops } from "../ir/ops/index.js";
import type { Rewrite } from "./rewrite.js";

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
