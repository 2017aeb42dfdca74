import { XstarError } from "@xstar/core";
import { filledPicture, paste, type Picture, type Rgb } from "./picture.js";

/** How pictures are laid out on a sheet. */
export interface SheetOptions {
  /** Pictures in a row; by default the sheet becomes about square. */
  readonly columns?: number;
  /** Pixels between pictures and around them. */
  readonly gap?: number;
  /** A black line of one pixel around every picture. */
  readonly border?: boolean;
}

/** Neutral grey of lightness L* = 50: neither dark nor bright pictures look changed by it. */
export const surround: Rgb = [119, 119, 119];
const line: Rgb = [0, 0, 0];

/**
 * Pictures in rows from the top left on neutral grey; smaller ones stand in the middle of their cell.
 *
 * @example
 * const sheet = contactSheet([drawNumber(1), drawNumber(2)], { columns: 2 });
 */
export function contactSheet(pictures: readonly Picture[], options: SheetOptions = {}): Picture {
  if (pictures.length === 0) throw new XstarError("bad-argument", "A contact sheet needs at least one picture");
  const { columns = Math.ceil(Math.sqrt(pictures.length)), gap = 8, border = false } = options;
  const framed = border ? pictures.map(frame) : pictures;
  const cellWidth = Math.max(...framed.map(({ width }) => width)) + gap;
  const cellHeight = Math.max(...framed.map(({ height }) => height)) + gap;
  const used = Math.min(columns, framed.length);
  const rows = Math.ceil(framed.length / columns);
  const sheet = filledPicture(gap + used * cellWidth, gap + rows * cellHeight, surround);
  for (const [i, picture] of framed.entries()) {
    const left = gap + (i % columns) * cellWidth + Math.floor((cellWidth - gap - picture.width) / 2);
    const top = gap + Math.floor(i / columns) * cellHeight + Math.floor((cellHeight - gap - picture.height) / 2);
    paste(picture, sheet, left, top);
  }
  return sheet;
}

function frame(picture: Picture): Picture {
  const framed = filledPicture(picture.width + 2, picture.height + 2, line);
  paste(picture, framed, 1, 1);
  return framed;
}
