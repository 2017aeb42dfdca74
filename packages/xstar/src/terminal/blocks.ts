import { luminanceWeights, shrinkPicture, type Picture, type Rgb } from "@xstar/results";
import type { ColorSupport } from "./color.js";
import { printable } from "./printable.js";
import { fitText } from "./width.js";

export interface CaptionedPicture {
  readonly picture: Picture;
  readonly caption?: string;
}

export interface BlocksOptions {
  readonly color: ColorSupport;
  /** Characters in a line of the terminal. */
  readonly columns?: number;
  /** Characters that one picture may take; larger pictures are averaged down by a whole number. */
  readonly maxWidth?: number;
}

const gap = "  ";
const ramp = " .:-=+*#%@";

/**
 * Pictures as text, side by side as far as the line allows, each with its caption below. A character shows two pixels,
 * one above the other: the half block in colours, or without colours one of ten signs (denser is brighter;
 * signed changes are then best drawn with the grey map).
 */
export function renderBlocks(pictures: readonly CaptionedPicture[], options: BlocksOptions): string {
  const { color, columns = 80, maxWidth = 32 } = options;
  const widest = Math.min(columns, maxWidth);
  const hasCaptions = pictures.some(({ caption }) => caption);
  const tiles = pictures.map(({ picture, caption = "" }) => {
    const small = shrinkPicture(picture, Math.ceil(picture.width / widest));
    const lines = color === "none" ? asciiLines(small) : colorLines(small, color);
    return { width: small.width, lines: hasCaptions ? [...lines, fitText(printable(caption), small.width)] : lines };
  });
  return inRows(tiles, columns)
    .map((row) => sideBySide(row))
    .join("\n\n");
}

interface Tile {
  readonly width: number;
  readonly lines: readonly string[];
}

function inRows(tiles: readonly Tile[], columns: number): Tile[][] {
  const rows: Tile[][] = [];
  let used = Number.POSITIVE_INFINITY;
  for (const tile of tiles) {
    used += gap.length + tile.width;
    if (used > columns) {
      rows.push([]);
      used = tile.width;
    }
    rows.at(-1)!.push(tile);
  }
  return rows;
}

function sideBySide(tiles: readonly Tile[]): string {
  const height = Math.max(...tiles.map(({ lines }) => lines.length));
  const line = (i: number) =>
    tiles.map(({ lines, width }) => lines[i - (height - lines.length)] ?? " ".repeat(width)).join(gap);
  return Array.from({ length: height }, (_, i) => line(i).trimEnd()).join("\n");
}

function colorLines(picture: Picture, color: ColorSupport): string[] {
  const code = color === "truecolor" ? (rgb: Rgb) => `2;${rgb.join(";")}` : (rgb: Rgb) => `5;${xtermColor(rgb)}`;
  return eachLine(picture, (upper, lower) => {
    const background = lower ? `;48;${code(lower)}` : "";
    return `\x1b[38;${code(upper)}${background}m▀`;
  }).map((cells) => `${cells.map((cell, x) => (cell === cells[x - 1] ? "▀" : cell)).join("")}\x1b[0m`);
}

function asciiLines(picture: Picture): string[] {
  return eachLine(picture, (upper, lower = upper) => {
    const brightness = (luminance(upper) + luminance(lower)) / 2;
    return ramp[Math.min(ramp.length - 1, Math.floor((brightness / 256) * ramp.length))]!;
  }).map((cells) => cells.join(""));
}

function eachLine(picture: Picture, draw: (upper: Rgb, lower?: Rgb) => string): string[][] {
  return Array.from({ length: Math.ceil(picture.height / 2) }, (_, line) =>
    Array.from({ length: picture.width }, (_, x) => {
      const upper = pixelAt(picture, x, 2 * line);
      return 2 * line + 1 < picture.height ? draw(upper, pixelAt(picture, x, 2 * line + 1)) : draw(upper);
    }),
  );
}

function pixelAt({ width, data }: Picture, x: number, y: number): Rgb {
  const at = 4 * (y * width + x);
  return [data[at]!, data[at + 1]!, data[at + 2]!];
}

/** The nearest of the 6x6x6 cube (16 to 231) or, for greys, of the 24 greys (232 to 255) of xterm. */
function xtermColor([red, green, blue]: Rgb): number {
  if (Math.max(red, green, blue) - Math.min(red, green, blue) < 8) {
    const step = Math.round((green - 8) / 10);
    if (step < 0) return 16;
    return step > 23 ? 231 : 232 + step;
  }
  const [r, g, b] = [red, green, blue].map((v) => (v < 48 ? 0 : v < 115 ? 1 : Math.floor((v - 35) / 40)));
  return 16 + 36 * r! + 6 * g! + b!;
}

function luminance([red, green, blue]: Rgb): number {
  const [r, g, b] = luminanceWeights;
  return r * red + g * green + b * blue;
}
