import { constant, scales, uniform, type Case, type CaseAttribute, type Cases } from "../case.js";

type Attributes = Readonly<Record<string, CaseAttribute>>;
const x = (...shape: readonly number[]) => uniform(-1, 1, shape);

const byScales = (shape: readonly number[], factors: readonly number[], attributes: Attributes, opset = 20): Case => ({
  inputs: [x(...shape), opset < 13 ? scales([]) : undefined, scales(factors)],
  attributes,
  opset,
  step: 0.1,
});

const bySizes = (shape: readonly number[], sizes: readonly number[], attributes: Attributes, opset = 20): Case => ({
  inputs: [x(...shape), undefined, undefined, constant(sizes)],
  attributes,
  opset,
  step: 0.1,
});

const coordinates = ["half_pixel", "half_pixel_symmetric", "pytorch_half_pixel", "align_corners", "asymmetric"];
const roundings = ["round_prefer_floor", "round_prefer_ceil", "floor", "ceil"];
const shape = [1, 2, 4, 5];

const everyMode = ["nearest", "linear", "cubic"].flatMap((mode) =>
  coordinates.flatMap((coordinate_transformation_mode) => [
    byScales(shape, [1, 1, 2, 2], { mode, coordinate_transformation_mode }),
    byScales(shape, [1, 1, 1.6, 0.7], { mode, coordinate_transformation_mode }),
    bySizes(shape, [1, 2, 3, 7], { mode, coordinate_transformation_mode }),
  ]),
);

const crop = (mode: string, more: Attributes = {}): Case => ({
  inputs: [x(...shape), scales([0, 0, 0.2, -0.3, 1, 1, 0.9, 1.2]), undefined, constant([1, 2, 3, 6])],
  attributes: { mode, coordinate_transformation_mode: "tf_crop_and_resize", ...more },
});

const grid = (
  image: readonly number[],
  points: readonly number[],
  attributes: Attributes,
  { opset = 20, reach = 1.3 }: { opset?: number; reach?: number } = {},
): Case => ({
  inputs: [x(...image), uniform(-reach, reach, [image[0]!, ...points, image.length - 2])],
  attributes,
  opset,
});

const gridModes = ["linear", "nearest", "cubic"].flatMap((mode) =>
  ["zeros", "border", "reflection"].flatMap((padding_mode) =>
    [0, 1].map((align_corners) => grid([2, 2, 4, 5], [3, 3], { mode, padding_mode, align_corners })),
  ),
);

