/** The views in which every picture of bench:quality is measured: drawn once, the same for all sides. */
import { createRng, tensor } from "xstar";

/** Views at random, as Lucid's transforms move a picture: in shares of its side, so that its number of pixels does not matter. */
export const randomViews = drawViews(32);

/** A picture as it is. */
export const untouched = { shift: /** @type {const} */ ([0, 0]), zoom: 1, angle: 0 };

/** @param {number} count */
function drawViews(count) {
  const rng = createRng(20170507);
  // two shifts of Lucid's, of 8 and of 4 of its 128 pixels
  const shift = () => [8, 4].reduce((sum, pixels) => sum + (rng.int(pixels + 1) - pixels / 2) / 128, 0);
  const angles = [...Array.from({ length: 21 }, (_, i) => i - 10), 0, 0, 0, 0, 0];
  return Array.from({ length: count }, () => ({
    shift: /** @type {const} */ ([shift(), shift()]),
    zoom: 0.9 + 0.02 * rng.int(11),
    angle: (angles[rng.int(angles.length)] * Math.PI) / 180,
  }));
}

/**
 * A picture of channels x side x side in views of `size` pixels: [views, channels, size, size]. Bilinear; grey is around it.
 * @param {{ readonly shape: readonly number[], readonly data: ArrayLike<number> }} picture
 * @param {readonly (typeof untouched)[]} views
 * @param {number} size
 */
export function lookThrough({ shape, data }, views, size) {
  const [channels, height, width] = shape.slice(-3);
  const seen = new Float32Array(views.length * channels * size * size);
  const plane = height * width;
  views.forEach(({ shift, zoom, angle }, v) => {
    const [cos, sin] = [Math.cos(angle) / zoom, Math.sin(angle) / zoom];
    for (let i = 0; i < size * size; i++) {
      const dy = (Math.floor(i / size) + 0.5) / size - 0.5;
      const dx = ((i % size) + 0.5) / size - 0.5;
      const y = sin * dx + cos * dy + 0.5 + shift[0];
      const x = cos * dx - sin * dy + 0.5 + shift[1];
      const isOutside = y < 0 || y > 1 || x < 0 || x > 1;
      const [top, down] = split(y, height);
      const [left, right] = split(x, width);
      for (let c = 0; c < channels; c++) {
        const at = (row, column) => Number(data[c * plane + row * width + column]);
        const mixed = (row) => at(row, left.from) * (1 - right) + at(row, left.to) * right;
        const value = isOutside ? 0.5 : mixed(top.from) * (1 - down) + mixed(top.to) * down;
        seen[(v * channels + c) * size * size + i] = value;
      }
    }
  });
  return tensor("float32", seen, [views.length, channels, size, size]);
}

/**
 * The two pixels around a place from 0 to 1, and how near it is to the second.
 * @returns {[{ from: number, to: number }, number]}
 */
function split(place, length) {
  const at = Math.min(Math.max(place * length - 0.5, 0), length - 1);
  const from = Math.min(Math.floor(at), Math.max(length - 2, 0));
  return [{ from, to: Math.min(from + 1, length - 1) }, at - from];
}
