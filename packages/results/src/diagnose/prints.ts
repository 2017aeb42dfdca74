import { resizeImage, type Shape } from "@xstar/core";

/** What pictures are compared by: their pixels to the bit, and a small grey copy. */
export interface Prints {
  readonly hashes: readonly string[];
  /** Grey copies of `printSide` x `printSide` pixels, 0 to 255. */
  readonly copies: readonly Uint8Array[];
  readonly brightness: readonly number[];
  readonly contrast: readonly number[];
  /** Mean red, green and blue; three times the brightness of a grey picture. */
  readonly colours: readonly (readonly [number, number, number])[];
  add(picture: Float32Array, shape: Shape): void;
}

/** Pixels along a side of the copy that pictures are compared by. */
export const printSide = 12;

/** Two numbers that differ for nearly all different pictures (FNV-1a on 8-bit pixels, from both ends). */
function hashOf(picture: Float32Array): string {
  let [a, b] = [0x811c9dc5, 0x01000193];
  for (let i = 0; i < picture.length; i++) {
    a = Math.imul(a ^ Math.round(picture[i]! * 255), 0x01000193);
    b = Math.imul(b ^ Math.round(picture[picture.length - 1 - i]! * 255), 0x85ebca6b);
  }
  return `${(a >>> 0).toString(36)}${(b >>> 0).toString(36)}`;
}

/** Prints to add to, behind those that are there already. */
export function createPrints(from?: Omit<Prints, "add">): Prints {
  const hashes = [...(from?.hashes ?? [])];
  const copies = [...(from?.copies ?? [])];
  const [brightness, contrast] = [[...(from?.brightness ?? [])], [...(from?.contrast ?? [])]];
  const colours = [...(from?.colours ?? [])];
  return {
    hashes,
    copies,
    brightness,
    contrast,
    colours,
    add(picture, shape) {
      const [channels] = shape as [number];
      const plane = picture.length / channels;
      const means = Array.from({ length: channels }, (_, c) => meanOf(picture.subarray(c * plane, (c + 1) * plane)));
      const grey = new Float32Array(plane);
      for (let at = 0; at < picture.length; at++) grey[at % plane]! += picture[at]! / channels;
      const mean = meanOf(grey);
      hashes.push(hashOf(picture));
      brightness.push(mean);
      contrast.push(Math.sqrt(meanOf(grey.map((x) => (x - mean) ** 2))));
      colours.push(channels === 3 ? (means as [number, number, number]) : [mean, mean, mean]);
      const small = resizeImage({ dtype: "float32", shape: [1, ...shape.slice(1)], data: grey }, printSide, printSide);
      copies.push(Uint8Array.from(small.data as Float32Array, (x) => Math.max(0, Math.min(255, Math.round(x * 255)))));
    },
  };
}

const meanOf = (values: Float32Array) => values.reduce((a, b) => a + b, 0) / values.length;
