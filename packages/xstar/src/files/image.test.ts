import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crc32, deflateSync } from "node:zlib";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { encodePng, filledPicture, paste } from "@xstar/results";
import { readImage } from "./image.js";

/** A PNG file that says that it is of such a size, and holds next to nothing. */
function headOfPng(width: number, height: number): Uint8Array {
  const size = Buffer.alloc(8);
  size.writeUInt32BE(width, 0);
  size.writeUInt32BE(height, 4);
  const chunk = (type: string, data: Uint8Array) => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(data.length);
    check.writeUInt32BE(crc32(body));
    return Buffer.concat([length, body, check]);
  };
  const signature = Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]);
  const header = Buffer.concat([size, Buffer.from([8, 0, 0, 0, 0])]);
  return Buffer.concat([signature, chunk("IHDR", header), chunk("IDAT", deflateSync(new Uint8Array(99)))]);
}

/** A BMP file of rows from the bottom, each filled up to 4 bytes. */
function bmp(bits: number, [width, height]: readonly [number, number], rows: readonly number[], more: BmpParts = {}) {
  const { palette = [], compression = 0, masks = [] } = more;
  const start = 54 + 4 * (palette.length + masks.length);
  const bytes = Buffer.alloc(start + rows.length);
  bytes.write("BM");
  for (const [at, value] of [
    [10, start],
    [14, 40],
    [18, width],
    [22, height],
    [30, compression],
    [46, palette.length],
  ] as const)
    bytes.writeInt32LE(value, at);
  bytes.writeUInt16LE(bits, 28);
  masks.forEach((mask, i) => bytes.writeUInt32LE(mask, 54 + 4 * i));
  palette.forEach(([red, green, blue], i) => bytes.set([blue, green, red, 0], 54 + 4 * i));
  bytes.set(rows, start);
  return bytes;
}

interface BmpParts {
  readonly palette?: readonly (readonly [number, number, number])[];
  readonly compression?: number;
  readonly masks?: readonly number[];
}

const redAndBlue = {
  palette: [
    [255, 0, 0],
    [0, 0, 255],
  ],
} as const;
const [red, blue] = [
  [0, 0, 255],
  [255, 0, 0],
];
const twice = <T>(row: readonly T[]) => [...row, ...row];

/** Two red pixels and two blue ones, twice. */
const bitmaps: Readonly<Record<string, Uint8Array>> = {
  "1 bit": bmp(1, [4, 2], twice([0b00110000, 0, 0, 0]), redAndBlue),
  "4 bits": bmp(4, [4, 2], twice([0x00, 0x11, 0, 0]), redAndBlue),
  "8 bits": bmp(8, [4, 2], twice([0, 0, 1, 1]), redAndBlue),
  "16 bits": bmp(16, [4, 2], twice([0x00, 0x7c, 0x00, 0x7c, 0x1f, 0, 0x1f, 0])),
  "24 bits": bmp(24, [4, 2], twice([red, red, blue, blue].flat() as number[])),
  "32 bits": bmp(32, [4, -2], twice([red, red, blue, blue].flatMap((color) => [...color!, 0]))),
  "32 bits by masks": bmp(
    32,
    [4, 2],
    twice([1, 1, 3, 3].flatMap((byte) => [0, 1, 2, 3].map((i) => (i === byte ? 255 : i % 2 === 0 ? 9 : 0)))),
    {
      compression: 3,
      masks: [0x0000ff00, 0, 0xff000000],
    },
  ),
};

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "xstar-image-"));
  const picture = filledPicture(4, 2, [255, 0, 0]);
  paste(filledPicture(2, 2, [0, 0, 255]), picture, 2, 0);
  const png = encodePng(picture);
  await writeFile(join(folder, "two.png"), png);
  await writeFile(join(folder, "cut.png"), encodePng(filledPicture(99, 99, [1, 2, 3])).subarray(0, 70));
  await writeFile(join(folder, "two.webp"), await sharp(png).webp({ lossless: true }).toBuffer());
  await writeFile(join(folder, "two.gif"), await sharp(png).gif().toBuffer());
  await writeFile(join(folder, "two.tiff"), await sharp(png).tiff({ compression: "lzw" }).toBuffer());
  await writeFile(
    join(folder, "two.avif"),
    await sharp(png).avif({ lossless: true, chromaSubsampling: "4:4:4" }).toBuffer(),
  );
  for (const [name, bytes] of Object.entries(bitmaps)) await writeFile(join(folder, `${name}.bmp`), bytes);
  await writeFile(join(folder, "short.bmp"), "BM and so on");
  await writeFile(join(folder, "cut.bmp"), bitmaps["24 bits"]!.subarray(0, 70));
  await writeFile(join(folder, "large.bmp"), bmp(24, [30_000, 30_000], []));
  await writeFile(join(folder, "packed.bmp"), bmp(8, [4, 2], [4, 0, 0, 1], { ...redAndBlue, compression: 1 }));
  await writeFile(join(folder, "x.heic"), "\0\0\0\x18ftypheic");
  await writeFile(join(folder, "empty.png"), "");
  await writeFile(join(folder, "bomb.png"), headOfPng(60_000, 60_000));
  await writeFile(join(folder, "begun.png"), png.subarray(0, 20));
  const noise = Uint8Array.from({ length: 30_000 }, (_, i) => (i * 7919) % 251);
  const jpeg = await sharp(noise, { raw: { width: 100, height: 100, channels: 3 } })
    .jpeg()
    .toBuffer();
  await writeFile(join(folder, "cut.jpg"), jpeg.subarray(0, jpeg.length / 2));
  await writeFile(
    join(folder, "gray.jpg"),
    await sharp(encodePng(filledPicture(8, 8, [128, 128, 128])))
      .jpeg()
      .toBuffer(),
  );
  await writeFile(join(folder, "clear.png"), encodePng({ width: 1, height: 1, data: new Uint8ClampedArray(4) }));
  await writeFile(join(folder, "notes.txt"), "not a picture");
  await writeFile(join(folder, "x.svg"), "<svg xmlns='http://www.w3.org/2000/svg' width='2' height='2'/>");
});
afterAll(() => rm(folder, { recursive: true }));

