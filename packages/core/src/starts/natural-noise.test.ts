import { describe, expect, it } from "vitest";
import { frequencies, spectrumOf } from "../math/dft.js";
import { createRng } from "../rng.js";
import { naturalNoise } from "./natural-noise.js";

const [height, width] = [96, 128];
const fields = Array.from({ length: 24 }, (_, seed) => naturalNoise(height, width, createRng(1).split(seed)));

describe("natural noise", () => {
  it("is the same for the same seed, of any size", () => {
    expect(naturalNoise(height, width, createRng(1).split(3))).toEqual(fields[3]);
    expect(fields[3]).not.toEqual(fields[4]);
    for (const [h, w] of [
      [1, 1],
      [2, 3],
      [28, 28],
      [17, 64],
    ] as const) {
      const field = naturalNoise(h, w, createRng(1));
      expect(field).toHaveLength(h * w);
      expect(field.every((x) => Number.isFinite(x))).toBe(true);
    }
  });

  it("has mean 0 and deviation 1, over many fields", () => {
    const values = fields.flatMap((field) => Array.from(field));
    const mean = values.reduce((a, b) => a + b) / values.length;
    const deviation = Math.sqrt(values.reduce((sum, x) => sum + x ** 2, 0) / values.length);
    expect(Math.abs(mean)).toBeLessThan(0.25);
    expect(Math.abs(deviation - 1)).toBeLessThan(0.1);
  });

  it("has amplitudes that fall as 1 / frequency", () => {
    const squares = new Float64Array(height * (width / 2 + 1));
    for (const field of fields) {
      const { real, imaginary } = spectrumOf(field, height, width);
      real.forEach((x, i) => (squares[i]! += x ** 2 + imaginary[i]! ** 2));
    }
    const around = frequencies(height, width);
    const amplitude = (from: number) => {
      const ring = Array.from(squares).filter((_, i) => around[i]! >= from && around[i]! < 2 * from);
      return Math.sqrt(ring.reduce((a, b) => a + b) / ring.length);
    };
    const slope = Math.log2(amplitude(0.125) / amplitude(0.03125)) / 2;
    expect(slope).toBeGreaterThan(-1.35);
    expect(slope).toBeLessThan(-0.75);
  });

  it("in one row is pink: as much varies in every octave", () => {
    const lines = Array.from({ length: 64 }, (_, seed) => naturalNoise(1, 4096, createRng(2).split(seed)));
    const squares = new Float64Array(2049);
    for (const line of lines) {
      const { real, imaginary } = spectrumOf(line, 1, 4096);
      real.forEach((x, i) => (squares[i]! += x ** 2 + imaginary[i]! ** 2));
    }
    const power = (from: number) => squares.subarray(from, 2 * from).reduce((a, b) => a + b) / from;
    const slope = Math.log2(power(512) / power(32)) / 4;
    expect(slope).toBeGreaterThan(-1.4);
    expect(slope).toBeLessThan(-0.7);
    const all = lines.flatMap((line) => Array.from(line));
    expect(Math.abs(Math.sqrt(all.reduce((sum, x) => sum + x ** 2, 0) / all.length) - 1)).toBeLessThan(0.12);
  });
});
