import { zeroBorder, type Planes } from "@xstar/results";

/** What is done to a picture before the network is asked again. */
export interface Alterations {
  readonly border: number;
  /** What the border becomes. */
  readonly fill: "zero" | "start" | "mean";
  readonly right: number;
  readonly down: number;
  /** Standard deviation. */
  readonly noise: number;
  /** Only the 256 numbers that a picture file can hold. */
  readonly isQuantized: boolean;
  /** Nothing below 0, nothing above 1. */
  readonly isClipped: boolean;
}

export const unaltered: Alterations = {
  border: 0,
  fill: "zero",
  right: 0,
  down: 0,
  noise: 0,
  isQuantized: false,
  isClipped: false,
};

/** A picture as it is altered; `start` fills a border where that is asked for. */
export function alter(planes: Planes, start: Planes, asked: Alterations): Float32Array<ArrayBuffer> {
  const [height, width] = planes.shape.slice(-2) as [number, number];
  let data: Float32Array = Float32Array.from(planes.data);
  if (asked.right !== 0 || asked.down !== 0) data = shifted(data, height, width, asked);
  if (asked.border > 0) data = bordered(data, start, height, width, asked);
  if (asked.noise > 0) data = noisy(data, asked.noise);
  if (asked.isClipped || asked.isQuantized) data = data.map((value) => Math.min(1, Math.max(0, value)));
  if (asked.isQuantized) data = data.map((value) => Math.round(value * 255) / 255);
  return data as Float32Array<ArrayBuffer>;
}

function bordered(data: Float32Array, start: Planes, height: number, width: number, { border, fill }: Alterations) {
  if (fill === "zero") return zeroBorder(data, height, width, border);
  if (fill === "mean") return zeroBorder(data, height, width, border, data.reduce((a, b) => a + b, 0) / data.length);
  // where the ring is not a number, the start shows through
  const ring = zeroBorder(data, height, width, border, Number.NaN);
  return ring.map((value, i) => (Number.isNaN(value) ? start.data[i]! : value));
}

function shifted(data: Float32Array, height: number, width: number, { right, down }: Alterations): Float32Array {
  const clamp = (value: number, most: number) => Math.min(most - 1, Math.max(0, value));
  return data.map((_, i) => {
    const x = clamp((i % width) - right, width);
    const y = clamp((Math.floor(i / width) % height) - down, height);
    return data[Math.floor(i / (height * width)) * height * width + y * width + x]!;
  });
}

/** Always the same noise: a slider that jumps would show luck. */
function noisy(data: Float32Array, deviation: number): Float32Array {
  let state = 20_261;
  const next = () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
  return data.map((value) => value + deviation * Math.sqrt(-2 * Math.log(next())) * Math.cos(2 * Math.PI * next()));
}
