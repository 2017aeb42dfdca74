import { constant, distinct, uniform, type Case, type CaseAttribute, type Cases } from "../case.js";

type Attributes = Readonly<Record<string, CaseAttribute>>;

/** The same windows for every pool. */
const windows: readonly (readonly [readonly number[], Attributes])[] = [
  [[2, 3, 4, 4], { kernel_shape: [2, 2], strides: [2, 2] }],
  [[1, 2, 7, 7], { kernel_shape: [3, 3], strides: [2, 2] }],
  [[1, 2, 6, 7], { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] }],
  [[1, 2, 6, 6], { kernel_shape: [3, 3], strides: [2, 2], ceil_mode: 1 }],
  [[1, 2, 6, 7], { kernel_shape: [3, 2], strides: [2, 2], pads: [1, 0, 0, 1], ceil_mode: 1 }],
  [[1, 2, 5, 5], { kernel_shape: [3, 3], pads: [1, 1, 1, 1] }],
  [[1, 2, 5, 6], { kernel_shape: [2, 3], pads: [0, 1, 1, 0] }],
  [[1, 1, 6, 6], { kernel_shape: [5, 5], pads: [2, 2, 2, 2] }],
  [[1, 2, 6, 5], { kernel_shape: [3, 2], strides: [2, 2], auto_pad: "SAME_UPPER" }],
  [[1, 2, 6, 5], { kernel_shape: [3, 2], strides: [1, 2], auto_pad: "SAME_LOWER" }],
  [[1, 2, 6, 5], { kernel_shape: [3, 2], strides: [2, 2], auto_pad: "VALID" }],
  [[1, 2, 5, 5], { kernel_shape: [1, 1], strides: [2, 2] }],
  [[1, 2, 5, 4], { kernel_shape: [3, 4], strides: [65536, 2147483647] }],
  [[1, 2, 9], { kernel_shape: [3], strides: [2], pads: [1, 1] }],
  [[1, 2, 8], { kernel_shape: [3] }],
  [[1, 2, 4, 5, 4], { kernel_shape: [2, 3, 2], strides: [2, 1, 2], pads: [0, 1, 0, 0, 1, 0] }],
];

/** The last window that `ceil_mode` counts lies in the padding: it is left out. */
const phantom: typeof windows = [
  [[1, 2, 8, 7], { kernel_shape: [1, 1], strides: [3, 2], ceil_mode: 1 }],
  [[1, 1, 5, 7], { kernel_shape: [2, 2], strides: [2, 2], pads: [1, 1, 1, 1], ceil_mode: 1 }],
  [[1, 2, 8, 6], { kernel_shape: [3, 2], strides: [1, 3], ceil_mode: 1 }],
];

const dilated: readonly (readonly [readonly number[], Attributes])[] = [
  [[1, 2, 7, 7], { kernel_shape: [2, 3], dilations: [2, 2] }],
  [[1, 2, 8, 7], { kernel_shape: [3, 2], dilations: [2, 3], strides: [2, 1], pads: [1, 1, 2, 0] }],
  [[1, 1, 8, 8], { kernel_shape: [3, 3], dilations: [2, 2], strides: [2, 2], ceil_mode: 1 }],
  // the last window reaches further beyond the end than its kernel has elements
  [[1, 2, 12, 12], { kernel_shape: [3, 2], dilations: [1, 2], strides: [2, 3], pads: [1, 1, 1, 1], ceil_mode: 1 }],
];

const over = (
  make: (shape: readonly number[]) => Case["inputs"][number],
  rows: typeof windows,
  more: Attributes = {},
  opset = 20,
): readonly Case[] =>
  rows.map(([shape, attributes]) => ({ inputs: [make(shape)], attributes: { ...attributes, ...more }, opset }));

const apart = (shape: readonly number[]) => distinct(shape);
const smooth = (shape: readonly number[]) => uniform(-1, 1, shape);
const away = (shape: readonly number[]) => uniform(-1, 1, shape, [0]);
const whole = [
  [2, 3, 4, 4],
  [1, 2, 5],
  [1, 2, 2, 3, 2],
];

export const pooling: Cases = {
  MaxPool: [
    ...over(apart, [...windows, ...phantom, ...dilated]),
    ...over(apart, windows.slice(2, 4), { storage_order: 1 }),
    ...over(apart, windows.slice(0, 3), {}, 8),
    ...over(apart, windows.slice(8, 10), {}, 7),
    { inputs: [apart([1, 2, 4, 4])], attributes: { kernel_shape: [2, 2], strides: [2, 2] }, outputs: 2 },
    {
      inputs: [apart([1, 1, 6, 6])],
      attributes: { kernel_shape: [3, 3], storage_order: 1, strides: [2, 2] },
      outputs: 2,
    },
  ],
  AveragePool: [
    ...over(smooth, [...windows, ...phantom, ...dilated]),
    ...over(smooth, [...windows, ...phantom, ...dilated], { count_include_pad: 1 }),
    ...over(smooth, phantom, { count_include_pad: 1 }, 10),
    ...over(smooth, windows.slice(0, 3), {}, 7),
    ...over(smooth, windows.slice(3, 5), { count_include_pad: 1 }, 11),
  ],
  LpPool: [
    ...over(away, [...windows.slice(0, 3), ...windows.slice(5, 7), ...windows.slice(8, 14)]),
    ...over(away, phantom),
    ...over(away, windows.slice(1, 3), { p: 1 }),
    ...over(away, windows.slice(1, 3), { p: 3 }).map((one) => ({ ...one })),
    ...over(away, windows.slice(0, 2), { p: 2 }, 11),
    ...over(away, dilated.slice(0, 2)),
  ],
  GlobalAveragePool: [
    ...whole.map((shape) => ({ inputs: [smooth(shape)] })),
    { inputs: [smooth([1, 2, 3, 3])], opset: 7 },
  ],
  GlobalMaxPool: whole.map((shape) => ({ inputs: [apart(shape)] })),
  GlobalLpPool: [1, 2, 3].map((p, i) => ({ inputs: [away(whole[i]!)], attributes: { p } })),
  MaxUnpool: [
    {
      inputs: [smooth([1, 1, 2, 2]), constant([5, 7, 13, 14], [1, 1, 2, 2])],
      attributes: { kernel_shape: [2, 2], strides: [2, 2] },
    },
    {
      inputs: [smooth([1, 2, 2, 2]), constant([1, 3, 8, 10, 20, 18, 24, 31], [1, 2, 2, 2]), constant([1, 2, 4, 5])],
      attributes: { kernel_shape: [2, 2], strides: [2, 2] },
      opset: 11,
    },
  ],
};
