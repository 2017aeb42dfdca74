import { standard } from "../standard.js";
import { describe, expect, it } from "vitest";
import { createAssets } from "../forward/assets.js";
import { createRng } from "../rng.js";
import { beginning, invert, show } from "../testing/show.js";
import { numbers, tensor, type Tensor } from "../tensor.js";
import { halfWidth, spectrumOf } from "../math/dft.js";
import { fourier } from "./fourier.js";
import { maco } from "./maco.js";
import { magnitudeSpectrum, powerLaw } from "./natural-spectrum.js";

const plain = { color: "none", squash: "none", range: [-0.5, 0.5] } as const;

/** Magnitudes of every channel of one picture, one after the other. */
const magnitudesOf = ({ data, shape }: Tensor) => {
  const [, channels, height, width] = shape as [number, number, number, number];
  return Array.from({ length: channels }, (_, c) => {
    const one = (data as Float32Array).subarray(c * height * width, (c + 1) * height * width);
    const { real, imaginary } = spectrumOf(one, height, width);
    return Array.from(real, (x, i) => Math.hypot(x, imaginary[i]!));
  }).flat();
};

describe("maco", () => {
  it.each([
    [8, 8, 5],
    [7, 9, 5],
    [128, 128, 65],
    [224, 100, 51],
    [1024, 2048, 1025],
  ])("of %d x %d has phases of %d columns", (height, width, columns) => {
    expect(beginning(maco({}), [1, 1, height, width])["phase"]!.shape).toEqual([1, 1, height, columns]);
    expect(powerLaw([1, height, width]).shape).toEqual([1, height, columns]);
  });

  it.each([
    [0, 1],
    [-1, 1],
    [-2.5, 10],
  ] as const)("keeps its range [%d, %d]", async (low, high) => {
    for (const squash of ["sigmoid", "clip"] as const) {
      const spec = maco({ range: [low, high], squash });
      const shown = numbers(await show(spec, beginning(spec, [2, 3, 16, 20]), [2, 3, 16, 20]));
      expect(Math.min(...shown)).toBeGreaterThanOrEqual(low);
      expect(Math.max(...shown)).toBeLessThanOrEqual(high);
      expect(Math.max(...shown) - Math.min(...shown)).toBeGreaterThan((high - low) / 4);
    }
  });

  it("has mean 0, deviation 1, and the magnitudes that it is given, whatever the phases", async () => {
    const shape = [1, 3, 16, 15];
    const magnitudes = createRng(1).uniforms(3 * 16 * 8, 0.1, 2);
    for (const seed of [1, 2]) {
      const spec = maco({ ...plain, magnitudes });
      const shown = await show(spec, beginning(spec, shape, [createRng(seed)]), shape);
      const values = numbers(shown);
      const mean = values.reduce((a, b) => a + b) / values.length;
      expect(mean).toBeCloseTo(0, 5);
      expect(values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length).toBeCloseTo(1, 3);
      // coefficients of the first column have a partner in it, and of the rest only the magnitudes count
      const ratios = magnitudesOf(shown).flatMap((x, i) => (i % 8 === 0 ? [] : [x / magnitudes[i]!]));
      ratios.forEach((ratio) => expect(ratio).toBeCloseTo(ratios[0]!, 4));
    }
  });

  it("has magnitudes that fall as those of photographs do where none are given", () => {
    const [height, width] = [512, 512];
    const { data } = powerLaw([3, height, width]);
    const columns = halfWidth(width);
    const at = (c: number, k: number, l: number) => Number(data[(c * height + k) * columns + l]!);
    expect([0, 1, 2].map((c) => at(c, 0, 0))).toEqual([255052, 269511, 227829]);
    for (const c of [0, 1, 2]) {
      const slope = Math.log(at(c, 0, 205) / at(c, 0, 2)) / Math.log(205 / 2);
      expect(slope).toBeLessThan(-1.5);
      expect(slope).toBeGreaterThan(-2.5);
      expect(at(c, 30, 40)).toBeCloseTo(at(c, 0, 50), 1);
      expect(at(c, 512 - 30, 40)).toBe(at(c, 30, 40));
    }
    const small = powerLaw([3, 64, 64]).data as Float32Array;
    expect(small[5]).toBeCloseTo(at(0, 0, 5), 1);
  });

  it("takes the mean magnitudes of pictures, or those of one by name", async () => {
    const shape = [1, 3, 12, 10];
    const image = (seed: number) => tensor("float32", createRng(seed).uniforms(360, 0.1, 0.9), [3, 12, 10]);
    const size = [12, 10] as const;
    const one = magnitudeSpectrum([image(1)], size);
    const both = magnitudeSpectrum([image(1), image(2)], size);
    const other = magnitudeSpectrum([image(2)], size);
    both.forEach((x, i) => expect(x).toBeCloseTo((one[i]! + other[i]!) / 2, 6));
    expect(magnitudeSpectrum([tensor("float32", createRng(1).uniforms(3 * 24 * 20), [3, 24, 20])], size)).toHaveLength(
      3 * 12 * 6,
    );

    const assets = createAssets(standard, { photo: image(1) }, new Map());
    const some = createAssets(standard, { photos: [image(1), image(2)] }, new Map());
    const [all, mean] = await Promise.all(
      [maco({ images: "photos" }), maco({ magnitudes: both })].map((spec) =>
        show(spec, beginning(spec, shape), shape, some),
      ),
    );
    expect(all).toEqual(mean);
    const [named, given] = [maco({ images: "photo" }), maco({ magnitudes: one })];
    const shown = numbers(await show(named, beginning(named, shape), shape, assets));
    numbers(await show(given, beginning(given, shape), shape)).forEach((x, i) => expect(x).toBeCloseTo(shown[i]!, 5));

    // what stands for the picture along the colour axes has these magnitudes
    const { spectrum } = invert(fourier({ decay: 0 }), { ...image(1), shape });
    const values = numbers(spectrum!);
    const plane = 12 * 6;
    one.forEach((x, i) => {
      const [c, at] = [Math.floor(i / plane), i % plane];
      const [re, im] = [values[2 * c * plane + at]!, values[(2 * c + 1) * plane + at]!];
      expect(Math.hypot(re, im) / 4).toBeCloseTo(x, 4);
    });
  });

  it("refuses a picture of other channels", async () => {
    const assets = createAssets(standard, { grey: tensor("float32", createRng(1).uniforms(16), [1, 4, 4]) }, new Map());
    const spec = maco({ images: "grey" });
    await expect(show(spec, beginning(spec, [1, 3, 4, 4]), [1, 3, 4, 4], assets)).rejects.toMatchObject({
      code: "bad-argument",
      message: '"grey" has 1 channels, but the model\'s picture has 3',
    });
  });

  it("refuses magnitudes for another size", async () => {
    const spec = maco({ magnitudes: [1, 2] });
    await expect(show(spec, beginning(spec, [1, 1, 4, 4]), [1, 1, 4, 4])).rejects.toMatchObject({
      code: "bad-argument",
      message: '"magnitudes" has 2 numbers: this picture needs 1 x 4 x 3',
    });
  });
});
