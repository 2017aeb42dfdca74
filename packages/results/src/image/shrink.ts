import { checkPlanes, type Planes } from "./planes.js";

/** A picture whose longer side is at most `side`: means of squares of a whole number of pixels; incomplete ones are left out. */
export function shrinkPlanes(x: Planes, side: number): Planes {
  const { channels, height, width } = checkPlanes(x);
  const factor = Math.ceil(Math.max(height, width) / side);
  if (factor === 1) return x;
  const [rows, columns] = [Math.max(1, Math.floor(height / factor)), Math.max(1, Math.floor(width / factor))];
  const [high, wide] = [Math.min(factor, height), Math.min(factor, width)];
  const data = new Float32Array(channels * rows * columns);
  for (let at = 0; at < data.length; at++) {
    const [channel, row, column] = [Math.floor(at / (rows * columns)), Math.floor(at / columns) % rows, at % columns];
    let sum = 0;
    for (let y = row * factor; y < row * factor + high; y++) {
      const line = (channel * height + y) * width + column * factor;
      for (let i = line; i < line + wide; i++) sum += x.data[i]!;
    }
    data[at] = sum / (high * wide);
  }
  return { shape: [...x.shape.slice(0, -2), rows, columns], data };
}
