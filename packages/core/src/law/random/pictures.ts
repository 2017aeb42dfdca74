import type { Value } from "../../ir/graph.js";
import type { Shape } from "../../tensor.js";
import type { Attributes, Draw, Maker } from "./draw.js";

/** Where windows lie: attributes that all pools and convolutions share. */
function windows(draw: Draw, kernel: Shape, { dilated = true } = {}): Attributes {
  const n = kernel.length;
  const each = (low: number, high: number) => Array.from({ length: n }, () => draw.int(low, high));
  const strides: Attributes = draw.chance() ? { strides: each(1, 2) } : {};
  // together with padding by name, ONNX Runtime and the standard differ in what dilations give
  const named = draw.chance(0.25);
  const dilations: Attributes = dilated && !named && draw.chance(0.3) ? { dilations: each(1, 2) } : {};
  if (named) return { ...strides, auto_pad: draw.pick(["SAME_UPPER", "SAME_LOWER", "VALID"]) };
  const pads = [...kernel, ...kernel].map((k) => draw.int(0, Math.min(2, k - 1)));
  return { ...strides, ...dilations, ...(draw.chance(0.6) && { pads }) };
}

const picture = (draw: Draw): { x: Value; batch: number; channels: number; places: Shape } | undefined => {
  const x = draw.value(4, 4, 3, 5);
  if (!x) return undefined;
  const [batch, channels, ...places] = draw.shapeOf(x) as [number, number, ...number[]];
  return { x, batch, channels, places };
};

const kernelFor = (draw: Draw, places: Shape) => places.map((length) => draw.int(1, Math.min(3, length)));

const divisors = (n: number) => Array.from({ length: n }, (_, i) => i + 1).filter((d) => n % d === 0);

const pool =
  (type: string, more: (draw: Draw) => Attributes, dilatedSince: number): Maker =>
  (draw) => {
    const found = picture(draw);
    if (!found) return undefined;
    const kernel = kernelFor(draw, found.places);
    const ceil: Attributes = draw.opset >= (type === "LpPool" ? 18 : 10) && draw.chance(0.3) ? { ceil_mode: 1 } : {};
    const placed = windows(draw, kernel, { dilated: draw.opset >= dilatedSince });
    return draw.one(type, [found.x], { kernel_shape: kernel, ...placed, ...ceil, ...more(draw) });
  };

const global =
  (type: string): Maker =>
  (draw) => {
    const found = picture(draw);
    return found && draw.one(type, [found.x]);
  };

const transforms = ["half_pixel", "asymmetric", "align_corners", "pytorch_half_pixel"];

const resize: Maker = (draw) => {
  const x = draw.value(4, 3);
  if (!x) return undefined;
  const shape = draw.shapeOf(x);
  const kept = shape.length - 2;
  const scales = shape.map((_, i) => (i < kept ? 1 : draw.pick([0.5, 1, 1.4, 2, 2.5, 1.7])));
  const factors = draw.constant(scales, "float32");
  if (draw.opset < 11) return draw.one("Resize", [x, factors], { mode: draw.pick(["nearest", "linear"]) });
  const mode = draw.pick(["nearest", "linear", ...(shape.length === 4 ? ["cubic"] : [])]);
  const attributes: Attributes = {
    mode,
    coordinate_transformation_mode: draw.pick(transforms),
    ...(mode === "nearest" && {
      nearest_mode: draw.pick(["round_prefer_floor", "round_prefer_ceil", "floor", "ceil"]),
    }),
    ...(mode === "cubic" && draw.chance() && { cubic_coeff_a: { float: -0.5 }, exclude_outside: draw.int(0, 1) }),
    ...(mode !== "nearest" && draw.opset >= 18 && draw.chance(0.3) && { antialias: 1 }),
  };
  const region = draw.opset >= 13 ? undefined : draw.constant([], "float32", [0]);
  if (draw.chance()) return draw.one("Resize", [x, region, factors], attributes);
  const sizes = draw.constant(shape.map((dim, i) => Math.max(1, Math.floor(dim * scales[i]!))));
  return draw.one(
    "Resize",
    [x, region, draw.opset >= 13 ? undefined : draw.constant([], "float32", [0]), sizes],
    attributes,
  );
};

