import { fieldBox } from "@xstar/core";
import { summarize } from "../measure/describe.js";
import type { ExampleSource, PictureSize } from "../measure/source.js";
import { rankExamples, type Example, type Ranking } from "../measure/rank-examples.js";
import { createDuplicateCheck } from "../measure/near-duplicates.js";
import { crop } from "../image/crop.js";
import { enlarge, enlargementFor } from "../image/enlarge.js";
import type { Picture } from "../image/picture.js";
import { rowsSheet } from "../image/rows.js";
import { validView } from "../image/view.js";
import type { TargetExamples } from "../measure/find-examples.js";
import type { SheetEntry, TargetFile } from "../record/examples-file.js";
import { drawingOf, planesOf } from "../image/drawing.js";

/** The pictures of one target, for the sheet and the page; each as the model saw it. */
export interface TargetPictures {
  readonly file: TargetFile;
  readonly most: readonly Picture[];
  readonly least: readonly Picture[];
  readonly crops: readonly Picture[];
}

export interface DrawExamplesOptions {
  readonly pictures: ExampleSource;
  /** Undefined for signals. */
  readonly size: PictureSize | undefined;
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
    pictures.holds
      ? drawingOf([], pictures.holds).raw(await pictures.read(index))
      : validView(planesOf(await pictures.read(index, size!)), { low: 0, high: 1 }).picture;
  const entry = ({ index, activation, peak }: Example): SheetEntry => ({
    name: pictures.names[index]!,
    activation,
    peak,
    box: field && peak && size ? fieldBox(field, [peak.y, peak.x], size) : null,
  });
  const ranking: Ranking = rankExamples(examples, spare * top);
  const [most, least, peaks] = (await Promise.all(
    [ranking.most, ranking.least, ranking.peaks].map((row) => distinctOf(row, top, read)),
  )) as [Row, Row, Row];
  const boxed = peaks.shown
    .map(({ example, picture }) => ({ crop: entry(example), picture }))
    .filter(({ crop: { box } }) => box!.height > 0 && box!.width > 0);
  return {
    file: {
      target,
      objective,
      field,
      summary: summarize(examples.map(({ activation }) => activation)),
      sheet,
      most: most.shown.map(({ example }) => entry(example)),
      least: least.shown.map(({ example }) => entry(example)),
      crops: boxed.map((one) => one.crop),
      leftOut: [...new Set([most, least, peaks].flatMap((row) => row.leftOut))]
        .toSorted((a, b) => a - b)
        .map((index) => pictures.names[index]!),
      activations: examples.map(({ activation }) => brief(activation)),
      peaks: field && examples.map(({ peak }) => brief(peak!.activation)),
    },
    most: most.shown.map(({ picture }) => picture),
    least: least.shown.map(({ picture }) => picture),
    crops: boxed.map((one) => crop(one.picture, one.crop.box!)),
  };
}

/** So many times the pictures of a row are looked at, where some are nearly the same. */
const spare = 3;

interface Row {
  readonly shown: readonly { readonly example: Example; readonly picture: Picture }[];
  /** Places of those that are nearly the same as one that is shown. */
  readonly leftOut: readonly number[];
}

/** The first `top` pictures of a row that are not nearly the same as one before. */
async function distinctOf(
  ranked: readonly Example[],
  top: number,
  read: (example: Example) => Promise<Picture>,
): Promise<Row> {
  const isKnown = createDuplicateCheck();
  const shown: { example: Example; picture: Picture }[] = [];
  const leftOut: number[] = [];
  for (const example of ranked) {
    if (shown.length === top) break;
    const picture = await read(example);
    if (isKnown(picture)) leftOut.push(example.index);
    else shown.push({ example, picture });
  }
  return { shown, leftOut };
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
