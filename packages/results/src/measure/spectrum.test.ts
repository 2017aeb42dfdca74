import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { createRng, fourierTransform } from "@xstar/core";
import { describe, expect, test } from "vitest";
import { readImage } from "../../../xstar/src/files/image.js";
import { spectrumSlope } from "./spectrum.js";

const noise = (length: number, seed: number) => Float64Array.from(createRng(seed).normals(length, 0, 1));

/** Noise of which the amplitudes fall with the frequency to the power of `slope`. */
function coloured(height: number, width: number, slope: number, seed = 1) {
  const [re, im] = [noise(height * width, seed), noise(height * width, seed + 1)];
  const wave = (k: number, length: number) => (k <= length / 2 ? k : k - length) / length;
  for (let at = 0; at < re.length; at++) {
    const frequency = Math.hypot(wave(Math.floor(at / width), height), wave(at % width, width));
    const amplitude = frequency === 0 ? 0 : frequency ** slope;
    re[at]! *= amplitude;
    im[at]! *= amplitude;
  }
  for (let y = 0; y < height; y++) fourierTransform(re, im, { start: y * width, stride: 1, length: width });
  for (let x = 0; x < width; x++) fourierTransform(re, im, { start: x, stride: width, length: height });
  return { shape: [height, width], data: re };
}

describe("the Fourier transform", () => {
  test.each([1, 2, 12, 28, 35, 64, 97])("of %i numbers is its definition", (length) => {
    const [re, im] = [noise(length, 1), noise(length, 2)];
    const [gotRe, gotIm] = [re.slice(), im.slice()];
    fourierTransform(gotRe, gotIm, { start: 0, stride: 1, length });
    for (let k = 0; k < length; k++) {
      let [sumRe, sumIm] = [0, 0];
      for (let n = 0; n < length; n++) {
        const angle = (-2 * Math.PI * k * n) / length;
        sumRe += re[n]! * Math.cos(angle) - im[n]! * Math.sin(angle);
        sumIm += re[n]! * Math.sin(angle) + im[n]! * Math.cos(angle);
      }
      expect(gotRe[k]).toBeCloseTo(sumRe, 9);
      expect(gotIm[k]).toBeCloseTo(sumIm, 9);
    }
  });
});

describe("the slope of the spectrum", () => {
  test.each([0, -0.5, -1, -2])("of noise that falls as f^%d is found", (slope) => {
    for (const [height, width] of [
      [224, 224],
      [128, 200],
      // of primes that are slow to transform
      [227, 131],
    ] as const)
      expect(Math.abs(spectrumSlope(coloured(height, width, slope))! - slope)).toBeLessThan(0.08);
  });

  test.each([0, -1])("of small pictures is found on average (f^%d)", (slope) => {
    const found = Array.from({ length: 40 }, (_, i) => spectrumSlope(coloured(28, 28, slope, 2 * i))!);
    expect(Math.abs(found.reduce((a, b) => a + b) / 40 - slope)).toBeLessThan(0.12);
  });

  test("is that of the luminance in colour pictures", () => {
    const { shape, data } = coloured(64, 64, -1);
    const blue = noise(64 * 64, 5).map((x) => x * 1e-6);
    const picture = { shape: [3, ...shape], data: [...data, ...data, ...blue] };
    expect(spectrumSlope(picture)).toBeCloseTo(spectrumSlope({ shape, data })!, 2);
  });

  test("does not depend on contrast and brightness", () => {
    const { shape, data } = coloured(64, 64, -1);
    const changed = { shape, data: data.map((x) => 7 * x + 100) };
    expect(spectrumSlope(changed)).toBeCloseTo(spectrumSlope({ shape, data })!, 6);
  });

  test("is not defined for constant and tiny pictures", () => {
    expect(spectrumSlope({ shape: [32, 32], data: new Float32Array(1024).fill(0.3) })).toBeNull();
    expect(spectrumSlope({ shape: [4, 4], data: noise(16, 1) })).toBeNull();
  });

  test("refuses frequencies that there are not", () => {
    expect(() => spectrumSlope({ shape: [4, 4], data: noise(16, 1) }, { high: 2 })).toThrow("A range of frequencies");
  });
});

const photos = join(import.meta.dirname, "../../../../../shared/photos");
const isThere = existsSync(photos);
const files = isThere ? readdirSync(photos).filter((name) => name.endsWith("_224.png")) : [];

describe.skipIf(!isThere)(`photographs in ${photos}${isThere ? "" : " (missing)"}`, () => {
  test("fall as natural scenes do", async () => {
    const slopes = await Promise.all(
      files.map(async (name) => {
        const { shape, data } = await readImage(join(photos, name), { channels: 3, height: 224, width: 224 });
        return spectrumSlope({ shape, data: data as Float32Array })!;
      }),
    );
    for (const slope of slopes) expect(Math.abs(slope + 1.35)).toBeLessThan(0.35);
    expect(Math.abs(slopes.reduce((a, b) => a + b) / slopes.length + 1.25)).toBeLessThan(0.25);
  });
});
