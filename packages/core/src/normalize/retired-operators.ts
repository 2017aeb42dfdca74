import type { Rewrite } from "./rewrite.js";

/** Operators that ONNX dropped and ONNX Runtime still runs: files made from CoreML and by old exporters have them. */
export const retiredOperators: Readonly<Record<string, Rewrite>> = {
  /** scale x + bias, a bias for each channel */
  ImageScaler: (node, [x], op) => {
    const scaled = op.mul(x!, node.float("scale", 1));
    const bias = node.floats("bias") ?? [];
    const data = Float32Array.from(bias);
    const added = op.constant({ dtype: "float32", shape: [bias.length, 1, 1], data }, "bias");
    return [op.add(scaled, op.cast(added, x!.dtype))];
  },
  /** The old name of ScatterElements. */
  Scatter: (node, [data, indices, updates], op) => [op.scatterElements(data!, indices!, updates!, node.int("axis", 0))],
  Scale: (node, [x], op) => [op.mul(x!, node.float("scale", 1))],
  Affine: (node, [x], op) => [op.add(op.mul(x!, node.float("alpha", 1)), node.float("beta", 0))],
  ScaledTanh: (node, [x], op) => [op.mul(op.tanh(op.mul(x!, node.float("beta", 1))), node.float("alpha", 1))],
  ParametricSoftplus: (node, [x], op) => [
    op.mul(op.softplus(op.mul(x!, node.float("beta", 1))), node.float("alpha", 1)),
  ],
  /** Cuts off a border (left, top, right, bottom), or a picture of size `scale` from its corner. */
  Crop: (node, [x], op) => {
    const [left, top] = node.ints("border", []) as [number, number];
    const [height, width] = node.outputs[0]!.shape.slice(2) as [number, number];
    return [
      op.slice(x!, [
        { axis: 2, start: top, end: top + height },
        { axis: 3, start: left, end: left + width },
      ]),
    ];
  },
};
