import { dirname, extname } from "node:path";
import { check, XstarError } from "@xstar/core";
import { contactSheet as drawSheet, encodePng, Image, type Picture, type SheetOptions } from "@xstar/results";
import { prepareFolder } from "../files/folder.js";
import { writeFileAtomic } from "../files/atomic.js";
import { picturesOf } from "./pictures-of.js";

/**
 * An image that can be saved.
 *
 * @example
 * const { images } = await maximize(model, "conv2:7");
 * await images[0].save("conv2-7.png");
 */
export class FileImage extends Image {
  /**
   * Writes it as a .png file, which carries what makes it again, its numbers as a .npy file, or a signal as a .wav file; the folder is
   * made where there is none. Throws `bad-argument` for another ending, `file-not-writable`.
   */
  async save(path: string): Promise<void> {
    check(typeof path === "string", "path", "the name of a file", path);
    const ending = extname(path).toLowerCase();
    const bytes = await this.encoded(ending);
    if (!bytes) throw unknownEnding(path);
    await write(path, bytes);
  }

  private async encoded(ending: string): Promise<Uint8Array | undefined> {
    if (ending === ".png") return this.toPng();
    if (ending === ".npy") return this.toNpy();
    return ending === ".wav" ? this.toWav() : undefined;
  }
}

/** A drawn picture that can be saved. */
export interface Sheet extends Picture {
  /** Writes it as a .png file. Throws `bad-argument` for another ending, `file-not-writable`. */
  save(path: string): Promise<void>;
}

/**
 * Pictures side by side, with their numbers or captions.
 *
 * @example
 * const { images } = await maximize(model, "conv2:0-15");
 * await contactSheet(images).save("sheet.png");
 */
export function contactSheet(images: readonly (Image | Picture)[], options: SheetOptions = {}): Sheet {
  const sheet = drawSheet(picturesOf(images), options);
  return {
    ...sheet,
    async save(path) {
      if (extname(path).toLowerCase() !== ".png") throw unknownEnding(path);
      await write(path, encodePng(sheet));
    },
  };
}

async function write(path: string, bytes: Uint8Array): Promise<void> {
  await prepareFolder(dirname(path));
  await writeFileAtomic(path, bytes);
}

function unknownEnding(path: string): XstarError {
  return new XstarError("bad-argument", `"${path}" has no ending that an image can be saved as`, {
    hint: "Give a name that ends in .png, in .npy for the numbers, or in .wav for a signal",
  });
}
