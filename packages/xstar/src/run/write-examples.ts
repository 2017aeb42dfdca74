import { join } from "node:path";
import {
  drawExamples,
  encodePng,
  examplesPage,
  examplesSheet,
  heldBy,
  sha256Of,
  type ExampleSource,
  type ExamplesFile,
  type FoundExamples,
  type Picture,
  type PictureSize,
  type TargetPictures,
} from "@xstar/results";
import type { ModelFile } from "@xstar/runs";
import { writeFileAtomic } from "../files/atomic.js";
import { sharpCodec } from "../files/sharp-codec.js";
import { version } from "../version.js";

export interface WriteExamplesOptions {
  readonly model: ModelFile;
  readonly folder: string;
  /** The folder's name as the caller gave it. */
  readonly images: string;
  readonly pictures: ExampleSource;
  readonly size: PictureSize | undefined;
  readonly top: number;
  /** Names of the targets' files. */
  readonly slugs: readonly string[];
  readonly beside: { readonly path: string; readonly picture: Picture } | undefined;
}

/** Writes a sheet for each target, examples.html and examples.json; returns what the latter holds. */
export async function writeExamples(found: FoundExamples, options: WriteExamplesOptions): Promise<ExamplesFile> {
  const { model, folder, images, pictures, size, beside } = options;
  const holds = heldBy(pictures);
  const drawn: TargetPictures[] = [];
  for (const [i, target] of found.targets.entries()) {
    const one = await drawExamples(target, `${options.slugs[i]}.png`, options);
    drawn.push(one);
    const about = { Software: `xstar ${version}`, Title: `Examples for ${target.target}` };
    await writeFileAtomic(join(folder, one.file.sheet), encodePng(examplesSheet(one, beside?.picture), about));
  }
  const file: ExamplesFile = {
    xstar: version,
    model: { path: model.path, sha256: sha256Of(model.source.bytes) },
    images: {
      folder: images,
      ...(holds && { holds }),
      count: pictures.names.length,
      seen: found.seen,
      skipped: found.skipped.map(({ index, reason }) => ({ name: pictures.names[index]!, reason })),
      size: size ?? null,
    },
    beside: beside?.path ?? null,
    pictures: found.targets[0]!.examples.map(({ index }) => pictures.names[index]!),
    targets: drawn.map((one) => one.file),
  };
  await writeFileAtomic(join(folder, "examples.html"), await examplesPage(file, drawn, beside?.picture, sharpCodec));
  await writeFileAtomic(join(folder, "examples.json"), `${JSON.stringify(file, undefined, 1)}\n`);
  return file;
}
