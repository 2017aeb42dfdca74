import { XstarError } from "@xstar/core";
import type { SetMetrics } from "../measure/measure-set.js";
import type { DoneEntry } from "../record/manifest.js";
import { webpUri } from "./report-views.js";
import type { ImageCodec } from "../codecs/image-codec.js";
import { drawText, textWidth } from "../image/digits.js";
import { filledPicture, paste, type Picture } from "../image/picture.js";
import { rowsSheet } from "../image/rows.js";
import { surround } from "../image/sheet.js";
import { pictureFigure, pictureRow } from "./figure.js";
import { html, page, type Html } from "./html.js";
import { describeEntry, describeSet, explainLines } from "./captions.js";

/** A picture at the size that it has on the sheet. */
export interface SheetTile {
  readonly entry: DoneEntry;
  readonly picture: Picture;
  /** It as an address that an `<img>` can show. */
  readonly uri: string;
}

/** The tile of a target from its PNG file, of at most `side` pixels. Throws `bad-data` for a damaged file. */
export async function createTile(
  entry: DoneEntry,
  png: Uint8Array,
  { side, codec }: { readonly side: number; readonly codec: ImageCodec },
): Promise<SheetTile> {
  const picture = await codec.decode(png, side).catch((cause: unknown) => {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new XstarError("bad-data", `A picture of the sheet is damaged: ${reason}`, { cause });
  });
  return { entry, picture, uri: await webpUri(picture, codec) };
}

/** Pixels that a sheet of many pictures is wide at most, and those of one picture. */
const sheetWidth = 2000;
const [smallest, largest] = [48, 224];
const captionGap = 3;

/** The side that each of so many pictures has on a sheet. */
export function tileSide(count: number): number {
  return Math.max(smallest, Math.min(largest, Math.floor(sheetWidth / columnsFor(count)) - 8));
}

const columnsFor = (count: number) => Math.ceil(Math.sqrt(count));

/** All pictures on one sheet, those of each layer from a new row, with the numbers of their channels below. */
export function drawSheet(tiles: readonly SheetTile[], count = tiles.length): Picture {
  const columns = columnsFor(count);
  const rows = [...byLayer(tiles).values()].flatMap((layer) => inRows(layer.map(captioned), columns));
  return rowsSheet(rows);
}

/** A page that needs nothing else: the pictures by layer, with their activations. */
export function sheetPage(
  title: string,
  tiles: readonly SheetTile[],
  { count, metrics }: { readonly count: number; readonly metrics?: SetMetrics | undefined },
): string {
  const sections = [...byLayer(tiles)].map(([layer, members]) => section(layer, members));
  const pictures = count === 1 ? "picture" : "pictures";
  const state = tiles.length < count ? `${tiles.length} of ${count} pictures so far` : `${count} ${pictures}`;
  const lines = explainLines(tiles.map(({ entry }) => entry));
  return page({
    title,
    description: `${state}, each made to excite one target as strongly as possible. ${lines}`,
    body: html`${metrics && html`<p>${describeSet(metrics)}</p>`}${sections}`,
  });
}

function section(layer: string, tiles: readonly SheetTile[]): Html {
  const figures = tiles.map(({ entry, picture, uri: light }) => {
    const { width, height } = picture;
    const alt = `the picture that excites ${entry.target}`;
    const name = [channelOf(entry.target) ?? entry.target, entry.label].filter((part) => part !== undefined).join(" ");
    const lines = [html`${name}`, ...describeEntry(entry)];
    const caption = html`${lines.map((line, i) => html`${i > 0 && html`<br />`}${line}`)}`;
    return pictureFigure({ light, alt, caption, width, height, scale: 1 });
  });
  return html`<h2>${layer}</h2>
    ${pictureRow(figures)}`;
}

/** Of `n02007558 flamingo, lesser flamingo` the first name. */
const shortNameOf = (label = "") => label.replace(/^n\d{8}\s+/, "").split(",")[0]!;

/** A text as far as it is no wider than its picture; its number is never cut. */
function fitting(text: string, scale: number, width: number): string {
  const [number = "", ...words] = text.split(" ");
  let name = words.join(" ");
  while (name !== "" && textWidth(`${number} ${name}`, scale) > width) name = name.slice(0, -1);
  return `${number} ${name}`.trim();
}

/** `layer:12` and `layer:12@3,4` belong to `layer`; other targets stand for themselves. */
const form = /^(?<layer>.+):(?<channel>\d+)(?:@[\d,]*)?$/;

function byLayer(tiles: readonly SheetTile[]): Map<string, SheetTile[]> {
  const layers = new Map<string, SheetTile[]>();
  for (const tile of tiles) {
    const layer = form.exec(tile.entry.target)?.groups?.["layer"] ?? tile.entry.target;
    layers.set(layer, [...(layers.get(layer) ?? []), tile]);
  }
  return layers;
}

function channelOf(target: string): number | undefined {
  const channel = form.exec(target)?.groups?.["channel"];
  return channel === undefined ? undefined : Number(channel);
}

function inRows<T>(items: readonly T[], columns: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / columns) }, (_, row) =>
    items.slice(row * columns, (row + 1) * columns),
  );
}

/** The picture with its channel's number below, and what the class is called, where the target is one channel. */
function captioned({ entry, picture }: SheetTile): Picture {
  const channel = channelOf(entry.target);
  if (channel === undefined) return picture;
  const scale = picture.width >= 96 ? 2 : 1;
  const number = drawText(fitting(`${channel} ${shortNameOf(entry.label)}`.trim(), scale, picture.width), {
    scale,
    paper: surround,
  });
  const width = Math.max(picture.width, number.width);
  const whole = filledPicture(width, picture.height + captionGap + number.height, surround);
  paste(picture, whole, Math.floor((width - picture.width) / 2), 0);
  paste(number, whole, 0, picture.height + captionGap);
  return whole;
}
