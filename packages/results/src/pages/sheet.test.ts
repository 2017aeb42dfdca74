import { describe, expect, test } from "vitest";
import { encodePng } from "../codecs/png.js";
import { filledPicture, type Picture } from "../image/picture.js";
import type { DoneEntry, KnownMetrics } from "../record/manifest.js";
import { sharpCodec } from "../../../xstar/src/files/sharp-codec.js";
import { createTile, drawSheet, sheetPage, tileSide, type SheetTile } from "./sheet.js";

const red = filledPicture(40, 40, [255, 0, 0]);
const tile = (target: string, known: Partial<DoneEntry> = {}, picture = red): SheetTile => ({
  entry: { target, status: "done", activation: { start: 0, end: 1.25 }, ...known } as DoneEntry,
  picture,
  uri: "data:,",
});

const pixel = ({ width, data }: Picture, x: number, y: number) => [
  ...data.subarray(4 * (y * width + x), 4 * (y * width + x) + 3),
];

describe("a tile", () => {
  test("is smaller the more there are, so that the sheet stays small", () => {
    expect([1, 64, 256, 10_000].map(tileSide)).toEqual([224, 224, 117, 48]);
  });

  test("knows its address", async () => {
    const { entry } = tile("a:0");
    const { uri } = await createTile(entry, encodePng(filledPicture(8, 8, [1, 2, 3])), { side: 8, codec: sharpCodec });
    expect(Buffer.from(uri.replace("data:image/webp;base64,", ""), "base64").toString("latin1", 8, 12)).toBe("WEBP");
  });

  test("is refused for what is no picture", async () => {
    const tileOf = createTile(tile("a:0").entry, new Uint8Array(9), { side: 50, codec: sharpCodec });
    await expect(tileOf).rejects.toMatchObject({ code: "bad-data" });
  });
});

describe("a sheet", () => {
  test("has every layer from a new row, and the numbers of channels below", () => {
    const sheet = drawSheet([tile("a:7"), tile("b:0"), tile("b:1@"), tile("b:2")]);
    // two columns: a, then b in two rows; a cell is 40 + 3 + 5 high, and gaps are 8
    expect([sheet.width, sheet.height]).toEqual([8 + 2 * 48, 8 + 3 * 56]);
    expect(pixel(sheet, 8, 8)).toEqual([255, 0, 0]);
    expect(pixel(sheet, 56, 8)).toEqual([119, 119, 119]);
    expect(pixel(sheet, 56, 64)).toEqual([255, 0, 0]);
    expect(pixel(sheet, 8, 8 + 43)).toEqual([255, 255, 255]);
  });

  test("that is not full has the columns of the full one", () => {
    expect(drawSheet([tile("a:0"), tile("a:1"), tile("a:2")], 64).height).toBe(8 + 56);
  });

  test("has what classes are called behind their numbers, as far as there is room", () => {
    const wide = filledPicture(100, 40, [255, 0, 0]);
    const label = "n02007558 flamingo, lesser flamingo";
    const [plain, named] = [drawSheet([tile("logit:3", {}, wide)]), drawSheet([tile("logit:3", { label }, wide)])];
    const inkAt = (sheet: Picture) => {
      const white = Array.from({ length: sheet.width }, (_, x) => x).filter((x) =>
        Array.from({ length: 10 }, (_, y) => pixel(sheet, x, 8 + 43 + y)).some(([red]) => red === 255),
      );
      return white.at(-1)!;
    };
    expect(inkAt(plain)).toBeLessThan(8 + 8);
    // "3 FLAMINGO": ten letters of 8 pixels
    expect(inkAt(named)).toBeGreaterThan(8 + 72);
    expect(named.width).toBe(plain.width);
    expect(sheetPage("net", [tile("logit:3", { label: "polar bear" })], { count: 1 })).toContain("3 polar bear");
  });

  test("is a PNG file", async () => {
    const sheet = drawSheet([tile("a:0")]);
    const { width, height } = await sharpCodec.decode(await sharpCodec.encode(sheet, "png"), sheet.height);
    expect([width, height]).toEqual([sheet.width, sheet.height]);
  });

  test("is a page with words for every picture", () => {
    const page = sheetPage("net", [tile("a:0"), tile("a<b:3 - c:4")], { count: 3 });
    expect(page).toContain("2 of 3 pictures so far");
    expect(page).toContain('alt="the picture that excites a:0"');
    expect(page).toContain('alt="the picture that excites a&#60;b:3 - c:4"');
    expect(page).toContain("0<br />1.25 as maximized");
  });

  test("says what is known of every picture, and of all together", () => {
    const metrics: KnownMetrics = {
      activation: 2.5,
      recognition: { class: 4, rank: 3, of: 10, probability: 0.1 },
      transfer: { other: { class: 5, rank: 7, of: 10, probability: 0.1 } },
      spectrumSlope: -1.234,
    };
    const set = { layer: "conv10", diversity: { cosine: 0.25, euclidean: 3 }, missing: {} };
    const page = sheetPage("net", [tile("logit:4", { metrics })], { count: 1, metrics: set });
    expect(page).toContain(
      "1 picture, each made to excite one target as strongly as possible. Below each: its activation without transforms, the rank of its class, its rank in other networks, the slope of its spectrum",
    );
    expect(page).toContain("4<br />2.5<br />rank 3<br />other 7<br />slope −1.23<");
    expect(page).toContain(
      "Diversity: two of them are 0.25 (cosine) or 3 (Euclidean) apart on average, in the means of conv10.",
    );
  });

  test("says why the diversity is not known", () => {
    const set = {
      layer: undefined,
      diversity: undefined,
      missing: { diversity: "One picture alone has no diversity" },
    };
    expect(sheetPage("net", [tile("a:0")], { count: 1, metrics: set })).toContain(
      "Diversity is not known: One picture alone has no diversity.",
    );
  });
});
