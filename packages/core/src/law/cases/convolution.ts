import { constant, uniform, type Case, type CaseAttribute, type Cases } from "../case.js";

const x = (...shape: readonly number[]) => uniform(-1, 1, shape);

/** Input, weight and (with a bias) as many numbers as there are output channels; all are differentiated. */
const conv = (
  input: readonly number[],
  weight: readonly number[],
  attributes: Readonly<Record<string, CaseAttribute>> = {},
  bias = 0,
): Case => ({ inputs: [x(...input), x(...weight), ...(bias ? [x(bias)] : [])], attributes, step: 0.1 });

const col2im = (
  input: readonly number[],
  image: readonly number[],
  block: readonly number[],
  attributes: Readonly<Record<string, CaseAttribute>> = {},
): Case => ({ inputs: [x(...input), constant(image), constant(block)], attributes });

const deformed = (
  mask: boolean,
  attributes: Readonly<Record<string, CaseAttribute>> = {},
  offsets = 1,
  rows = 4,
): Case => ({
  inputs: [
    x(2, 4, 5, 6),
    x(4, 4 / Number(attributes.group ?? 1), 2, 3),
    uniform(-1.4, 1.4, [2, offsets * 12, rows, 4], [-1, 0, 1]),
    x(4),
    ...(mask ? [x(2, offsets * 6, rows, 4)] : []),
  ],
  attributes: { ...attributes, ...(offsets > 1 && { offset_group: offsets }) },
});

