import type { ThemedColormap } from "../image/colormap.js";
import { enlargementFor } from "../image/enlarge.js";
import { formatNumber, formatPercent } from "./format.js";
import { type Html, html } from "./html.js";
import { gradientOf } from "./theme.js";

export interface PictureFigureOptions {
  /** Addresses of the picture for light and dark pages, as `pngDataUri` gives them. */
  readonly light: string;
  readonly dark?: string;
  /** What there is to see, for those who cannot. */
  readonly alt: string;
  readonly caption: string | Html;
  /** Size of the picture itself, in its own pixels. */
  readonly width: number;
  readonly height: number;
  /** Screen pixels for each of them; by default the largest whole number with which it stays within 224. */
  readonly scale?: number;
  /** A `colorBar`. */
  readonly bar?: Html;
  /** Whether it is enlarged smoothly, as photographs are; else every pixel stays a square. */
  readonly isSmooth?: boolean;
  /** Whether it comes before the others where the page has room for one. */
  readonly isFirst?: boolean;
}

/** A picture on neutral grey, its colour bar and its caption. */
export function pictureFigure(options: PictureFigureOptions): Html {
  const { light, dark, alt, caption, width, height, scale = enlargementFor({ width, height }, 224), bar } = options;
  const [wide, high] = [Math.round(width * scale), Math.round(height * scale)];
  const size = html`alt="${alt}" width="${wide}" height="${high}"`;
  const classes = (theme: string) => [theme, ...(options.isSmooth ? ["smooth"] : [])].filter(Boolean).join(" ");
  return html`<figure class="picture${options.isFirst && " first"}" style="width:${wide + 16}px">
    <div class="surround">
      ${
        dark === undefined
          ? html`<img ${options.isSmooth && html`class="smooth" `}src="${light}" ${size} />`
          : html`<img class="${classes("light")}" src="${light}" ${size} /><img class="${classes("dark")}" hidden src="${dark}" ${size} />`
      }
    </div>
    ${bar}
    <figcaption>${caption}</figcaption>
  </figure>`;
}

/** Picture figures side by side, as many as the page has room for; a triple stays together and becomes smaller. */
export function pictureRow(figures: readonly Html[], { isTriple = false } = {}): Html {
  return html`<div class="pictures${isTriple && " triple"}">${figures}</div>`;
}

export interface ColorBarOptions {
  readonly low: number;
  readonly high: number;
  /** A value between them that has a meaning of its own: 0 of a change. */
  readonly zero?: number;
  /** Shares (0 to 1) of the pixels below `low` and above `high`. */
  readonly below?: number;
  readonly above?: number;
  readonly map: ThemedColormap;
}

/** All colours of a map with the numbers they stand for; triangles say how many pixels lie outside. */
export function colorBar({ low, high, zero, below = 0, above = 0, map }: ColorBarOptions): Html {
  const [least, most] = [formatNumber(low, 3), formatNumber(high, 3)];
  const middle = zero === undefined ? Number.NaN : (zero - low) / (high - low);
  const isClipped = below > 0 || above > 0;
  const outside = isClipped && `; ${formatPercent(below)} of the pixels are lower, ${formatPercent(above)} higher`;
  return html`<div class="color-bar" role="img" aria-label="Colours from ${least} to ${most}${outside}">
    <span class="ramp" style="${gradientOf(map)}"></span>
    <span class="row"
      ><span>${least}</span
      >${middle > 0.3 && middle < 0.7 && html`<span class="zero" style="left:${(100 * middle).toFixed(1)}%">${formatNumber(zero!, 3)}</span>`}<span
        >${most}</span
      ></span
    >
    ${isClipped && html`<span class="row"><span>${below > 0 && `◀ ${formatPercent(below)}`}</span><span>${above > 0 && `${formatPercent(above)} ▶`}</span></span>`}
  </div>`;
}
