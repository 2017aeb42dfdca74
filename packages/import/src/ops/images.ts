import type { Builder } from "../build/builder.js";
import { rankOf, type Dim, type Symbolic } from "../build/symbolic.js";

export interface Resizing {
  readonly method: "nearest" | "bilinear" | "bicubic";
  /** Where pixels lie: TensorFlow 2 and Keras have half pixels; TensorFlow 1 none, or aligned corners. */
  readonly pixels: "half" | "corner" | "aligned";
}

/** Pictures of another size: to `sizes`, or by whole factors where the size is free. */
export function resize(
  b: Builder,
  x: Symbolic,
  to: { sizes: readonly Dim[] } | { factors: readonly number[] },
  { method, pixels }: Resizing,
): Symbolic {
  const spatial = x.dims.slice(1, -1);
  const sizes = "sizes" in to ? to.sizes : spatial.map((dim, i) => dim && dim * to.factors[i]!);
  const scales = "factors" in to ? to.factors : sizes.map((size, i) => size! / spatial[i]!);
  const dims = [x.dims[0], ...sizes, x.dims.at(-1)];
  const scale = b.constant(floatList([1, 1, ...scales]), "scales");
  const isWhole = scales.every(Number.isInteger);
  const inputs = isWhole
    ? [b.first(x), undefined, scale]
    : [b.first(x), undefined, undefined, exactSizes(b, x, sizes as number[])];
  return b.emit("Resize", inputs, { dims, isFirst: true }, attributesOf(method, pixels, isWhole));
}

function attributesOf(method: Resizing["method"], pixels: Resizing["pixels"], isWhole: boolean) {
  const where = { half: "half_pixel", corner: "asymmetric", aligned: "align_corners" }[pixels];
  if (method !== "nearest")
    return { mode: method === "bilinear" ? "linear" : "cubic", coordinate_transformation_mode: where };
  // by whole factors half pixels and corners agree: floor((i + 0.5) / k) = floor(i / k)
  if (pixels === "half" && !isWhole)
    return { mode: "nearest", coordinate_transformation_mode: "half_pixel", nearest_mode: "round_prefer_ceil" };
  if (pixels === "aligned")
    return { mode: "nearest", coordinate_transformation_mode: "align_corners", nearest_mode: "round_prefer_ceil" };
  return { mode: "nearest", coordinate_transformation_mode: "asymmetric", nearest_mode: "floor" };
}

/** [batch, channels, ...sizes], where the batch may be free. */
function exactSizes(b: Builder, x: Symbolic, sizes: readonly number[]): Symbolic {
  const rest = b.ints([x.dims.at(-1)!, ...sizes]);
  if (x.dims[0] !== undefined) return b.ints([x.dims[0], x.dims.at(-1)!, ...sizes]);
  const batch = b.emit("Shape", [x], { dims: [1], dtype: "int64" }, { start: 0, end: 1 });
  return b.emit("Concat", [batch, rest], { dims: [rankOf(x)], dtype: "int64" }, { axis: 0 });
}

const floatList = (values: readonly number[]) => ({
  dtype: "float32" as const,
  shape: [values.length],
  data: Float32Array.from(values),
});

/** Channels become pixels: [batch, h, w, k * k * c] to [batch, h * k, w * k, c]. */
export function depthToSpace(b: Builder, x: Symbolic, k: number): Symbolic {
  const [n, h, w, c] = x.dims;
  return b.emit(
    "DepthToSpace",
    [b.first(x)],
    { dims: [n, h && h * k, w && w * k, c && c / (k * k)], isFirst: true },
    { blocksize: k, mode: "DCR" },
  );
}

export function spaceToDepth(b: Builder, x: Symbolic, k: number): Symbolic {
  const [n, h, w, c] = x.dims;
  return b.emit(
    "SpaceToDepth",
    [b.first(x)],
    { dims: [n, h && h / k, w && w / k, c && c * k * k], isFirst: true },
    { blocksize: k },
  );
}
