import { XstarError } from "@xstar/core";
import type { Builder } from "../../build/builder.js";
import { rankOf, type Symbolic } from "../../build/symbolic.js";
import { resize } from "../../ops/images.js";
import { beyond, concat, flatten, pad, reshape, slice, tile, transpose, unsqueeze } from "../../ops/shapes.js";
import type { EmitLayer, Layer, LayerRows } from "../layer.js";

/** [before, after] for each spatial axis: one number, one for each axis, or pairs. */
function sidesOf(x: Symbolic, layer: Layer, key: string): [number, number][] {
  const count = rankOf(x) - 2;
  const given = layer.config[key];
  const list =
    Array.isArray(given) && (count > 1 || Array.isArray(given[0]) || given.length === 1)
      ? given
      : count === 1
        ? [given]
        : layer.numbers(key, count, 1);
  return list.map((side: number | [number, number]) => (typeof side === "number" ? [side, side] : [side[0], side[1]]));
}

const padding: EmitLayer = (b, [x], layer) => pad(b, b.first(x!), [[0, 0], ...sidesOf(x!, layer, "padding"), [0, 0]]);

const cropping: EmitLayer = (b, [x], layer) => {
  const parts = sidesOf(x!, layer, "cropping").map(([before, after], i) => ({
    axis: i + 1,
    start: before,
    end: after === 0 ? beyond : -after,
  }));
  return slice(
    b,
    b.first(x!),
    parts.filter(({ start, end }) => start !== 0 || end !== beyond),
  );
};

const upsampling: EmitLayer = (b, [x], layer) => {
  const method = layer.string("interpolation", "nearest");
  if (method !== "nearest" && method !== "bilinear") throw unknownInterpolation(layer, method);
  return resize(b, x!, { factors: layer.numbers("size", rankOf(x!) - 2, 2) }, { method, pixels: "half" });
};

const upsampling1D: EmitLayer = (b, [x], layer) => {
  const pictures = unsqueeze(b, x!, [1]);
  const wide = resize(b, pictures, { factors: [1, layer.number("size", 2)] }, { method: "nearest", pixels: "half" });
  return reshape(b, wide, [0, wide.dims[2] ?? -1, wide.dims[3]!]);
};

const resizing: EmitLayer = (b, [x], layer) => {
  const method = layer.string("interpolation", "bilinear");
  if (method !== "nearest" && method !== "bilinear") throw unknownInterpolation(layer, method);
  if (
    layer.flag("crop_to_aspect_ratio", false) ||
    layer.flag("pad_to_aspect_ratio", false) ||
    layer.flag("antialias", false)
  )
    throw new XstarError(
      "unsupported-model",
      `Layer "${layer.name}" (Resizing) keeps the aspect ratio or smooths, which is not supported`,
    );
  return resize(b, x!, { sizes: [layer.number("height"), layer.number("width")] }, { method, pixels: "half" });
};

function unknownInterpolation({ name, className }: Layer, method: string): XstarError {
  return new XstarError(
    "unsupported-model",
    `Layer "${name}" (${className}) interpolates by "${method}", which is not supported`,
    {
      hint: 'Use "nearest" or "bilinear" and save the model again',
    },
  );
}

const centerCrop: EmitLayer = (b, [x], layer) => {
  const parts = (["height", "width"] as const).map((key, i) => {
    const start = Math.floor((x!.dims[i + 1]! - layer.number(key)) / 2);
    return { axis: i + 1, start, end: start + layer.number(key) };
  });
  return slice(b, b.first(x!), parts);
};

const repeatVector: EmitLayer = (b, [x], layer) => tile(b, unsqueeze(b, x!, [1]), [1, layer.number("n"), 1]);

const permute: EmitLayer = (b, [x], layer) => transpose(b, x!, [0, ...layer.numbers("dims", rankOf(x!) - 1)]);

const reshaping: EmitLayer = (b: Builder, [x], layer) => reshape(b, x!, [0, ...layer.numbers("target_shape", 1)]);

/** Layers that only move, copy or drop numbers. */
export const shapes: LayerRows = {
  Flatten: (b, [x]) => flatten(b, x!),
  Reshape: reshaping,
  Permute: permute,
  RepeatVector: repeatVector,
  Concatenate: (b, xs, layer) => concat(b, xs, layer.number("axis", -1)),
  ZeroPadding1D: padding,
  ZeroPadding2D: padding,
  ZeroPadding3D: padding,
  Cropping1D: cropping,
  Cropping2D: cropping,
  Cropping3D: cropping,
  UpSampling1D: upsampling1D,
  UpSampling2D: upsampling,
  UpSampling3D: upsampling,
  Resizing: resizing,
  CenterCrop: centerCrop,
};
