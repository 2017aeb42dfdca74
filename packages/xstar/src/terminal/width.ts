import stringWidth from "string-width";

/** Cells of the terminal that a text takes: two for Chinese characters and emoji, none for accents of their own. */
export function textWidth(text: string): number {
  return stringWidth(text);
}

const segmenter = new Intl.Segmenter();

/** As much of a text from its beginning as fits into so many cells. */
export function clipText(text: string, width: number): string {
  if (textWidth(text) <= width) return text;
  let [clipped, used] = ["", 0];
  for (const { segment } of segmenter.segment(text)) {
    used += textWidth(segment);
    if (used > width) break;
    clipped += segment;
  }
  return clipped;
}

/** A text in exactly so many cells: with spaces behind it, or cut, which an ellipsis says. */
export function fitText(text: string, width: number): string {
  const fitting = textWidth(text) > width ? `${clipText(text, width - 1)}…` : text;
  return fitting + " ".repeat(Math.max(0, width - textWidth(fitting)));
}
