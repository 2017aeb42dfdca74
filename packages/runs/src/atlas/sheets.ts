import { filledPicture, paste, surround, type ImageCodec, type Picture, type TileSheets } from "@xstar/results";

/** Tiles of a sheet of thumbnails. */
export const tilesOfSheet = { columns: 16, perSheet: 256 };

/** The quality of thumbnails: ten thousand of them are to be read from a web host. */
export const thumbnailQuality = 80;

/** Pictures as sheets of tiles, filled row by row; where there is none the tile is grey. */
export async function* drawSheets(
  count: number,
  tiles: TileSheets,
  read: (i: number) => Promise<Picture | undefined>,
  { encode }: Pick<ImageCodec, "encode">,
  quality?: number,
): AsyncGenerator<Uint8Array, void> {
  const { width, height, columns, perSheet } = tiles;
  for (let from = 0; from < count; from += perSheet) {
    const here = Math.min(perSheet, count - from);
    const sheet = filledPicture(Math.min(columns, here) * width, Math.ceil(here / columns) * height, surround);
    for (let i = 0; i < here; i++) {
      const picture = await read(from + i);
      if (!picture) continue;
      const [left, top] = [(i % columns) * width, Math.floor(i / columns) * height];
      paste(picture, sheet, left + ((width - picture.width) >> 1), top + ((height - picture.height) >> 1));
    }
    yield encode(sheet, tiles.isPixelated ? "png" : "webp", quality);
  }
}

/** Pixels of the longer side of pictures whose pixels people look at one by one. */
const few = 64;

/** The size of a tile for pictures of a height and width, and whether its pixels are to be seen. */
export function tileOf(
  height: number,
  width: number,
  side: number,
): Pick<TileSheets, "width" | "height" | "isPixelated"> {
  const factor = Math.min(1, side / Math.max(height, width));
  const to = (length: number) => Math.max(1, Math.round(length * factor));
  return { width: to(width), height: to(height), isPixelated: factor === 1 && Math.max(height, width) <= few };
}
