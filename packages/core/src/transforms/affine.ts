import { defineAffine, type Affine, type Size } from "../define/transform.js";
import { choice, fixed, flag, int, numbers } from "../define/fields.js";

/** A shift: what is at (x, y) comes from (x + dx, y + dy). */
const shift = (dx: number, dy: number): Affine => [1, 0, dx, 0, 1, dy];

/** A linear map about the centre of a picture. */
function aboutCentre([a, b, d, e]: readonly [number, number, number, number], { height, width }: Size): Affine {
  const [cx, cy] = [(width - 1) / 2, (height - 1) / 2];
  return [a, b, cx - a * cx - b * cy, d, e, cy - d * cx - e * cy];
}

/**
 * Adds a margin on every side, so that features at the edge are seen whole.
 *
 * @example
 * pad({ pixels: 6 });
 */
export const pad = defineAffine({
  type: "pad",
  example: { pixels: 6 },
  doc: "Adds a margin on every side, so that features at the edge are seen whole",
  params: {
    pixels: int("width of the margin", { fallback: 12, min: 0 }),
    mode: choice(
      "what the margin holds: one value, the nearest edge, or the mirror image",
      ["value", "edge", "mirror"],
      "value",
    ),
    value: fixed("the value for mode=value, in picture units", { fallback: 0.5 }),
  },
  resize: (p, { height, width }) => ({ height: height + 2 * p.pixels, width: width + 2 * p.pixels }),
  sample: (p) => shift(-p.pixels, -p.pixels),
  outside: (p) => (p.mode === "value" ? p.value : p.mode),
});

/**
 * Shifts the picture by up to so many pixels each way, against features that hang on one alignment; the frame stays.
 *
 * @example
 * jitter({ pixels: 4 });
 */
export const jitter = defineAffine({
  type: "jitter",
  example: { pixels: 4 },
  doc: "Shifts the picture by up to so many pixels each way, against features that hang on one alignment; the frame stays",
  params: { pixels: int("largest shift", { fallback: 4, min: 0 }) },
  sample(p, _, rng) {
    const draw = () => rng.int(2 * p.pixels + 1) - p.pixels;
    return shift(draw(), draw());
  },
});

/**
 * Enlarges or shrinks the picture about its centre by one of some factors; the frame stays.
 *
 * @example
 * scale({ factors: [0.9, 1, 1.1] });
 */
export const scale = defineAffine({
  type: "scale",
  example: { factors: [0.9, 1, 1.1] },
  doc: "Enlarges or shrinks the picture about its centre by one of some factors; the frame stays",
  params: {
    factors: numbers("the factors to choose from", {
      fallback: [0.9, 0.92, 0.94, 0.96, 0.98, 1, 1.02, 1.04, 1.06, 1.08, 1.1],
      above: 0,
    }),
  },
  sample(p, size, rng) {
    const factor = p.factors[rng.int(p.factors.length)]!;
    return aboutCentre([1 / factor, 0, 0, 1 / factor], size);
  },
});

/**
 * Turns the picture about its centre by one of some angles.
 *
 * @example
 * rotate({ degrees: [-5, 0, 5] });
 */
export const rotate = defineAffine({
  type: "rotate",
  needsPlane: true,
  example: { degrees: [-5, 0, 5] },
  doc: "Turns the picture about its centre by one of some angles",
  params: {
    degrees: numbers("the angles to choose from, anticlockwise", {
      fallback: [-10, -9, -8, -7, -6, -5, -4, -3, -2, -1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 0, 0, 0, 0, 0],
    }),
  },
  sample(p, size, rng) {
    const angle = (p.degrees[rng.int(p.degrees.length)]! * Math.PI) / 180;
    const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
    // rows count downwards
    return aboutCentre([cos, -sin, sin, cos], size);
  },
});

/**
 * Mirrors the picture left to right (or top to bottom) in so large a share of the steps.
 *
 * @example
 * flip();
 */
export const flip = defineAffine({
  type: "flip",
  example: {},
  doc: "Mirrors the picture left to right (or top to bottom) in so large a share of the steps",
  params: {
    probability: fixed("share of the steps", { fallback: 0.5, min: 0, max: 1 }),
    vertical: flag("top to bottom instead", false),
  },
  sample(p, size, rng) {
    if (rng.uniform() >= p.probability) return shift(0, 0);
    return aboutCentre(p.vertical ? [1, 0, 0, -1] : [-1, 0, 0, 1], size);
  },
});

/**
 * Random windows of the picture in its own proportions, several a step, at the size that the model takes (as in MaCo, Fel et
 * al., 2023).
 *
 * @example
 * crops({ count: 8 });
 */
export const crops = defineAffine({
  type: "crops",
  example: { count: 8 },
  doc: "Random windows of the picture in its own proportions, several a step, at the size that the model takes (as in MaCo, Fel et al., 2023)",
  params: {
    count: int("windows a step", { fallback: 8, min: 1, max: 256 }),
    largest: fixed("side of the largest windows, as a share of the picture's", { fallback: 0.5, min: 0.01, max: 1 }),
    smallest: fixed("side of the smallest", { fallback: 0.05, min: 0.01, max: 1 }),
    spread: fixed("standard deviation of the side about these", { fallback: 0.05, min: 0 }),
    centre: fixed("standard deviation of the windows' centre about the picture's, as a share of its side", {
      fallback: 0.15,
      min: 0,
    }),
  },
  views: (p) => p.count,
  sample(p, { height, width }, rng, { index, count }) {
    const between = count === 1 ? 0.5 : index / (count - 1);
    const wanted = p.largest + (p.smallest - p.largest) * between + p.spread * rng.normal();
    const side = clamp(wanted, Math.min(p.smallest, p.largest), 1);
    const place = () => clamp(0.5 + p.centre * rng.normal(), side / 2, 1 - side / 2);
    const [x, y] = [place(), place()];
    return [side, 0, (x - side / 2) * width + (side - 1) / 2, 0, side, (y - side / 2) * height + (side - 1) / 2];
  },
});

function clamp(x: number, low: number, high: number): number {
  return Math.min(Math.max(x, low), high);
}