export const resampling: Cases = {
  Resize: [
    ...everyMode,
    ...roundings.flatMap((nearest_mode) => [
      byScales(shape, [1, 1, 3, 2], { nearest_mode }),
      byScales(shape, [1, 1, 1.5, 0.5], { nearest_mode }),
      byScales(shape, [1, 1, 2, 3], { nearest_mode, coordinate_transformation_mode: "asymmetric" }),
    ]),
    crop("linear"),
    crop("nearest", { extrapolation_value: { float: 2 } }),
    crop("cubic"),
    byScales(shape, [1, 1, 1.5, 0.6], { mode: "cubic", exclude_outside: 1 }),
    byScales(shape, [1, 1, 2, 2], { mode: "cubic", cubic_coeff_a: { float: -0.5 } }),
    ...["linear", "cubic"].flatMap((mode) => [
      byScales(shape, [1, 1, 0.6, 0.5], { mode, antialias: 1 }),
      bySizes([1, 1, 9, 8], [1, 1, 3, 12], { mode, antialias: 1 }),
      bySizes([1, 1, 9, 8], [1, 1, 4, 3], { mode, antialias: 1, exclude_outside: 1 }),
    ]),
    ...["not_larger", "not_smaller"].flatMap((keep_aspect_ratio_policy) => [
      bySizes(shape, [7, 7], { keep_aspect_ratio_policy, axes: [2, 3], mode: "linear" }),
      bySizes(shape, [9, 3], { keep_aspect_ratio_policy, axes: [2, 3], mode: "nearest" }),
      bySizes(shape, [3, 3], { keep_aspect_ratio_policy, axes: [2, 3], mode: "cubic" }),
    ]),
    byScales(shape, [2.5, 1.5], { mode: "linear", axes: [3, 2] }),
    byScales([2, 6], [1, 1.5], { mode: "linear" }),
    byScales(shape, [1, 1, 1.2, 2], { mode: "linear" }),
    byScales(shape, [1, 1, 1.5, 1.1], { mode: "cubic" }),
    byScales(shape, [1, 1, 1.2, 1.1], { mode: "cubic" }),
    byScales([2, 3, 6], [1, 1, 2], { mode: "linear" }),
    byScales([2, 3, 6], [1, 1, 2], {}),
    byScales([4], [2], {}),
    byScales([1, 2, 3, 3, 2], [1, 1, 2, 1.5, 2], { mode: "linear" }),
    byScales([1, 2, 3, 3, 2], [1, 1, 2, 2, 3], {}),
    byScales([2, 2, 3, 3], [2, 2, 1, 1], {}),
    byScales([1, 4, 5, 2], [1, 2, 1.5, 1], { mode: "linear" }),
    bySizes([1, 1, 4, 4], [1, 1, 1, 1], { mode: "linear", coordinate_transformation_mode: "pytorch_half_pixel" }),
    bySizes([1, 1, 4, 4], [1, 1, 1, 8], { mode: "linear", coordinate_transformation_mode: "align_corners" }),
    byScales(shape, [1, 1, 2, 2], { mode: "linear" }, 11),
    byScales(shape, [1, 1, 2, 0.5], { mode: "nearest", coordinate_transformation_mode: "tf_half_pixel_for_nn" }, 11),
    bySizes(shape, [1, 2, 8, 10], { mode: "cubic" }, 13),
    { inputs: [x(...shape), scales([]), scales([1, 1, 2, 2])], attributes: { mode: "nearest" }, opset: 11 },
    { inputs: [x(...shape), scales([1, 1, 2, 3])], opset: 10 },
    { inputs: [x(...shape), scales([1, 1, 0.5, 0.7])], opset: 10 },
    { inputs: [x(...shape), scales([1, 1, 0.5, 2])], opset: 10 },
    { inputs: [x(...shape), scales([1, 1, 1.5, 0.7])], attributes: { mode: "linear" }, opset: 10 },
  ],
  Upsample: [
    { inputs: [x(...shape)], attributes: { scales: { float: [1, 1, 2, 3] } }, opset: 7 },
    { inputs: [x(...shape)], attributes: { mode: "linear", scales: { float: [1, 1, 2, 1.5] } }, opset: 7 },
    { inputs: [x(...shape), scales([1, 1, 1.7, 2])], attributes: { mode: "nearest" }, opset: 9 },
    { inputs: [x(...shape), scales([1, 1, 2, 2])], attributes: { mode: "linear" }, opset: 9 },
  ],
  GridSample: [
    ...gridModes,
    grid([1, 2, 3, 4], [2, 3], { padding_mode: "reflection" }, { reach: 4 }),
    grid([1, 2, 3, 4], [2, 3], { padding_mode: "reflection", align_corners: 1 }, { reach: 5 }),
    grid([1, 2, 3, 4, 2], [2, 3, 2], {}),
    grid([2, 1, 3, 2, 3], [2, 2, 2], { padding_mode: "border", align_corners: 1 }),
    grid([1, 1, 3, 2, 3], [2, 2, 2], { mode: "nearest", padding_mode: "reflection" }),
    grid([1, 2, 4, 5], [3, 3], {}, { opset: 16 }),
    grid([1, 2, 4, 5], [3, 3], { mode: "bicubic", padding_mode: "border" }, { opset: 16 }),
    grid([1, 2, 4, 5], [3, 3], { mode: "nearest", align_corners: 1 }, { opset: 16 }),
  ],
  AffineGrid: [
    { inputs: [x(2, 2, 3), constant([2, 3, 3, 4])] },
    { inputs: [x(1, 2, 3), constant([1, 3, 2, 3])], attributes: { align_corners: 1 } },
    { inputs: [x(1, 3, 4), constant([1, 1, 2, 3, 2])] },
  ],
  RoiAlign: [
    regions({ output_height: 2, output_width: 3, sampling_ratio: 2 }),
    regions({ output_height: 3, output_width: 2, sampling_ratio: 1, spatial_scale: { float: 0.5 } }),
    regions({
      output_height: 2,
      output_width: 2,
      sampling_ratio: 3,
      coordinate_transformation_mode: "output_half_pixel",
    }),
    regions({ output_height: 2, output_width: 2, sampling_ratio: 2 }, 10),
    regions({ sampling_ratio: 2 }, 16),
    regions({ output_height: 2, output_width: 3, sampling_ratio: 2, mode: "max" }),
    regions({ output_height: 3, output_width: 2, sampling_ratio: 1, mode: "max", spatial_scale: { float: 0.5 } }, 10),
  ],
};

/** Regions inside, half outside and all outside of two pictures. */
function regions(attributes: Attributes, opset = 20): Case {
  const corners = [0.3, 1.2, 4.1, 3.7, -2.2, -1.3, 1.4, 2.8, 3.3, 2.1, 9.2, 7.4, 12, 12, 15, 14, 1.1, 1.2, 1.6, 1.5];
  return {
    inputs: [x(2, 2, 5, 6), constant(corners, [5, 4], "float"), constant([0, 1, 1, 0, 1])],
    attributes,
    opset,
  };
}
