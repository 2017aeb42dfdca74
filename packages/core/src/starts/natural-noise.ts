import type { Rng } from "../rng.js";

/** Variance that one octave of normal numbers has left once it is drawn out to all the larger grids. */
const left = 0.4;

/**
 * Noise as natural pictures have it: amplitudes that fall as 1 / frequency, so that every octave varies as much. Grids of
 * 2 x 2, 4 x 4, ... normal numbers, up to one for every 2 x 2 pixels, each drawn out bilinearly and added to the next.
 *
 * In one row, every octave varies as much, too: that is pink noise.
 *
 * @returns [height, width] of mean 0 and a standard deviation of about 1
 */
export function naturalNoise(height: number, width: number, rng: Rng): Float32Array {
  if (height === 1 || width === 1) return pinkNoise(height * width, rng);
  const octaves = Math.max(1, Math.ceil(Math.log2(Math.max(height, width))) - 1);
  const deviation = 1 / Math.sqrt(left * octaves);
  let grid = rng.normals(4, 0, deviation);
  let side = 2;
  for (let octave = 1; octave < octaves; octave++) {
    grid = doubled(grid, side);
    side *= 2;
    const finer = rng.normals(side * side, 0, deviation);
    for (let i = 0; i < finer.length; i++) grid[i]! += finer[i]!;
  }
  const whole = doubled(grid, side);
  const result = new Float32Array(height * width);
  for (let y = 0; y < height; y++) {
    const row = y * 2 * side;
    result.set(whole.subarray(row, row + width), y * width);
  }
  return result;
}

function pinkNoise(length: number, rng: Rng): Float32Array {
  const octaves = Math.max(1, Math.ceil(Math.log2(length)) - 1);
  const deviation = 1 / Math.sqrt(Math.sqrt(left) * octaves);
  const longer = (line: Float32Array) => {
    const result = new Float32Array(2 * line.length);
    spread(line, result, { count: 1, length: line.length, step: 1, between: 0, wider: 0 });
    return result;
  };
  let line = rng.normals(2, 0, deviation);
  for (let octave = 1; octave < octaves; octave++) {
    line = longer(line);
    const finer = rng.normals(line.length, 0, deviation);
    for (let i = 0; i < finer.length; i++) line[i]! += finer[i]!;
  }
  return longer(line).slice(0, length);
}

/** A square at twice its side: bilinear between the centres of its pixels, the edge going on. */
function doubled(square: Float32Array, side: number): Float32Array {
  const double = 2 * side;
  const wide = new Float32Array(side * double);
  spread(square, wide, { count: side, length: side, step: 1, between: side, wider: double });
  const result = new Float32Array(double * double);
  spread(wide, result, { count: double, length: side, step: double, between: 1, wider: 1 });
  return result;
}

interface Lines {
  /** How many lines there are, and numbers on each of the source. */
  readonly count: number;
  readonly length: number;
  /** From one number of a line to the next, in the source and in the result. */
  readonly step: number;
  /** From one line to the next, in the source and in the result. */
  readonly between: number;
  readonly wider: number;
}

/** Every line at twice its length: three quarters of the nearer number, a quarter of the farther one. */
function spread(source: Float32Array, result: Float32Array, { count, length, step, between, wider }: Lines): void {
  for (let line = 0; line < count; line++) {
    for (let i = 0; i < length; i++) {
      const at = (k: number) => source[line * between + Math.min(Math.max(k, 0), length - 1) * step]!;
      const own = 0.75 * at(i);
      result[line * wider + 2 * i * step] = own + 0.25 * at(i - 1);
      result[line * wider + (2 * i + 1) * step] = own + 0.25 * at(i + 1);
    }
  }
}
