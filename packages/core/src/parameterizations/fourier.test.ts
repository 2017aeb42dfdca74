import { describe, expect, it } from "vitest";
import { beginning, invert, show, streams } from "../testing/show.js";
import { numbers, size, tensor, type Tensor } from "../tensor.js";
import { halfWidth } from "../math/dft.js";
import { fourier } from "./fourier.js";

const plain = fourier({ color: "none", squash: "none", range: [-0.5, 0.5] });
const sizes = [
  [1, 1],
  [4, 6],
  [6, 4],
  [5, 7],
  [7, 8],
  [8, 7],
] as const;

/** One channel of the picture by the definition: scaled half plane, its conjugate, the ordinary sum, a quarter. */
function bySum(spectrum: readonly number[], height: number, width: number, decay: number): number[] {
  const columns = halfWidth(width);
  const signed = (k: number, n: number) => (2 * k > n ? k - n : k);
  return Array.from({ length: height * width }, (_, at) => {
    const [y, x] = [Math.floor(at / width), at % width];
    let sum = 0;
    for (let k = 0; k < height; k++) {
      for (let l = 0; l < width; l++) {
        const isRepeated = l < columns;
        const i = isRepeated ? k * columns + l : ((height - k) % height) * columns + (width - l);
        const [re, im] = [spectrum[i]!, spectrum[height * columns + i]! * (isRepeated ? 1 : -1)];
        const frequency = Math.hypot(signed(k, height) / height, signed(l, width) / width);
        const scale = Math.sqrt(height * width) / Math.max(frequency, 1 / Math.max(height, width)) ** decay;
        const angle = 2 * Math.PI * ((k * y) / height + (l * x) / width);
        sum += (scale * (re * Math.cos(angle) - im * Math.sin(angle))) / (height * width);
      }
    }
    return sum / 4;
  });
}

describe("fourier", () => {
  it.each(sizes)("is the inverse transform of its scaled spectrum: %d x %d", async (height, width) => {
    for (const decay of [1, 1.5]) {
      const spec = { ...plain, decay };
      const shape = [2, 3, height, width];
      const variables = beginning(spec, shape);
      const picture = numbers(await show(spec, variables, shape));
      const spectrum = numbers(variables["spectrum"]!);
      const [plane, one] = [height * width, 2 * height * halfWidth(width)];
      for (let i = 0; i < 6; i++) {
        const expected = bySum(spectrum.slice(i * one, (i + 1) * one), height, width, decay);
        picture.slice(i * plane, (i + 1) * plane).forEach((x, at) => expect(x).toBeCloseTo(expected[at]!, 5));
      }
    }
  });

  it("begins with a spectrum of deviation 0.01, real parts before imaginary ones", () => {
    const { spectrum } = beginning(fourier({}), [1, 3, 32, 33]);
    expect(spectrum!.shape).toEqual([1, 3, 2, 32, 17]);
    const values = numbers(spectrum!);
    expect(Math.sqrt(values.reduce((sum, x) => sum + x * x, 0) / values.length)).toBeCloseTo(0.01, 3);
    const wide = numbers(beginning(fourier({ deviation: 1 }), [1, 3, 32, 33])["spectrum"]!);
    wide.forEach((x, i) => expect(x).toBeCloseTo(100 * values[i]!, 4));
  });

  it.each([...sizes, [15, 22] as const])("gives back a picture: %d x %d", async (height, width) => {
    const shape = [2, 3, height, width];
    const pictures = tensor("float32", streams(1)[0]!.uniforms(size(shape), 0.02, 0.98), shape);
    for (const spec of [fourier({}), fourier({ color: "i1i2i3", decay: 1.3 }), fourier({ squash: "clip" })]) {
      const shown = numbers(await show(spec, invert(spec, pictures), shape));
      shown.forEach((x, i) => expect(x).toBeCloseTo(numbers(pictures)[i]!, 4));
    }
  });

  it("brings what is out of range just within it", async () => {
    const shape = [1, 1, 4, 4];
    const pictures: Tensor = tensor("float32", [-3, 0, 1, 4, ...new Float32Array(12).fill(0.5)], shape);
    const spec = fourier({ range: [0, 2] });
    const shown = numbers(await show(spec, invert(spec, pictures), shape));
    [0.002, 0.002, 1, 1.998].forEach((x, i) => expect(shown[i]).toBeCloseTo(x, 4));
  });

  it.each([
    [2, 520],
    [520, 2],
    [1, 525],
  ])("is the same where it is transformed in parts: %d x %d", async (height, width) => {
    const shape = [1, 1, height, width];
    const variables = beginning(plain, shape);
    const expected = bySum(numbers(variables["spectrum"]!), height, width, 1);
    const differences = numbers(await show(plain, variables, shape)).map((x, i) => Math.abs(x - expected[i]!));
    expect(Math.max(...differences)).toBeLessThan(1e-5 * Math.max(...expected));
  });

  it("refuses a large prime side, of which there are no parts", async () => {
    const shape = [1, 1, 4099, 1];
    await expect(show(plain, beginning(plain, shape), shape)).rejects.toMatchObject({
      code: "bad-argument",
      message: "A side of 4099 pixels is too large for a Fourier transform, which needs a matrix of 269 MB for it",
    });
  });

  it("needs height and width", () => {
    expect(() => beginning(fourier({}), [1, 100])).toThrow(
      expect.objectContaining({
        code: "bad-argument",
        message: "A picture of shape [1,100] has no channels, height and width",
      }),
    );
  });
});