describe("reading a picture", () => {
  test.each([
    "two.png",
    "two.webp",
    "two.gif",
    "two.tiff",
    "two.avif",
    ...Object.keys(bitmaps).map((name) => `${name}.bmp`),
  ])("%s gives planes from 0 to 1, channel by channel", async (name) => {
    const image = await readImage(join(folder, name), { channels: 3, height: 2, width: 4 });
    expect(image).toMatchObject({ dtype: "float32", shape: [3, 2, 4] });
    const planes = [0, 1, 2].map((channel) => [...(image.data as Float32Array)].slice(8 * channel, 8 * channel + 8));
    expect(planes).toEqual([
      [1, 1, 0, 0, 1, 1, 0, 0],
      [0, 0, 0, 0, 0, 0, 0, 0],
      [0, 0, 1, 1, 0, 0, 1, 1],
    ]);
  });

  test("cuts off the sides, or stretches", async () => {
    const size = { channels: 3, height: 2, width: 2 } as const;
    const stretched = await readImage(join(folder, "two.png"), { ...size, fit: "stretch" });
    const cut = await readImage(join(folder, "two.png"), size);
    const red = ({ data }: typeof cut) => [...(data as Float32Array)].slice(0, 2);
    expect(red(cut)).toEqual([1, 0]);
    expect(red(stretched)[0]).toBeGreaterThan(0.9);
    expect(red(stretched)[1]).toBeLessThan(0.1);
  });

  test("gives one channel of sRGB values", async () => {
    const image = await readImage(join(folder, "gray.jpg"), { channels: 1, height: 4, width: 4 });
    expect(image.shape).toEqual([1, 4, 4]);
    for (const value of image.data as Float32Array) expect(value).toBeCloseTo(128 / 255, 2);
  });

  test("draws transparent pixels on white", async () => {
    const { data } = await readImage(join(folder, "clear.png"), { channels: 1, height: 1, width: 1 });
    expect(data).toEqual(new Float32Array([1]));
  });

  test.each([
    ["notes.txt", (path: string) => `"${path}" is no picture`],
    ["x.svg", (path: string) => `"${path}" is a picture of the format SVG, which is not read`],
    ["short.bmp", (path: string) => `The picture "${path}" is damaged: it ends too early`],
    ["cut.bmp", (path: string) => `The picture "${path}" is damaged: it ends too early`],
    ["large.bmp", (path: string) => `The picture "${path}" is too large: it has more than 268 million pixels`],
    ["packed.bmp", (path: string) => `"${path}" is a compressed BMP picture, which is not read`],
    ["x.heic", (path: string) => `"${path}" is a picture of the format HEIC, which is not read`],
    ["empty.png", (path: string) => `The picture "${path}" is empty: the file has no bytes`],
    ["bomb.png", (path: string) => `The picture "${path}" is too large: it has more than 268 million pixels`],
    ["begun.png", (path: string) => `The picture "${path}" is damaged`],
    ["cut.jpg", (path: string) => `The picture "${path}" is damaged: it ends too early`],
  ])("says in plain words what is wrong with %s", async (name, message) => {
    const path = join(folder, name);
    await expect(readImage(path, { channels: 1, height: 1, width: 1 })).rejects.toMatchObject({
      code: "bad-data",
      message: message(path),
    });
  });

  test("says that a picture is damaged, and that a file is missing", async () => {
    const size = { channels: 3, height: 9, width: 9 } as const;
    await expect(readImage(join(folder, "cut.png"), size)).rejects.toThrow("is damaged");
    await expect(readImage(join(folder, "none.png"), size)).rejects.toMatchObject({ code: "file-not-readable" });
  });
});
