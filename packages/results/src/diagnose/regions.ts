/** A patch is so large a part of a side, and is looked for at every half of its own side. */
export const part = 7;
/**
 * Whether answers go with a part more often than not: put into pictures of other classes it takes a share of them along, erased from its own
 * it leaves a share of them lost.
 */
export const decides = (takenAlong: number, lost: number): boolean => (takenAlong + lost) / 2 >= 0.5;

/** A part of a picture of this many pixels is put in the place of another one's. */
export interface Box {
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
}

/** The mean picture of a sample. */
export function meanOf(pictures: readonly Float32Array[]): Float32Array {
  const mean = new Float32Array(pictures[0]!.length);
  for (const picture of pictures) picture.forEach((x, i) => (mean[i]! += x / pictures.length));
  return mean;
}

/** Whether the value at an index of a picture [channels, height, width] lies in a box. */
export function isInBox(at: number, [, height, width]: readonly number[], box: Box): boolean {
  const [y, x] = [Math.floor(at / width!) % height!, at % width!];
  return y >= box.top && y < box.top + box.height && x >= box.left && x < box.left + box.width;
}

/** A picture with the pixels inside (or outside) a box from another one. */
export function withBox(
  picture: Float32Array,
  from: Float32Array,
  shape: readonly number[],
  box: Box,
  isInside = true,
) {
  return picture.map((x, at) => (isInBox(at, shape, box) === isInside ? from[at]! : x));
}
