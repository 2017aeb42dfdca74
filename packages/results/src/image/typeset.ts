import { boldFont, letters, plainFont, type FontData } from "./font-data.js";
import type { Picture, Rgb } from "./picture.js";

interface Glyph {
  readonly advance: number;
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  /** Opacity of each of its pixels, 0 to 15. */
  readonly ink: Uint8Array;
}

interface Font {
  readonly height: number;
  readonly space: number;
  readonly glyphs: ReadonlyMap<string, Glyph>;
}

const opened = new Map<FontData, Font>();

/** Reads the letters of a font, once. */
function open(data: FontData): Font {
  const known = opened.get(data);
  if (known) return known;
  const bytes = Uint8Array.from(atob(data.ink), (character) => character.charCodeAt(0));
  let at = 0;
  const glyphs = new Map<string, Glyph>();
  [...letters].forEach((letter, i) => {
    const [advance, left, top, width, height] = data.glyphs.slice(5 * i, 5 * i + 5) as [
      number,
      number,
      number,
      number,
      number,
    ];
    const ink = Uint8Array.from(
      { length: width * height },
      (_, k) => (bytes[(at + k) >> 1]! >> ((at + k) % 2 ? 0 : 4)) & 15,
    );
    at += width * height;
    glyphs.set(letter, { advance, left, top, width, height, ink });
  });
  const font = { height: data.height, space: data.space, glyphs };
  opened.set(data, font);
  return font;
}

/** How a text is set. */
export interface TextStyle {
  readonly isBold?: boolean;
  readonly ink?: Rgb;
}

const fontOf = ({ isBold = false }: TextStyle) => open(isBold ? boldFont : plainFont);

/** Letters that the font has: accents are left out, what it does not know becomes a question mark. */
const plain = (text: string) => text.normalize("NFD").replace(/\p{M}/gu, "").replace(/\s+/g, " ");

const advanceOf = (font: Font, letter: string) =>
  letter === " " ? font.space : (font.glyphs.get(letter) ?? font.glyphs.get("?")!).advance;

/** Pixels that a text is wide. */
export function widthOf(text: string, style: TextStyle = {}): number {
  const font = fontOf(style);
  return Math.ceil([...plain(text)].reduce((sum, letter) => sum + advanceOf(font, letter), 0));
}

/** Pixels of a line. */
export const lineHeight = (style: TextStyle = {}): number => fontOf(style).height;

/** Writes a text onto a picture with its top left corner at (left, top); what reaches outside is left out. */
export function typeset(text: string, onto: Picture, left: number, top: number, style: TextStyle = {}): void {
  const font = fontOf(style);
  const { ink: colour = [32, 33, 36] } = style;
  let pen = left;
  for (const letter of plain(text)) {
    const glyph = letter === " " ? undefined : (font.glyphs.get(letter) ?? font.glyphs.get("?")!);
    glyph?.ink.forEach((opacity, at) => {
      const x = Math.round(pen) + glyph.left + (at % glyph.width);
      const y = top + glyph.top + Math.floor(at / glyph.width);
      if (opacity === 0 || x < 0 || y < 0 || x >= onto.width || y >= onto.height) return;
      const pixel = 4 * (y * onto.width + x);
      for (let c = 0; c < 3; c++) {
        const paper = onto.data[pixel + c]!;
        onto.data[pixel + c] = paper + ((colour[c]! - paper) * opacity) / 15;
      }
    });
    pen += advanceOf(font, letter);
  }
}

/** A text in lines of at most so many pixels, broken between words. */
export function wrap(text: string, width: number, style: TextStyle = {}): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const longer = lines.length === 0 ? word : `${lines.at(-1)} ${word}`;
    if (lines.length > 0 && widthOf(longer, style) <= width) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}

/** A text cut off with an ellipsis where it is wider than so many pixels. */
export function fit(text: string, width: number, style: TextStyle = {}): string {
  if (widthOf(text, style) <= width) return text;
  let kept = text;
  while (kept !== "" && widthOf(`${kept}…`, style) > width) kept = kept.slice(0, -1);
  return `${kept.trimEnd()}…`;
}
