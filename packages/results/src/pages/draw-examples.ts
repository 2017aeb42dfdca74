import { fieldBox } from "@xstar/core";
import { summarize } from "../measure/describe.js";
import type { PictureSize, PictureSource } from "../measure/source.js";
import { rankExamples, type Example, type Ranking } from "../measure/rank-examples.js";
import { crop } from "../image/crop.js";
import { enlarge, enlargementFor } from "../image/enlarge.js";
import type { Picture } from "../image/picture.js";
import { rowsSheet } from "../image/rows.js";
import { validView } from "../image/view.js";
import type { TargetExamples } from "../measure/find-examples.js";
import type { SheetEntry, TargetFile } from "../record/examples-file.js";
import { planesOf } from "../image/drawing.js";

/** The pictures of one target, for the sheet and the page; each as the model saw it. */
export interface TargetPictures {
  readonly file: TargetFile;
  readonly most: readonly Picture[];
  readonly least: readonly Picture[];
  readonly crops: readonly Picture[];
}

export interface DrawExamplesOptions {
  readonly pictures: PictureSource;
  readonly size: PictureSize;
  /** Pictures in a row. */
  readonly top: number;
}

/** Reads the pictures that the ranking of a target shows; `sheet` is the name of its file. */
export async function drawExamples(
  { target, objective, field, examples }: TargetExamples,
  sheet: string,
  { pictures, size, top }: DrawExamplesOptions,
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

/** The sheet of a target: rows of the most exciting pictures, the least exciting ones, and crops; the picture beside stands left of the first. */
export function examplesSheet({ most, least, crops }: TargetPictures, beside: Picture | undefined): Picture {
  const [first] = most as [Picture];
  const cell = Math.max(first.width, first.height) * enlargementFor(first, comfortable);
  const large = (picture: Picture) => enlarge(picture, enlargementFor(picture, cell));
  const rows = [most, least, crops].filter((row) => row.length > 0).map((row) => row.map(large));
  if (!beside) return rowsSheet(rows);
  return rowsSheet(rows.map((row, i) => [i === 0 ? large(beside) : undefined, ...row]));
}
