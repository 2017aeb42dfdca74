import type { Rgb } from "./picture.js";

/** A table of 256 colours (three bytes each) for the lowest to the highest value of a scale. */
export interface Colormap {
  readonly name: string;
  readonly colors: Uint8Array;
}

/** The same meaning drawn for a light and for a dark page. */
export interface ThemedColormap {
  readonly light: Colormap;
  readonly dark: Colormap;
}

/** Grey from black to white; drawn on a symmetric scale, 0 is exactly 128. */
export const gray: Colormap = colormap("gray", "#000000 #ffffff");

/**
 * For values from 0 up (magnitudes, standard deviations).
 * Source: viridis of matplotlib (van der Walt and Smith, CC0), ten colours at equal distances.
 */
export const viridis: Colormap = colormap(
  "viridis",
  "#440154 #482878 #3e4989 #31688e #26828e #1f9e89 #35b779 #6ece58 #b5de2b #fde725",
);

/**
 * For heat over a grey photograph: from dark violet over red to light yellow.
 * Source: inferno of matplotlib (van der Walt and Smith, CC0), without its black end; nine colours at equal distances.
 */
export const inferno: Colormap = colormap(
  "inferno",
  "#1b0c41 #4a0c6b #781c6d #a52c60 #cf4446 #ed6925 #fb9b06 #f7d13d #fcffa4",
);

/**
 * For signed values on a symmetric scale: blue is lower, red or orange is higher, and 0 looks like the page.
 *
 * Light: RdBu of ColorBrewer 2.0 (Cynthia Brewer, Apache-2.0), eleven classes without the first and the last, which
 * are both too dark to tell apart. Dark: blue, black, orange; between -v and +v at least CIEDE2000 34 for people with
 * deuteranopia, protanopia or tritanopia.
 */
export const diverging: ThemedColormap = {
  light: colormap("blue-white-red", "#2166ac #4393c3 #92c5de #d1e5f0 #f7f7f7 #fddbc7 #f4a582 #d6604d #b2182b"),
  dark: colormap("blue-black-orange", "#7fb2ff #2b5fb0 #101014 #b0551c #ff9e4a"),
};

/** The colour at `position`, 0 (lowest) to 1 (highest); positions outside are clipped. */
export function colorAt({ colors }: Colormap, position: number): Rgb {
  const at = 3 * colorIndex(position);
  return [colors[at]!, colors[at + 1]!, colors[at + 2]!];
}

/** The row of a colour table for `position`, 0 to 1; the middle is row 128. */
export function colorIndex(position: number): number {
  return Math.round(255 * Math.min(1, Math.max(0, position)));
}

/** Straight lines in sRGB between control colours at equal distances; each control colour is a row of the table. */
function colormap(name: string, controls: string): Colormap {
  const stops = controls.split(" ").map(parseHex);
  const colors = new Uint8Array(3 * 256);
  for (let stop = 0; stop + 1 < stops.length; stop++) {
    const first = colorIndex(stop / (stops.length - 1));
    const last = colorIndex((stop + 1) / (stops.length - 1));
    for (let row = first; row <= last; row++) {
      const share = (row - first) / (last - first);
      for (const channel of [0, 1, 2] as const) {
        const [from, to] = [stops[stop]![channel], stops[stop + 1]![channel]];
        colors[3 * row + channel] = Math.round(from + share * (to - from));
      }
    }
  }
  return { name, colors };
}

function parseHex(hex: string): Rgb {
  const bits = Number.parseInt(hex.slice(1), 16);
  return [bits >> 16, (bits >> 8) & 255, bits & 255];
}
