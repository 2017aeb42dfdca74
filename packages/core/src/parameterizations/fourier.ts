import { fixed } from "../define/fields.js";
import { size, tensor, type Shape } from "../tensor.js";
import { frequencies, halfWidth, spectrumOf } from "../math/dft.js";
import { inverseDft } from "./inverse-dft.js";
import { normals } from "../starts/random.js";
import { defineSpatial, spatialShape } from "./spatial.js";

/** Brings a random spectrum of deviation 0.01 to where the sigmoid is steep, as in Lucid. */
const divisor = 4;

/**
 * The spectrum of each colour, low frequencies strong as in natural pictures (Olah, Mordvintsev and Schubert 2017).
 *
 * @example
 * fourier({ decay: 1.5 });
 */
export const fourier = defineSpatial({
  type: "fourier",
  example: { decay: 1.5 },
  doc: "The spectrum of each colour, low frequencies strong as in natural pictures (Olah, Mordvintsev and Schubert 2017)",
  params: {
    decay: fixed("power of the frequency by which a variable counts less", { fallback: 1 }),
    deviation: fixed("standard deviation of the first spectrum", { min: 0, fallback: 0.01 }),
  },
  initial: ({ deviation }, shape, rngs) => ({ spectrum: normals(spectrumShape(shape), rngs, deviation) }),
  invert({ decay }, pixels) {
    const [batch, channels, height, width] = spatialShape(pixels.shape);
    const shape = spectrumShape(pixels.shape);
    const scale = scaleOf(height, width, decay);
    const data = new Float32Array(size(shape));
    for (let i = 0; i < batch * channels; i++) {
      const one = (pixels.data as Float32Array).subarray(i * height * width, (i + 1) * height * width);
      const { real, imaginary } = spectrumOf(one, height, width);
      [real, imaginary].forEach((part, j) =>
        data.set(
          part.map((x, k) => x / scale[k]!),
          (2 * i + j) * scale.length,
        ),
      );
    }
    return { spectrum: tensor("float32", data, shape) };
  },
  pixels({ decay }, { spectrum }, { op, shape }) {
    const [, , height, width] = spatialShape(shape);
    const scale = tensor("float32", scaleOf(height, width, decay), [height, halfWidth(width)]);
    return inverseDft(op, op.mul(spectrum!, op.constant(scale, "scale")), width);
  },
});

function spectrumShape(shape: Shape): Shape {
  const [batch, channels, height, width] = spatialShape(shape);
  return [batch, channels, 2, height, halfWidth(width)];
}

/** What each coefficient counts: its wavelength in pixels to the power of `decay`, at most that of the longer side. */
function scaleOf(height: number, width: number, decay: number): Float32Array {
  const lowest = 1 / Math.max(height, width);
  return Float32Array.from(frequencies(height, width), (f) => Math.max(f, lowest) ** -decay / divisor);
}
