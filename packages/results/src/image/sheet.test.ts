import { describe, expect, test } from "vitest";
import { enlarge, enlargementFor } from "./enlarge.js";
import { filledPicture, type Picture } from "./picture.js";
import { contactSheet } from "./sheet.js";

const red = filledPicture(2, 1, [255, 0, 0]);
const blue = filledPicture(1, 1, [0, 0, 255]);

/** One letter for each pixel: r(ed), b(lue), g(rey), k (black). */
function letters({ width, height, data }: Picture): string[] {
  const names: Record<string, string> = { "255,0,0": "r", "0,0,255": "b", "119,119,119": "g", "0,0,0": "k" };
  const pixel = (at: number) => names[data.subarray(4 * at, 4 * at + 3).join(",")] ?? "?";
  return Array.from({ length: height }, (_, y) =>
    Array.from({ length: width }, (_, x) => pixel(y * width + x)).join(""),
  );
}

describe("contact sheets", () => {
  test("stand in rows with a grey gap, smaller pictures in the middle of their cells", () => {
    expect(letters(contactSheet([red, red, blue], { columns: 2, gap: 1 }))).toEqual([
      "ggggggg",
      "grrgrrg",
      "ggggggg",
      "gbggggg",
      "ggggggg",
    ]);
  });

  test("draw a black line around pictures when asked", () => {
    expect(letters(contactSheet([blue], { gap: 0, border: true }))).toEqual(["kkk", "kbk", "kkk"]);
  });

  test("are no wider than their pictures need", () => {
    expect(contactSheet([blue], { columns: 5, gap: 1 }).width).toBe(3);
  });

  test("need a picture", () => {
    expect(() => contactSheet([])).toThrow(expect.objectContaining({ code: "bad-argument" }));
  });
});

describe("enlarging", () => {
  test("repeats every pixel in both directions", () => {
    const both = contactSheet([red, blue], { columns: 2, gap: 0 });
    expect(letters(enlarge(both, 2))).toEqual(["rrrrbbgg", "rrrrbbgg"]);
  });

  test("by 1 changes nothing", () => {
    expect(enlarge(red, 1)).toEqual(red);
  });

  test.each([0, 1.5, -2])("by %d is refused", (factor) => {
    expect(() => enlarge(red, factor)).toThrow(expect.objectContaining({ code: "bad-argument" }));
  });

  test("chooses the largest factor that fits, never less than 1", () => {
    expect(enlargementFor({ width: 28, height: 20 }, 224)).toBe(8);
    expect(enlargementFor({ width: 512, height: 512 }, 224)).toBe(1);
  });
});
