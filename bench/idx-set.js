/** Sets of pictures of 28 x 28 with labels as a folder of IDX files, which the training reads. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";

export const side = 28;
export const pixels = side * side;

/** Writes `train` and `test`: `{ images, labels, count }`, bytes. */
export async function writeSet(folder, train, test) {
  const header = (...numbers) =>
    Uint8Array.from(numbers.flatMap((n) => [n >>> 24, (n >>> 16) & 255, (n >>> 8) & 255, n & 255]));
  const write = (name, head, data) => writeFile(join(folder, name), Buffer.concat([head, data]));
  for (const [name, set] of [
    ["train", train],
    ["t10k", test],
  ]) {
    await write(`${name}-images-idx3-ubyte`, header(2051, set.count, side, side), set.images);
    await write(`${name}-labels-idx1-ubyte`, header(2049, set.count), set.labels);
  }
}
