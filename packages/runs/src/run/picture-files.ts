import type { Tensor } from "@xstar/core";
import {
  drawingOf,
  drawSpectrogram,
  encodeWav,
  linesOf,
  spectrogramOf,
  encodeRecorded,
  opaqueByAttribution,
  pixelHash,
  planesOf,
  type Picture,
  type PictureRecord,
  type RunRecord,
} from "@xstar/results";

/** One picture of a run. */
export interface MadePicture {
  /** Numbers of the model's picture, without the batch. */
  readonly picture: Tensor;
  /** The step that it is from. */
  readonly step: number;
  /** The objective at step 0. */
  readonly begun: number;
  /** What it began as, where the change is drawn too. */
  readonly start?: Tensor | undefined;
  /** How much its places counted, where that is drawn too. */
  readonly attribution?: Tensor | undefined;
}

export interface PictureFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** What picture `i` of a run carries. */
export function recordOfPicture(run: RunRecord, i: number, { picture, step, begun }: MadePicture): PictureRecord {
  return { ...run, picture: i, step, begun, sha256: pixelHash(picture) };
}

/** A signal of a known rate as a .wav file. */
export function soundFiles(record: PictureRecord, { picture }: MadePicture): PictureFile[] {
  const { holds } = record.ascent;
  if (holds?.rate === undefined) return [];
  const { slug } = record.pictures[record.picture]!;
  return [{ name: `${slug}.wav`, bytes: encodeWav({ rate: holds.rate, channels: linesOf(picture, holds) }) }];
}

/** The spectrogram of a signal of a known rate, as a PNG file. */
export function spectrogramFiles(record: PictureRecord, { picture }: MadePicture): PictureFile[] {
  const { holds } = record.ascent;
  const found = holds?.rate === undefined ? undefined : spectrogramOf(linesOf(picture, holds)[0]!, holds.rate);
  if (!found) return [];
  const { target, slug } = record.pictures[record.picture]!;
  const bytes = encodeRecorded(drawSpectrogram(found), { ...record, scale: 1 }, `${target}: spectrogram`);
  return [{ name: `${slug}.spectrogram.png`, bytes }];
}

/**
 * The PNG files of a picture, each with its record: the picture, what changed since its start, and the picture opaque where it
 * counts. None where it cannot be looked at.
 */
export function drawFiles(record: PictureRecord, { picture, start, attribution }: MadePicture): PictureFile[] {
  const { isDrawable, raw, change } = drawingOf(record.ascent.shape, record.ascent.holds);
  if (!isDrawable) return [];
  const { target, slug } = record.pictures[record.picture]!;
  const file = (ending: string, drawn: Picture, title: string): PictureFile => ({
    name: `${slug}${ending}.png`,
    bytes: encodeRecorded(drawn, record, title),
  });
  const drawn = raw(picture);
  return [
    file("", drawn, target),
    ...(start ? [file(".change", change(picture, start), `${target}: change`)] : []),
    ...(attribution
      ? [file(".transparent", opaqueByAttribution(drawn, planesOf(attribution)), `${target}: what counts`)]
      : []),
  ];
}
