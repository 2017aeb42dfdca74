import { join } from "node:path";
import { zipSync, type Zippable } from "fflate";
import { writeFileAtomic } from "../../files/atomic.js";
import { readFileOrExplain } from "../../files/read.js";

/** All files have one time, so that the same atlas is the same bytes. */
const mtime = new Date(1980, 0, 1);
/** Pictures are packed already. */
const packed = /\.(webp|png)$/;

/** Writes the files of an atlas that its checksums list, and these, as one archive. */
export async function zipAtlas(folder: string, path: string): Promise<void> {
  const sums = new TextDecoder().decode(await readFileOrExplain(join(folder, "SHA256SUMS")));
  const names = [
    ...sums
      .trimEnd()
      .split("\n")
      .map((line) => line.slice(66)),
    "SHA256SUMS",
  ];
  const files: Zippable = {};
  for (const name of names)
    files[name] = [await readFileOrExplain(join(folder, name)), { level: packed.test(name) ? 0 : 6, mtime }];
  await writeFileAtomic(path, zipSync(files));
}
