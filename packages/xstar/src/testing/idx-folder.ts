import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRng } from "@xstar/core";

const header = (magic: number, ...dims: number[]) => {
  const bytes = Buffer.alloc(4 + 4 * dims.length);
  [magic, ...dims].forEach((number, i) => bytes.writeUInt32BE(number, 4 * i));
  return bytes;
};

/** A new folder of IDX files: pictures of `classes` kinds that differ in which band of rows is bright, with some noise. */
export async function writeBands({ train = 96, test = 30, side = 28, classes = 3, seed = 1 } = {}): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "xstar-bands-"));
  const rng = createRng(seed);
  for (const [part, count] of [
    ["train", train],
    ["t10k", test],
  ] as const) {
    const labels = Uint8Array.from({ length: count }, (_, i) => i % classes);
    const images = Uint8Array.from({ length: count * side * side }, (_, i) => {
      const row = Math.floor((i % (side * side)) / side);
      const label = labels[Math.floor(i / (side * side))];
      return (Math.floor((row * classes) / side) === label ? 150 : 0) + rng.int(100);
    });
    await writeFile(
      join(folder, `${part}-images-idx3-ubyte`),
      Buffer.concat([header(0x803, count, side, side), images]),
    );
    await writeFile(join(folder, `${part}-labels-idx1-ubyte`), Buffer.concat([header(0x801, count), labels]));
  }
  return folder;
}
