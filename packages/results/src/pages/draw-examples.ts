import { createHash } from "node:crypto";
import { join } from "node:path";
import { fieldBox, type Box, type Spec } from "@xstar/core";
import { summarize, type Summary } from "../measure/describe.js";
import type { PictureSize, PictureSource } from "../measure/look.js";
import { rankExamples, type Example, type Peak, type Ranking } from "../measure/rank-examples.js";
import { writeFileAtomic } from "../../../xstar/src/files/atomic.js";
import type { ModelFile } from "../../../xstar/src/load.js";
import { crop } from "../image/crop.js";
import { enlarge, enlargementFor } from "../image/enlarge.js";
import type { Picture } from "../image/picture.js";
import { encodePng } from "../codecs/png.js";
import { rowsSheet } from "../image/rows.js";
import { validView } from "../image/view.js";
import { version } from "../../../xstar/src/version.js";
import { examplesPage } from "./examples-page.js";
import type { FoundExamples, TargetExamples } from "../measure/find-examples.js";
import { planesOf } from "../image/drawing.js";

/** A picture on the sheet. */
export interface SheetEntry {
  readonly name: string;
  /** Of the target, as `xstar maximize` measures it. */
  readonly activation: number;
  /** The largest activation of the target's channel and where it is; null for targets without places. */
  readonly peak: Peak | null;
  /** The part of the picture, as the model saw it, that the place of the peak sees; null where that is all. */
  readonly box: Box | null;
}

/** One target in `examples.json`. */
export interface TargetFile {
  readonly target: string;
  readonly objective: Spec;
  /** Stride, size and offset in pixels of what a place of the layer sees; null where every place sees all. */
  readonly field: TargetExamples["field"];
  /** Of the activations of all pictures. */
  readonly summary: Summary;
  /** The rows of the sheet, from the left, and its file. */
  readonly sheet: string;
  readonly most: readonly SheetEntry[];
  readonly least: readonly SheetEntry[];
  /** The pictures with the highest peaks, of which the sheet shows the boxes; empty where `field` is null. */
  readonly crops: readonly SheetEntry[];
  /** Of every picture, in the order of `ExamplesFile.pictures`. */
  readonly activations: readonly number[];
  /** The largest activation of a place, of every picture; null where `field` is null. */
  readonly peaks: readonly number[] | null;
}

/** What `examples.json` holds. */
export interface ExamplesFile {
  readonly xstar: string;
  readonly model: { readonly path: string | undefined; readonly sha256: string };
  readonly images: {
    readonly folder: string;
    readonly count: number;
    /** Fewer than `count` when stopped. */
    readonly seen: number;
    readonly skipped: readonly { readonly name: string; readonly reason: string }[];
    /** The form in which the model saw them: cut to it at the sides. */
    readonly size: PictureSize;
  };
  /** A picture beside which the sheet shows them. */
  readonly beside: string | null;
  /** Names of those that could be used, in order: paths in the folder, or place and label in a data set. */
  readonly pictures: readonly string[];
  readonly targets: readonly TargetFile[];
}

export interface WriteExamplesOptions {
  readonly model: ModelFile;
  readonly folder: string;
  /** The folder's name as the caller gave it. */
  readonly images: string;
  readonly pictures: PictureSource;
  readonly size: PictureSize;
  readonly top: number;
  /** Names of the targets' files. */
  readonly slugs: readonly string[];
  readonly beside: { readonly path: string; readonly picture: Picture } | undefined;
}

/** The pictures of one target, for the sheet and the page; each as the model saw it. */
export interface TargetPictures {
  readonly file: TargetFile;
  readonly most: readonly Picture[];
  readonly least: readonly Picture[];
  readonly crops: readonly Picture[];
}

/** Writes a sheet for each target, examples.html and examples.json; returns what the latter holds. */
export async function writeExamples(found: FoundExamples, options: WriteExamplesOptions): Promise<ExamplesFile> {
  const { model, folder, images, pictures, size, beside } = options;
  const drawn: TargetPictures[] = [];
  for (const [i, target] of found.targets.entries()) {
    const one = await drawExamples(target, `${options.slugs[i]}.png`, options);
    drawn.push(one);
    const about = { Software: `xstar ${version}`, Title: `Examples for ${target.target}` };
    await writeFileAtomic(join(folder, one.file.sheet), encodePng(sheetOf(one, beside?.picture), about));
  }
  const file: ExamplesFile = {
    xstar: version,
    model: { path: model.path, sha256: createHash("sha256").update(model.source.bytes).digest("hex") },
    images: {
      folder: images,
      count: pictures.names.length,
      seen: found.seen,
      skipped: found.skipped.map(({ index, reason }) => ({ name: pictures.names[index]!, reason })),
      size,
    },
    beside: beside?.path ?? null,
    pictures: found.targets[0]!.examples.map(({ index }) => pictures.names[index]!),
    targets: drawn.map((one) => one.file),
  };
  await writeFileAtomic(join(folder, "examples.html"), await examplesPage(file, drawn, beside?.picture));
  await writeFileAtomic(join(folder, "examples.json"), `${JSON.stringify(file, undefined, 1)}\n`);
  return file;
}

/** Reads the pictures that the ranking of a target shows; `sheet` is the name of its file. */
export async function drawExamples(
  { target, objective, field, examples }: TargetExamples,
  sheet: string,
  { pictures, size, top }: Pick<WriteExamplesOptions, "pictures" | "size" | "top">,
): Promise<TargetPictures> {
  const read = async ({ index }: Example) =>
    validView(planesOf(await pictures.read(index, size)), { low: 0, high: 1 }).picture;
  const readAll = (some: readonly Example[]) => Promise.all(some.map(read));
  const entry = ({ index, activation, peak }: Example): SheetEntry => ({
    name: pictures.names[index]!,
    activation,
    peak,
    box: field && peak ? fieldBox(field, [peak.y, peak.x], size) : null,
  });
  const ranking: Ranking = rankExamples(examples, top);
  const crops = ranking.peaks.map(entry).filter(({ box }) => box!.height > 0 && box!.width > 0);
  const peaks = await readAll(ranking.peaks);
  return {
    file: {
      target,
      objective,
      field,
      summary: summarize(examples.map(({ activation }) => activation)),
      sheet,
      most: ranking.most.map(entry),
      least: ranking.least.map(entry),
      crops,
      activations: examples.map(({ activation }) => brief(activation)),
      peaks: field && examples.map(({ peak }) => brief(peak!.activation)),
    },
    most: await readAll(ranking.most),
    least: await readAll(ranking.least),
    crops: crops.map(({ box }, i) => crop(peaks[i]!, box!)),
  };
}

/** As many digits as a float32 is sure of. */
const brief = (x: number) => Number(x.toPrecision(7));

/** Pixels that a picture is shown with. */
const comfortable = 160;

/** Rows of the most exciting pictures, the least exciting ones, and crops; the picture beside stands left of the first. */
function sheetOf({ most, least, crops }: TargetPictures, beside: Picture | undefined): Picture {
  const [first] = most as [Picture];
  const cell = Math.max(first.width, first.height) * enlargementFor(first, comfortable);
  const large = (picture: Picture) => enlarge(picture, enlargementFor(picture, cell));
  const rows = [most, least, crops].filter((row) => row.length > 0).map((row) => row.map(large));
  if (!beside) return rowsSheet(rows);
  return rowsSheet(rows.map((row, i) => [i === 0 ? large(beside) : undefined, ...row]));
}
