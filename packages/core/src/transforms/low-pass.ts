import { fixed, int, optional } from "../define/fields.js";
import { defineTransform } from "../define/transform.js";
import { size } from "../tensor.js";

/** Numbers on each side of the middle: enough for an edge of about half the cutoff. */
const radiusOf = ({ cutoff, radius }: { cutoff: number; radius: number | undefined }) =>
  radius ?? Math.min(256, Math.ceil(2 / cutoff));

/**
 * Takes away what changes faster than so many cycles a sample of a signal (or a pixel of a picture), 0.5 being the fastest there is;
 * beyond the edge lies the nearest number.
 *
 * @example
 * transforms.lowPass({ cutoff: 0.1 });
 */
export const lowPass = defineTransform({
  type: "lowPass",
  example: { cutoff: 0.1 },
  doc: "Takes away what changes faster than so many cycles a sample of a signal (or a pixel of a picture), 0.5 being the fastest there is; beyond the edge lies the nearest number",
  params: {
    cutoff: fixed("the frequency from which on nothing passes, in cycles a sample: hertz divided by the sample rate", {
      fallback: 0.25,
      above: 0,
      max: 0.5,
    }),
    radius: optional(
      int("samples on each side of the middle of the filter; two periods when left out", { min: 1, max: 256 }),
    ),
  },
  sample: () => ({}),
  build(p, picture, _, op) {
    const radius = radiusOf(p);
    const weights = op.constant({ dtype: "float32", shape: [2 * radius + 1], data: windowedSinc(p.cutoff, radius) });
    // the last two axes, where they are longer than 1
    return [picture.rank - 1, picture.rank - 2].reduce((x, axis) => {
      const length = x.shape[axis]!;
      if (axis < 2 || length === 1) return x;
      const after = size(x.shape.slice(axis + 1));
      const rows = size(x.shape) / (length * after);
      const flat = op.reshape(x, [rows, 1, length, after]);
      const padded = op.pad(flat, [0, 0, radius, 0], [0, 0, radius, 0], "edge");
      return op.reshape(op.conv(padded, op.reshape(weights, [1, 1, 2 * radius + 1, 1])), x.shape);
    }, picture);
  },
});

/** A low-pass filter of a gain of 1 at rest: a sinc under a Hamming window. */
function windowedSinc(cutoff: number, radius: number): Float32Array {
  const raw = Float64Array.from({ length: 2 * radius + 1 }, (_, i) => {
    const t = i - radius;
    const sinc = t === 0 ? 2 * cutoff : Math.sin(2 * Math.PI * cutoff * t) / (Math.PI * t);
    return sinc * (0.54 + 0.46 * Math.cos((Math.PI * t) / radius));
  });
  const total = raw.reduce((a, b) => a + b, 0);
  return Float32Array.from(raw, (x) => x / total);
}
