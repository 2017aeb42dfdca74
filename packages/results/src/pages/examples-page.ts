import type { ImageCodec } from "../codecs/image-codec.js";
import { enlargementFor } from "../image/enlarge.js";
import type { Picture } from "../image/picture.js";
import { dataTable } from "./data-table.js";
import { pictureFigure, pictureRow } from "./figure.js";
import { formatNumber } from "./format.js";
import { html, page, type Html } from "./html.js";
import type { ExamplesFile, SheetEntry } from "../record/examples-file.js";
import type { TargetPictures } from "./draw-examples.js";
import { wordFor } from "./input-figures.js";
import { webpUri } from "./report-views.js";

/** Screen pixels of a picture on the page. */
const comfortable = 160;

/** A page that needs nothing else: for every target its most and least exciting pictures, and what excites it in them. */
export async function examplesPage(
  { images, model, beside: path }: ExamplesFile,
  targets: readonly TargetPictures[],
  beside: Picture | undefined,
  codec: ImageCodec,
): Promise<string> {
  const word = wordFor(images.holds);
  const given = beside && (await figure(beside, `the ${word} beside`, path ?? "", codec));
  const read = images.seen - images.skipped.length;
  const of = images.seen < images.count ? ` (of ${images.count})` : "";
  return page({
    title: targets.length === 1 ? `Examples for ${targets[0]!.file.target}` : `Examples for ${targets.length} targets`,
    description: `${word.replace(/^./, (x) => x.toUpperCase())}s that excite targets of ${model.path ?? "a network"} most and least, among ${read}${of} of ${images.folder}.`,
    body: html`${await Promise.all(targets.map((one) => section(one, { word, beside: given, codec })))}`,
  });
}

async function section(
  { file, most, least, crops }: TargetPictures,
  { word, beside, codec }: { readonly word: string; readonly beside: Html | undefined; readonly codec: ImageCodec },
): Promise<Html> {
  const { min, median, mean, max, count } = file.summary;
  const numbers = [min, median, mean, max].map((x) => formatNumber(x));
  return html`<h2>${file.target}</h2>
    ${dataTable({
      caption: "Activations",
      columns: [`${word.replace(/^./, (x) => x.toUpperCase())}s`, "Least", "Median", "Mean", "Most"],
      rows: [[String(count), ...numbers]],
    })}
    ${
      beside &&
      html`<h3>The ${word} beside</h3>
      ${pictureRow([beside])}`
    }
    <h3>Most exciting</h3>
    ${await exampleRow(most, file.most, ({ activation }) => activation, codec)}
    ${
      least.length > 0 &&
      html`<h3>Least exciting</h3>
      ${await exampleRow(least, file.least, ({ activation }) => activation, codec)}`
    }
    ${
      crops.length > 0 &&
      html`<h3>What excites one place most</h3>
      <p class="note">The part of each picture that the place with the highest activation sees.</p>
      ${await exampleRow(crops, file.crops, ({ peak }) => peak!.activation, codec)}`
    }`;
}

/** Pictures in a row, each with its number and its name. */
export async function exampleRow(
  pictures: readonly Picture[],
  entries: readonly SheetEntry[],
  numberOf: (entry: SheetEntry) => number,
  codec: ImageCodec,
): Promise<Html> {
  const figures = pictures.map((picture, i) => {
    const { name } = entries[i]!;
    const caption = html`${formatNumber(numberOf(entries[i]!))}<br /><span class="note">${name}</span>`;
    return figure(picture, name, caption, codec);
  });
  return pictureRow(await Promise.all(figures));
}

async function figure(picture: Picture, alt: string, caption: string | Html, codec: ImageCodec): Promise<Html> {
  const { width, height } = picture;
  const light = await webpUri(picture, codec);
  return pictureFigure({ light, alt, caption, width, height, scale: enlargementFor(picture, comfortable) });
}
