import type { LayerUnits, UnitShare } from "../measure/unit-conductance.js";
import type { ImageCodec } from "../codecs/image-codec.js";
import { enlarge, enlargementFor } from "../image/enlarge.js";
import type { Picture } from "../image/picture.js";
import { pictureFigure, pictureRow } from "./figure.js";
import { formatNumber, formatPercent } from "./format.js";
import { html, type Html } from "./html.js";
import { webpUri } from "./report-views.js";

/** A unit with what it wants, and what excites it. */
export interface ShownUnit extends UnitShare {
  /** The picture that makes it largest. */
  readonly made: Picture;
  /** The real pictures that excite it most, the strongest first. */
  readonly examples: readonly { readonly name: string; readonly activation: number; readonly picture: Picture }[];
}

/** Screen pixels of a picture. */
const side = 128;

/** Which units of a layer speak for the answer: each with the picture that it wants and the real ones that excite it most. */
export async function unitsSection(
  { layer, units, shown, rise, gap }: LayerUnits & { readonly shown: readonly ShownUnit[] },
  codec: ImageCodec,
): Promise<Html> {
  const figure = async (picture: Picture, alt: string, caption: string) => {
    const large = enlarge(picture, enlargementFor(picture, side));
    const { width, height } = large;
    const scale = side / Math.max(width, height);
    return pictureFigure({ light: await webpUri(large, codec), alt, caption, width, height, scale, isSmooth: true });
  };
  const parts = await Promise.all(
    shown.map(async ({ unit, conductance, made, examples }) => {
      const name = `${layer}:${unit}`;
      const figures = await Promise.all([
        figure(made, `What ${name} wants most`, "what it wants most"),
        ...examples.map((one) => figure(one.picture, one.name, `${one.name}: ${formatNumber(one.activation, 3)}`)),
      ]);
      return html`<h3>${name} ${shareInWords(conductance, rise)}</h3>
        ${pictureRow(figures)}`;
    }),
  );
  const through = formatPercent(1 - gap);
  return html`<h2>Which units of ${layer} speak for it</h2>
    <p>
      On the way from a black picture to this one the answer rises by ${formatNumber(rise, 3)}. Each of the ${units.length} units is given the part
      that goes through it (neuron conductance); together they account for ${through}. Beside each is the picture that it wants most${shown.some(({ examples }) => examples.length > 0) ? ", and the real pictures that excite it most" : ""}.
    </p>
    ${parts}`;
}

/** `speaks for it: 12 % of the rise`. */
export function shareInWords(conductance: number, rise: number): string {
  const share = formatPercent(Math.abs(conductance / rise));
  return conductance * rise >= 0 ? `speaks for it: ${share} of the rise` : `speaks against it: ${share} of the rise`;
}
