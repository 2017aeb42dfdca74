import { readFile } from "node:fs/promises";
import { join } from "node:path";
import {
  createTile,
  drawSheet,
  sheetPage,
  tileSide,
  type DoneEntry,
  type Manifest,
  type SheetTile,
} from "@xstar/results";
import { writeFileAtomic } from "../../files/atomic.js";
import { sharpCodec } from "../../files/sharp-codec.js";

export interface KeptSheet {
  /** Something is new: the sheet is written again, soon. */
  touch(): void;
  /** Writes what is new. */
  finish(): Promise<void>;
}

/** Between two sheets: this long, and long enough that they take a small part of the time. */
const restMs = 3000;
const restShare = 20;

/**
 * Keeps `sheet.png` and `index.html` of a folder up to date with the targets that are done. That a sheet cannot be written
 * does not stop the pictures: only `finish` throws.
 */
export function createSheet(folder: string, title: string, manifest: () => Manifest): KeptSheet {
  const tiles = new Map<string, Promise<SheetTile>>();
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> = Promise.resolve();
  let isStale = true;
  let rest = restMs;

  const tileOf = (entry: DoneEntry, side: number) => {
    const known = tiles.get(entry.target);
    if (known) return known;
    const made = readFile(join(folder, entry.file)).then((png) => createTile(entry, png, { side, codec: sharpCodec }));
    tiles.set(entry.target, made);
    return made;
  };
  const write = async () => {
    if (!isStale) return;
    isStale = false;
    const began = performance.now();
    const { targets: all, metrics } = manifest();
    const side = tileSide(all.length);
    const drawable = all.filter((entry) => entry.status === "done" && entry.file.endsWith(".png")) as DoneEntry[];
    if (drawable.length === 0) return;
    const shown = await Promise.all(drawable.map((entry) => tileOf(entry, side)));
    await writeFileAtomic(join(folder, "sheet.png"), await sharpCodec.encode(drawSheet(shown, all.length), "png"));
    await writeFileAtomic(join(folder, "index.html"), sheetPage(title, shown, { count: all.length, metrics }));
    rest = Math.max(restMs, restShare * (performance.now() - began));
  };
  const writeNow = () => (writing = writing.catch(() => undefined).then(write));

  return {
    touch() {
      isStale = true;
      timer ??= setTimeout(() => {
        timer = undefined;
        writeNow().catch(() => undefined);
      }, rest);
    },
    async finish() {
      clearTimeout(timer);
      isStale = true;
      await writeNow();
    },
  };
}
