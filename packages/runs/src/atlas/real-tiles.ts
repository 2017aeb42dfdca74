import {
  createDuplicateCheck,
  planesOf,
  validView,
  type AtlasData,
  type Picture,
  type Survey,
  type TileSheets,
} from "@xstar/results";
import type { ShownTiles } from "./layer-sources.js";
import { asData, numbered, type AtlasPart, type AtlasSources } from "./part.js";
import { drawSheets, tileOf } from "./sheets.js";

/** Tiles that are gathered while an atlas is assembled, and what becomes of them. */
export interface RealTiles extends ShownTiles {
  /** Notes how many pictures were seen. */
  count(surveys: readonly Survey[]): void;
  parts(): AsyncGenerator<AtlasPart, void>;
  data(): AtlasData | null;
}

/** Tiles of a row, and of a sheet. */
const [columns, perSheet] = [8, 64];
/** Data sets of more pictures are shown smaller, and are taken to have no copies: all would be compared with all. */
const few = 500;
/** Pixels of the longer side of a tile: parts of a few pixels are cut out of it. */
const sideFor = (count: number) => (count <= few ? 256 : 128);

/** The real pictures that an atlas shows, in the order in which they were asked for. */
export async function createReal(
  { plan, pictures, codec }: Pick<AtlasSources, "plan" | "pictures" | "codec">,
  height: number,
  width: number,
): Promise<RealTiles> {
  const shown = new Map<number, number>();
  const count = pictures?.names.length ?? 0;
  const side = sideFor(count);
  const tiles: TileSheets = { ...tileOf(height, width, side), columns, perSheet };
  const channels = plan.input[0] === 1 ? 1 : 3;
  const read = async (picture: number): Promise<Picture> => {
    const planes = planesOf(await pictures!.read(picture, { channels, height, width }));
    const whole = validView(planes, { low: 0, high: 1 }).picture;
    return Math.max(height, width) <= side ? whole : codec.decode(await codec.encode(whole, "png"), side);
  };
  const copies = new Set<number>();
  const isKnown = createDuplicateCheck();
  for (let i = 0; count <= few && i < count; i++) {
    const picture = await read(i).catch(() => undefined);
    if (picture && isKnown(picture)) copies.add(i);
  }
  let [used, skipped] = [0, 0];
  return {
    tileOf(picture) {
      const known = shown.get(picture) ?? shown.size;
      shown.set(picture, known);
      return known;
    },
    isCopy: (picture) => copies.has(picture),
    count(surveys) {
      const sum = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0);
      used = Math.max(used, sum(surveys.map((one) => one.pictures.length)));
      skipped = Math.max(skipped, sum(surveys.map((one) => one.skipped.length)));
    },
    async *parts() {
      if (!pictures || shown.size === 0) return;
      const all = [...shown.keys()];
      let sheet = 0;
      for await (const bytes of drawSheets(all.length, tiles, (i) => read(all[i]!), codec))
        yield { path: `x/${numbered(sheet++)}.${tiles.isPixelated ? "png" : "webp"}`, bytes };
      yield* asData(
        "examples",
        all.map((picture) => pictures.names[picture]!),
      );
    },
    data: () =>
      plan.settings.data && {
        sha256: plan.settings.data.sha256,
        used,
        skipped,
        tiles: { ...tiles, count: shown.size },
      },
  };
}