export const convolution: Cases = {
  DeformConv: [
    deformed(false),
    deformed(true),
    deformed(true, { group: 2 }, 2),
    deformed(true, { pads: [1, 2, 1, 2], strides: [2, 2], dilations: [2, 1], kernel_shape: [2, 3] }, 1, 3),
  ],
  Conv: [
    conv([2, 3, 5, 5], [4, 3, 3, 3], {}, 4),
    conv([1, 2, 5, 6], [3, 2, 3, 3], { pads: [1, 1, 1, 1] }, 3),
    conv([1, 2, 6, 5], [3, 2, 3, 2], { strides: [2, 2], pads: [1, 0, 0, 1] }),
    conv([1, 2, 7, 8], [3, 2, 3, 3], { strides: [3, 2], pads: [0, 2, 1, 1] }),
    conv([1, 1, 7, 7], [2, 1, 3, 3], { dilations: [2, 2], pads: [2, 2, 2, 2] }),
    conv([1, 1, 8, 9], [2, 1, 2, 3], { dilations: [3, 2], strides: [2, 2] }),
    conv([2, 4, 5, 5], [6, 2, 3, 3], { group: 2, pads: [1, 1, 1, 1] }, 6),
    conv([1, 4, 6, 6], [4, 1, 3, 3], { group: 4, strides: [2, 2], pads: [1, 1, 1, 1] }, 4),
    conv([1, 4, 6, 6], [8, 1, 3, 3], { group: 4, pads: [0, 1, 2, 1] }),
    conv([1, 4, 9, 9], [8, 1, 5, 5], { group: 4, strides: [2, 2], pads: [2, 2, 2, 2] }),
    conv([1, 2, 4, 4], [3, 2, 1, 1], {}, 3),
    conv([1, 2, 5, 5], [3, 2, 1, 1], { strides: [2, 2] }),
    conv([1, 2, 5, 5], [3, 2, 1, 1], { pads: [1, 1, 1, 1] }),
    conv([1, 2, 6, 6], [3, 2, 3, 3], { auto_pad: "SAME_UPPER", strides: [2, 2] }),
    conv([1, 2, 6, 5], [3, 2, 2, 3], { auto_pad: "SAME_LOWER", strides: [2, 1] }),
    conv([1, 2, 6, 5], [3, 2, 2, 3], { auto_pad: "VALID", strides: [1, 2] }),
    conv([1, 2, 8, 8], [3, 2, 4, 4], { strides: [4, 4], kernel_shape: [4, 4] }),
    conv([1, 2, 3, 3], [2, 2, 3, 3], { pads: [3, 3, 3, 3] }),
    conv([2, 3, 9], [4, 3, 3], { strides: [2], pads: [1, 0] }, 4),
    conv([1, 2, 8], [4, 1, 3], { group: 2, dilations: [2], pads: [2, 2] }),
    conv([1, 2, 4, 5, 4], [3, 2, 3, 3, 2], { pads: [1, 1, 1, 1, 1, 0] }, 3),
    conv([1, 2, 5, 5, 4], [2, 1, 2, 3, 2], { group: 2, strides: [2, 2, 2], pads: [0, 1, 1, 0, 1, 1] }),
    { ...conv([1, 2, 5, 5], [3, 2, 3, 3], { strides: [2, 2], pads: [1, 1, 1, 1] }, 3), opset: 7 },
  ],
  ConvTranspose: [
    conv([2, 3, 3, 3], [3, 2, 3, 3], {}, 2),
    conv([1, 3, 3, 4], [3, 2, 3, 3], { strides: [2, 2], pads: [1, 1, 1, 1] }),
    conv([1, 3, 3, 3], [3, 2, 3, 3], { strides: [2, 2], pads: [1, 1, 1, 1], output_padding: [1, 1] }, 2),
    conv([1, 2, 3, 3], [2, 2, 4, 4], { strides: [2, 2], pads: [1, 1, 1, 1] }),
    conv([1, 2, 3, 3], [2, 2, 2, 2], { strides: [3, 3] }),
    conv([1, 4, 3, 3], [4, 2, 3, 3], { group: 2, strides: [2, 1], pads: [0, 1, 1, 0] }, 4),
    conv([1, 2, 4, 4], [2, 1, 3, 3], { group: 2, dilations: [2, 2] }),
    conv([1, 2, 4, 4], [2, 3, 3, 2], { dilations: [2, 3], strides: [2, 2], pads: [2, 1, 0, 2] }),
    conv([1, 2, 3, 3], [2, 2, 3, 3], { strides: [2, 2], output_shape: [6, 6] }),
    conv([1, 2, 3, 3], [2, 2, 3, 3], { strides: [2, 2], output_shape: [6, 6], auto_pad: "SAME_UPPER" }),
    conv([1, 2, 3, 3], [2, 2, 3, 3], { strides: [2, 2], output_shape: [6, 5], auto_pad: "SAME_LOWER" }),
    conv([1, 2, 3, 4], [2, 2, 3, 3], { strides: [2, 2], auto_pad: "SAME_UPPER" }),
    conv([1, 2, 3, 4], [2, 2, 3, 3], { strides: [2, 2], auto_pad: "SAME_LOWER" }),
    conv([1, 2, 3, 4], [2, 2, 2, 3], { strides: [2, 2], auto_pad: "VALID" }),
    conv([1, 2, 4], [2, 3, 3], { strides: [2], pads: [1, 1], output_padding: [1] }, 3),
    conv([1, 2, 2, 3, 2], [2, 2, 2, 3, 2], { strides: [2, 1, 2], pads: [0, 1, 0, 0, 1, 1] }, 2),
    { ...conv([1, 2, 3, 3], [2, 2, 3, 3], { strides: [2, 2], pads: [1, 1, 1, 1] }, 2), opset: 7 },
  ],
  Col2Im: [
    col2im([1, 4, 9], [4, 4], [2, 2]),
    col2im([2, 12, 6], [5, 6], [2, 3], { strides: [2, 2], pads: [0, 0, 1, 0] }),
    col2im([1, 6, 4], [5, 6], [2, 3], { strides: [2, 2], dilations: [2, 1] }),
    { ...col2im([1, 6, 5], [7], [3]), opset: 18 },
  ],
};
