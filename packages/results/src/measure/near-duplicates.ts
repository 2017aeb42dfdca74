import type { Picture } from "../image/picture.js";

/** Squares a side of what two pictures are compared by. */
const side = 16;
/** From this correlation on they are the same picture, cut or scaled or saved once more. */
const same = 0.995;

/** Tells whether a picture is nearly the same as one that it was asked about before. */
export function createDuplicateCheck(): (picture: Picture) => boolean {
  const seen: Float64Array[] = [];
  return (picture) => {
    const print = printOf(picture);
    const isKnown = seen.some((one) => one.length === print.length && dot(one, print) >= same);
    if (!isKnown) seen.push(print);
    return isKnown;
  };
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
