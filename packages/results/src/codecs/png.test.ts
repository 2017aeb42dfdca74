import { decode } from "fast-png";
import { describe, expect, test } from "vitest";
import { filledPicture, type Picture } from "../image/picture.js";
import { dataUri } from "./data-uri.js";
import { encodePng, readPngText } from "./png.js";

function picture(...data: number[]): Picture {
  return { width: data.length / 4, height: 1, data: new Uint8ClampedArray(data) };
}

describe("PNG files", () => {
  test.each([
    ["grey", picture(9, 9, 9, 255, 200, 200, 200, 255), [9, 200]],
    ["RGB", picture(1, 2, 3, 255, 9, 9, 9, 255), [1, 2, 3, 9, 9, 9]],
    ["RGBA", picture(1, 2, 3, 128, 9, 9, 9, 255), [1, 2, 3, 128, 9, 9, 9, 255]],
  ])("hold %s pictures without loss", (_, original, pixels) => {
    const decoded = decode(encodePng(original));
    expect(decoded).toMatchObject({ width: 2, height: 1, depth: 8, channels: pixels.length / 2 });
    expect([...decoded.data]).toEqual(pixels);
  });

  test("carry text; what is not Latin-1 stays readable as JSON", () => {
    const settings = JSON.stringify({ title: "façade − 1" });
    const text = readPngText(encodePng(filledPicture(1, 1, [0, 0, 0]), { Comment: settings }));
    expect(text?.["Comment"]).toContain("façade");
    expect(JSON.parse(text!["Comment"]!)).toEqual({ title: "façade − 1" });
    expect(readPngText(Uint8Array.of(1, 2, 3))).toBe(undefined);
  });

  test("are the same bytes for the same picture", () => {
    const random = picture(...Array.from({ length: 400 }, (_, i) => (i * 7919) % 256));
    expect(encodePng(random, { Seed: "7" })).toEqual(encodePng(random, { Seed: "7" }));
  });

  test("become data addresses", async () => {
    const png = encodePng(filledPicture(3, 2, [1, 2, 3]));
    const uri = dataUri("image/png", png);
    expect(uri).toMatch(/^data:image\/png;base64,/);
    expect(new Uint8Array(await (await fetch(uri)).arrayBuffer())).toEqual(png);
  });
});
