import { createRng, type Tensor } from "@xstar/core";

/** Deviation of the noise that hides that a pixel was filled in. */
const noise = 0.01;
const sweeps = 60;

/**
 * A picture [channels, height, width] of which the pixels of a mask are filled in from their neighbours, so that neither their values
 * nor their form is left: noisy linear imputation (Rong et al., 2022), relaxed a number of times.
 */
export function impute(picture: Tensor, { data: mask }: Tensor, seed = 0): Tensor<"float32"> {
  const [channels, height, width] = picture.shape as [number, number, number];
  const gone = mask as Float32Array;
  const plane = height * width;
  const result = Float32Array.from(picture.data as Float32Array);
  const noises = createRng(seed).split("impute").normals(result.length, 0, noise);
  for (let c = 0; c < channels; c++) {
    const values = result.subarray(c * plane, (c + 1) * plane);
    let [sum, count] = [0, 0];
    for (let at = 0; at < plane; at++) {
      if (gone[at]) continue;
      sum += values[at]!;
      count++;
    }
    const mean = count > 0 ? sum / count : 0.5;
    for (let at = 0; at < plane; at++) if (gone[at]) values[at] = mean;
    for (let sweep = 0; sweep < sweeps; sweep++) relax(values, gone, [height, width], sweep % 2 === 1);
    for (let at = 0; at < plane; at++) if (gone[at]) values[at]! += noises[c * plane + at]!;
  }
  return { dtype: "float32", shape: picture.shape, data: result };
}

/** Every pixel that is gone becomes the mean of its neighbours: those beside count twice those across the corner. */
function relax(values: Float32Array, gone: Float32Array, [height, width]: readonly [number, number], isBack: boolean) {
  const plane = height * width;
  for (let k = 0; k < plane; k++) {
    const at = isBack ? plane - 1 - k : k;
    if (!gone[at]) continue;
    const [y, x] = [Math.floor(at / width), at % width];
    let [sum, weight] = [0, 0];
    for (let dy = -1; dy <= 1; dy++) {
      for (let dx = -1; dx <= 1; dx++) {
        const [row, column] = [y + dy, x + dx];
        if ((dx === 0 && dy === 0) || row < 0 || column < 0 || row >= height || column >= width) continue;
        const share = dx === 0 || dy === 0 ? 1 / 6 : 1 / 12;
        sum += share * values[row * width + column]!;
        weight += share;
      }
    }
    values[at] = sum / weight;
  }
}