export const pictures: Readonly<Record<string, Maker>> = {
  MaxPool: pool("MaxPool", () => ({}), 10),
  AveragePool: pool("AveragePool", (draw) => ({ count_include_pad: draw.int(0, 1) }), 19),
  LpPool: pool("LpPool", (draw) => ({ p: draw.int(1, 3) }), 18),
  GlobalAveragePool: global("GlobalAveragePool"),
  GlobalMaxPool: global("GlobalMaxPool"),
  GlobalLpPool: global("GlobalLpPool"),
  Resize: resize,
  Conv: (draw) => {
    const found = picture(draw);
    if (!found) return undefined;
    const kernel = kernelFor(draw, found.places);
    const group = draw.pick(divisors(found.channels));
    const out = group * draw.int(1, 3);
    const w = draw.operand([out, found.channels / group, ...kernel], { deviation: 0.5 });
    const bias = draw.chance() ? [draw.operand([out])] : [];
    return draw.one("Conv", [found.x, w, ...bias], {
      group,
      ...windows(draw, kernel),
      ...(draw.chance() && { kernel_shape: kernel }),
    });
  },
  ConvTranspose: (draw) => {
    const found = picture(draw);
    if (!found) return undefined;
    const kernel = kernelFor(
      draw,
      found.places.map(() => 3),
    );
    const group = draw.pick(divisors(found.channels));
    const out = draw.int(1, 3);
    const w = draw.operand([found.channels, out, ...kernel], { deviation: 0.5 });
    const bias = draw.chance() ? [draw.operand([out * group])] : [];
    const placed = windows(draw, kernel);
    const more: Attributes =
      "strides" in placed && draw.chance(0.4)
        ? { output_padding: (placed["strides"] as readonly number[]).map((stride) => draw.int(0, stride - 1)) }
        : {};
    return draw.one("ConvTranspose", [found.x, w, ...bias], { group, ...placed, ...more });
  },
  Upsample: (draw) => {
    const x = draw.value(4);
    if (!x || draw.opset > 9) return undefined;
    const scales = [1, 1, draw.pick([1, 2, 1.5]), draw.pick([1, 2, 3])];
    const mode = draw.pick(["nearest", "linear"]);
    if (draw.opset < 9) return draw.one("Upsample", [x], { mode, scales: { float: scales } });
    return draw.one("Upsample", [x, draw.constant(scales, "float32")], { mode });
  },
  GridSample: (draw) => {
    const x = draw.value(4);
    if (!x) return undefined;
    const places = [draw.int(1, 3), draw.int(1, 3)];
    const grid = draw.operand([draw.shapeOf(x)[0]!, ...places, 2], { deviation: 0.6 });
    const [linear, cubic] = draw.opset >= 20 ? ["linear", "cubic"] : ["bilinear", "bicubic"];
    return draw.one("GridSample", [x, grid], {
      mode: draw.pick([linear!, linear!, cubic!, "nearest"]),
      padding_mode: draw.pick(["zeros", "border", "reflection"]),
      align_corners: draw.int(0, 1),
    });
  },
  AffineGrid: (draw) => {
    const theta = draw.operand([1, 2, 3], { deviation: 0.5 });
    return draw.one("AffineGrid", [theta, draw.constant([1, 1, 2, 3])], { align_corners: draw.int(0, 1) });
  },
  RoiAlign: (draw) => {
    const x = draw.value(4);
    if (!x) return undefined;
    const regions = draw.constant([0.3, 0.2, 2.7, 3.1, 0.9, 0.4, 3.3, 2.2], "float32", [2, 4]);
    const attributes: Attributes = {
      output_height: 2,
      output_width: 2,
      sampling_ratio: 2,
      spatial_scale: { float: 0.8 },
    };
    return draw.one("RoiAlign", [x, regions, draw.constant([0, draw.rng.int(draw.shapeOf(x)[0]!)])], attributes);
  },
  DFT: (draw) => {
    const x = draw.value(2, 3);
    if (!x) return undefined;
    const signal = draw.one("Unsqueeze", [x, draw.constant([-1])]);
    const [axis, onesided] = [draw.int(1, draw.shapeOf(x).length - 1), draw.int(0, 1)];
    if (draw.opset < 20) return draw.one("DFT", [signal], { axis, onesided });
    return draw.one("DFT", [signal, undefined, draw.constant([axis], "int64", [])], { onesided });
  },
};
