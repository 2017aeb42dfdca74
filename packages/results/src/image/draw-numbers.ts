import { colorAt, diverging } from "./colormap.js";
import { enlarge, enlargementFor } from "./enlarge.js";
import { envelopeOf } from "./lines.js";
import { filledPicture, paste, type Picture, type Rgb } from "./picture.js";
import type { Scale } from "./scale.js";

const paper: Rgb = [255, 255, 255];
const axisColor: Rgb = [200, 204, 210];
const inks: readonly Rgb[] = [
  [0, 114, 178],
  [213, 94, 0],
  [0, 128, 92],
  [160, 80, 138],
  [122, 106, 0],
  [85, 91, 100],
];

/** Least and greatest of all numbers; a little around where they are equal. */
export function wholeScale(lines: readonly ArrayLike<number>[]): Scale {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const line of lines) {
    for (let i = 0; i < line.length; i++) {
      low = Math.min(low, line[i]!);
      high = Math.max(high, line[i]!);
    }
  }
  if (!Number.isFinite(low) || !Number.isFinite(high)) return { low: -1, high: 1 };
  return low < high ? { low, high } : { low: low - 0.5, high: high + 0.5 };
}

const curveWidth = 640;
const laneHeight = 160;
const margin = 4;
/** Channels that are drawn, one below the other. */
export const mostLanes = 6;

/** Signals as curves, one below the other, on one scale; a grey line is at 0. */
export function drawCurves(lines: readonly ArrayLike<number>[], scale: Scale): Picture {
  const shown = lines.slice(0, mostLanes);
  const lane = Math.max(48, Math.round(laneHeight / Math.sqrt(shown.length)));
  const picture = filledPicture(curveWidth, lane * shown.length, paper);
  shown.forEach((line, k) => {
    const yOf = (x: number) => {
      const share = (Math.min(Math.max(x, scale.low), scale.high) - scale.low) / (scale.high - scale.low);
      return Math.round(k * lane + margin + (1 - share) * (lane - 1 - 2 * margin));
    };
    if (scale.low <= 0 && scale.high >= 0) fill(picture, { x: 0, y: yOf(0), width: curveWidth, height: 1 }, axisColor);
    drawLine(picture, line, yOf, inks[k % inks.length]!);
  });
  return picture;
}

function drawLine(picture: Picture, line: ArrayLike<number>, yOf: (x: number) => number, ink: Rgb): void {
  const right = picture.width - 1;
  const { low, high } = envelopeOf(line, picture.width);
  const xOf = (i: number) => (low.length === 1 ? Math.round(right / 2) : Math.round((i * right) / (low.length - 1)));
  for (let i = 0; i < low.length; i++) {
    const [top, bottom] = [yOf(high[i]!), yOf(low[i]!)];
    fill(picture, { x: xOf(i), y: top, width: 1, height: bottom - top + 1 }, ink);
    if (i === 0) continue;
    // joined to the part before, from middle to middle
    const [x0, x1] = [xOf(i - 1), xOf(i)];
    const middle = (k: number) => (yOf(high[k]!) + yOf(low[k]!)) / 2;
    const [y0, y1] = [middle(i - 1), middle(i)];
    for (let x = x0; x <= x1; x++) {
      const at = (place: number) => y0 + (y1 - y0) * Math.min(1, Math.max(0, (place - x0) / Math.max(1, x1 - x0)));
      const [a, b] = [at(x - 0.5), at(x + 0.5)].map(Math.round).toSorted((p, q) => p - q) as [number, number];
      fill(picture, { x, y: a, width: 1, height: b - a + 1 }, ink);
    }
  }
}

/** Bars from 0 up or down, one for each number; of very many the longest of its neighbours. */
export function drawBars(values: ArrayLike<number>, scale: Scale): Picture {
  const [low, high] = [Math.min(scale.low, 0), Math.max(scale.high, 0)];
  const height = laneHeight;
  const count = Math.min(values.length, curveWidth);
  const width = Math.min(64, Math.max(1, Math.floor(curveWidth / count)));
  const gap = width >= 4 ? Math.ceil(width / 8) : 0;
  const picture = filledPicture(width * count, height, paper);
  const yOf = (x: number) =>
    Math.round(margin + (1 - (Math.min(Math.max(x, low), high) - low) / (high - low)) * (height - 1 - 2 * margin));
  const parts = envelopeOf(values, count);
  for (let i = 0; i < count; i++) {
    const [top, bottom] = [yOf(Math.max(parts.high[i]!, 0)), yOf(Math.min(parts.low[i]!, 0))];
    fill(picture, { x: i * width, y: top, width: width - gap, height: bottom - top + 1 }, inks[0]!);
  }
  fill(picture, { x: 0, y: yOf(0), width: picture.width, height: 1 }, axisColor);
  return picture;
}

/** Cells of a heat map are at least so large together, and at most so many. */
const gridSide = 640;

/** Rows and columns of numbers as colours: blue below 0, red above. */
export function drawGrid(rows: number, columns: number, data: ArrayLike<number>, limit: number): Picture {
  const [down, across] = [Math.ceil(rows / gridSide), Math.ceil(columns / gridSide)];
  const [height, width] = [Math.ceil(rows / down), Math.ceil(columns / across)];
  const picture = filledPicture(width, height, paper);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let strongest = 0;
      for (let r = y * down; r < Math.min(rows, (y + 1) * down); r++) {
        for (let c = x * across; c < Math.min(columns, (x + 1) * across); c++) {
          const value = data[r * columns + c]!;
          if (Math.abs(value) > Math.abs(strongest)) strongest = value;
        }
      }
      picture.data.set([...colorAt(diverging.light, 0.5 + strongest / limit / 2), 255], 4 * (y * width + x));
    }
  }
  return enlarge(picture, Math.min(24, enlargementFor(picture, gridSide)));
}

/** Pictures of one size side by side, with a line between them. */
export function drawStrip(pictures: readonly Picture[]): Picture {
  const { width, height } = pictures[0]!;
  const strip = filledPicture(pictures.length * (width + 1) - 1, height, [119, 119, 119]);
  pictures.forEach((picture, i) => paste(picture, strip, i * (width + 1), 0));
  return strip;
}

interface Place {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

function fill(picture: Picture, { x, y, width, height }: Place, [red, green, blue]: Rgb): void {
  for (let row = Math.max(0, y); row < Math.min(picture.height, y + height); row++) {
    for (let column = Math.max(0, x); column < Math.min(picture.width, x + width); column++) {
      picture.data.set([red, green, blue, 255], 4 * (row * picture.width + column));
    }
  }
}
