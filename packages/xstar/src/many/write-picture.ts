import { createHash } from "node:crypto";
import { join } from "node:path";
import type { Tensor } from "@xstar/core";
import { writeFileAtomic } from "../files/atomic.js";
import { encodeNpy } from "../files/npy.js";
import type { ModelFile } from "../load.js";
import { enlarge } from "../picture/enlarge.js";
import { encodePng } from "../picture/png.js";
import { rawView } from "../picture/view.js";
import { version } from "../version.js";
import type { Climbed } from "./climber.js";

/** Writes what is kept of a picture; gives the names of the PNG file and of the record in the folder. */
export type WritePicture = (
  folder: string,
  done: { readonly target: string; readonly slug: string; readonly climbed: Climbed },
) => Promise<{ readonly file: string; readonly record: string }>;

/** Pixels that a small picture is enlarged to, about. */
const comfortable = 224;

/** A PNG (an .npy file where it cannot be looked at) and a JSON file for each picture. */
export function createWriter(model: ModelFile): WritePicture {
  const about = {
    path: model.path,
    sha256: createHash("sha256").update(model.source.bytes).digest("hex"),
    producer: model.source.producer,
  };
  return async (folder, { target, slug, climbed }) => {
    const { picture, curve, watch, record: ascent, ...facts } = climbed;
    const isDrawable = picture.shape.length === 2 || picture.shape.length === 3;
    const [file, record] = [`${slug}.${isDrawable ? "png" : "npy"}`, `${slug}.json`];
    const content = {
      xstar: version,
      model: about,
      target,
      ...facts,
      curve: [...curve],
      watch: Object.fromEntries(Object.entries(watch).map(([name, values]) => [name, [...values]])),
      ascent,
    };
    await writeFileAtomic(join(folder, file), isDrawable ? encode(picture, target) : encodeNpy(picture));
    await writeFileAtomic(join(folder, record), `${JSON.stringify(content, undefined, 1)}\n`);
    return { file, record };
  };
}

function encode({ shape, data }: Tensor, target: string): Uint8Array {
  const { picture } = rawView({ shape, data: data as Float32Array });
  const scale = Math.max(1, Math.round(comfortable / Math.max(picture.width, picture.height)));
  return encodePng(enlarge(picture, scale), { Software: `xstar ${version}`, Title: target });
}
