import { defineParameterization } from "../define/define.js";
import { choice, optional, range } from "../define/fields.js";
import { colorParams, mixColors, separateColors, separateColorsOf } from "./color.js";
import { clipTo, logitFrom, sigmoidTo } from "./squash.js";

export const pixel = defineParameterization({
  type: "pixel",
  doc: "One variable for each pixel and colour channel",
  params: {
    range: optional(range("values that the picture may take, in picture units; unbounded when left out")),
    squash: choice(
      "how the range is kept: clip after each step, or pass through a sigmoid",
      ["clip", "sigmoid"],
      "clip",
    ),
    ...colorParams("none"),
  },
  invert(params, start) {
    const { range: bounds, squash } = params;
    const within = bounds ? (squash === "clip" ? clipTo : logitFrom)(start, bounds) : start;
    return { pixels: separateColorsOf(params, within) };
  },
  build(params, { pixels }, { op }) {
    const mixed = mixColors(op, params, pixels!);
    return params.range && params.squash === "sigmoid" ? sigmoidTo(op, mixed, params.range) : mixed;
  },
  project(params, { pixels }, { op }) {
    if (!params.range || params.squash !== "clip") return { pixels: pixels! };
    return { pixels: separateColors(op, params, op.clip(mixColors(op, params, pixels!), ...params.range)) };
  },
});
