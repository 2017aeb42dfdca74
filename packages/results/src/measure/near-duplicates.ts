import { crop } from "../image/crop.js";
import type { Picture } from "../image/picture.js";

/** Squares a side of what two pictures are compared by. */
const side = 16;
/** From this correlation on they are the same picture, cut or scaled or saved once more: photographs that only look alike have 0.6. */
const same = 0.99;
/** Pictures for networks are usually cut to the middle 224 of 256 pixels. */
const middle = 224 / 256;

/** What two pictures are compared by: the whole, and its middle. */
interface Prints {
  readonly whole: Float64Array;
  readonly middle: Float64Array;
}

/** Tells whether a picture is nearly the same as one that it was asked about before, or the middle of one is the other. */
export function createDuplicateCheck(): (picture: Picture) => boolean {
  const seen: Prints[] = [];
  return (picture) => {
    const prints = { whole: printOf(picture), middle: printOf(middleOf(picture)) };
    const isKnown = seen.some((one) => areSame(one, prints));
    if (!isKnown) seen.push(prints);
    return isKnown;
  };
}

function areSame(a: Prints, b: Prints): boolean {
  const pairs = [
    [a.whole, b.whole],
    [a.middle, b.whole],
    [a.whole, b.middle],
  ] as const;
  return pairs.some(([one, other]) => one.length === other.length && dot(one, other) >= same);
}

function middleOf(picture: Picture): Picture {
  const [width, height] = [picture.width, picture.height].map((length) => Math.round(length * middle)) as [
    number,
    number,
  ];
  const [left, top] = [(picture.width - width) >> 1, (picture.height - height) >> 1];
  return crop(picture, { left, top, width, height });
}

/** Mean colours of its squares, with mean 0 and length 1; all 0 for a picture of one colour. */
function printOf({ width, height, data }: Picture): Float64Array {
  const [columns, rows] = [Math.min(side, width), Math.min(side, height)];
  const sums = new Float64Array(3 * columns * rows);
  const counts = new Float64Array(columns * rows);
  for (let at = 0; at < width * height; at++) {
    const [x, y] = [at % width, Math.floor(at / width)];
    const square = Math.floor((y * rows) / height) * columns + Math.floor((x * columns) / width);
    counts[square]! += 1;
    for (let c = 0; c < 3; c++) sums[3 * square + c]! += data[4 * at + c]!;
  }
  const means = sums.map((sum, i) => sum / counts[Math.floor(i / 3)]!);
  const mean = means.reduce((a, b) => a + b) / means.length;
  const centred = means.map((value) => value - mean);
  const length = Math.sqrt(dot(centred, centred)) || 1;
  return centred.map((value) => value / length);
}

function dot(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, value, i) => sum + value * b[i]!, 0);
}
