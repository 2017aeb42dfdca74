import { constant, floats, uniform, type Case, type Cases } from "../case.js";

const dequantize = (shape: readonly number[], values: readonly number[], more: Partial<Case> = {}): Case => ({
  inputs: [constant(values, shape, "uint8"), uniform(0.1, 0.3, []), constant([3], [], "uint8")],
  ...more,
});

export const quantization: Cases = {
  QuantizeLinear: [
    {
      inputs: [uniform(-0.2, 20, [2, 3]), floats([0.1], []), constant([3], [], "uint8")],
      expects: "straight-through",
      dequantizedBy: "DequantizeLinear",
    },
    {
      inputs: [uniform(-1, 1, [2, 3]), floats([0.1, 0.02, 0.3]), constant([0, 3, -4], [3], "int8")],
      attributes: { axis: 1 },
      expects: "straight-through",
      dequantizedBy: "DequantizeLinear",
    },
    {
      inputs: [uniform(0.1, 1, [2, 3]), floats([0.1], []), constant([0], [], "uint8")],
      opset: 10,
      expects: "straight-through",
      dequantizedBy: "DequantizeLinear",
    },
    {
      inputs: [
        uniform(-1, 1, [2, 5]),
        floats([0.1, 0.02, 0.3, 0.1, 0.2, 0.05], [2, 3]),
        constant([0, 1, 2, 0, -2, 0], [2, 3], "int8"),
      ],
      attributes: { axis: 1, block_size: 2 },
      opset: 21,
      expects: "straight-through",
      dequantizedBy: "DequantizeLinear",
    },
  ],
  DynamicQuantizeLinear: [
    { inputs: [uniform(-1, 3, [2, 3])], outputs: 3, expects: "straight-through", dequantizedBy: "DequantizeLinear" },
    {
      inputs: [uniform(1, 2, [5])],
      outputs: 3,
      opset: 11,
      expects: "straight-through",
      dequantizedBy: "DequantizeLinear",
    },
  ],
  DequantizeLinear: [
    dequantize([2, 3], [0, 10, 200, 3, 7, 255]),
    dequantize([2, 3], [0, 10, 200, 3, 7, 255], { opset: 10 }),
    {
      inputs: [
        constant([0, 10, 200, 3, 7, 255], [2, 3], "uint8"),
        uniform(0.1, 0.3, [2]),
        constant([3, 5], [2], "uint8"),
      ],
      attributes: { axis: 0 },
      opset: 13,
    },
    {
      inputs: [constant([0, 10, -20, 3, 7, -128], [2, 3], "int8"), uniform(0.1, 0.3, [3])],
      attributes: { axis: -1 },
    },
    {
      inputs: [
        constant([0, 10, 200, 3, 7, 255, 9, 80, 4, 5], [2, 5], "uint8"),
        uniform(0.1, 0.3, [2, 3]),
        constant([3, 5, 1, 0, 2, 4], [2, 3], "uint8"),
      ],
      attributes: { axis: 1, block_size: 2 },
      opset: 21,
    },
    {
      inputs: [constant([0, 10, -20, 3, 7, -128, 4, 9], [4, 2], "int8"), uniform(0.1, 0.3, [2, 2])],
      attributes: { axis: 0, block_size: 2 },
      opset: 23,
    },
  ],
  "com.microsoft::QuantizeLinear": [
    {
      inputs: [uniform(-0.2, 20, [2, 3]), floats([0.1], []), constant([3], [], "uint8")],
      expects: "straight-through",
      dequantizedBy: "com.microsoft::DequantizeLinear",
    },
  ],
  "com.microsoft::DequantizeLinear": [dequantize([2, 3], [0, 10, 200, 3, 7, 255])],
};
