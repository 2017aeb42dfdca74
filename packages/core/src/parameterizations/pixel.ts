import { defineParameterization } from "../define/parameterization.js";
import { choice, optional, range } from "../define/fields.js";
import { colorParams, mixColors, separateColors, separateColorsOf } from "./color.js";
import { clipTo, logitFrom, sigmoidTo } from "./squash.js";

/**
 * One variable for each pixel and colour channel.
 *
 * @example
 * pixel({ range: [0, 1] });
 */
export const pixel = defineParameterization({
  type: "pixel",
  example: { range: [0, 1] },
  doc: "One variable for each pixel and colour channel",
  params: {
    range: optional(
      range("values that the picture may take, in picture units; left out: unbounded, or 0,1 with a sigmoid"),
    ),
    squash: choice(
      "how the range is kept: clip after each step, or pass through a sigmoid",
      ["clip", "sigmoid"],
      "clip",
    ),
    ...colorParams("none"),
  },
  range: (params) => boundsOf(params),
  invert(params, start) {
    const bounds = boundsOf(params);
    const within = bounds ? (params.squash === "clip" ? clipTo : logitFrom)(start, bounds) : start;
    return { pixels: separateColorsOf(params, within) };
  },
  build(params, { pixels }, { op }) {
    const mixed = mixColors(op, params, pixels!);
    const bounds = boundsOf(params);
    return bounds && params.squash === "sigmoid" ? sigmoidTo(op, mixed, bounds) : mixed;
  },
  project(params, { pixels }, { op }) {
    const bounds = boundsOf(params);
    if (!bounds || params.squash !== "clip") return { pixels: pixels! };
    return { pixels: separateColors(op, params, op.clip(mixColors(op, params, pixels!), ...bounds)) };
  },
});

/** The range that pixels are kept in; undefined where they are free. */
export function boundsOf(params: {
  readonly range?: readonly [number, number] | undefined;
  readonly squash: string;
}): readonly [number, number] | undefined {
  return params.range ?? (params.squash === "sigmoid" ? [0, 1] : undefined);
}
