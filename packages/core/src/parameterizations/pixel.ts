import { defineParameterization } from "../define/define.js";
import { choice, optional, range } from "../define/fields.js";

/** Keeps the inverse of the sigmoid finite. */
const margin = 1e-3;

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
  },
  invert({ range: bounds, squash }, start) {
    if (!bounds) return { pixels: start };
    const [low, high] = bounds;
    const data = Float32Array.from(start.data as Float32Array, (x) => {
      if (squash === "clip") return Math.min(Math.max(x, low), high);
      const p = Math.min(Math.max((x - low) / (high - low), margin), 1 - margin);
      return Math.log(p / (1 - p));
    });
    return { pixels: { ...start, data } };
  },
  build({ range: bounds, squash }, { pixels }, { op }) {
    if (!bounds || squash === "clip") return pixels!;
    const [low, high] = bounds;
    return op.add(op.mul(op.sigmoid(pixels!), high - low), low);
  },
  project({ range: bounds, squash }, { pixels }, { op }) {
    return { pixels: bounds && squash === "clip" ? op.clip(pixels!, ...bounds) : pixels! };
  },
});
