import { tensor, type Tensor } from "../tensor.js";

/**
 * A float32 picture [channels, height, width] at another size: bilinear between pixel centres, averaging over what falls
 * into a pixel when it shrinks (a triangle filter, as Pillow and `Resize` with `antialias=1` have it).
 *
 * @example
 * const small = resizeImage(photo, 64, 64); // [channels, 64, 64]
 */
export function resizeImage(image: Tensor, height: number, width: number): Tensor {
  const [channels, h, w] = image.shape as [number, number, number];
  if (h === height && w === width) return image;
  const source = image.data as Float32Array;
  const rows = weights(h, height);
  const columns = weights(w, width);
  const result = new Float32Array(channels * height * width);
  const wide = new Float32Array(h * width);
  for (let c = 0; c < channels; c++) {
    wide.fill(0);
    for (let y = 0; y < h; y++) {
      columns.forEach(({ first, shares }, x) => {
        let sum = 0;
        shares.forEach((share, k) => (sum += share * source[(c * h + y) * w + first + k]!));
        wide[y * width + x] = sum;
      });
    }
    rows.forEach(({ first, shares }, y) => {
      for (let x = 0; x < width; x++) {
        let sum = 0;
        shares.forEach((share, k) => (sum += share * wide[(first + k) * width + x]!));
        result[(c * height + y) * width + x] = sum;
      }
    });
  }
  return tensor("float32", result, [channels, height, width]);
}

/** For every element of the result: the elements that it is made from, and their shares. */
function weights(from: number, to: number): { readonly first: number; readonly shares: readonly number[] }[] {
  const step = from / to;
  const reach = Math.max(step, 1);
  return Array.from({ length: to }, (_, i) => {
    const centre = (i + 0.5) * step - 0.5;
    const first = Math.max(Math.ceil(centre - reach), 0);
    const last = Math.min(Math.floor(centre + reach), from - 1);
    const raw = Array.from({ length: last - first + 1 }, (__, k) =>
      Math.max(1 - Math.abs(first + k - centre) / reach, 0),
    );
    const total = raw.reduce((a, b) => a + b, 0);
    return { first, shares: raw.map((share) => share / total) };
  });
}
