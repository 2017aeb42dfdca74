import { describe, expect, it } from "vitest";
import { filledPicture } from "./picture.js";
import { fit, lineHeight, typeset, widthOf, wrap } from "./typeset.js";

/** Dark pixels of a text on white, by column. */
function columnsOf(text: string, isBold = false): number[] {
  const paper = filledPicture(200, lineHeight({ isBold }), [255, 255, 255]);
  typeset(text, paper, 0, 0, { isBold, ink: [0, 0, 0] });
  return Array.from({ length: 200 }, (_, x) =>
    Array.from({ length: paper.height }, (_row, y) => Number(paper.data[4 * (y * 200 + x)]! < 128)).reduce(
      (a, b) => a + b,
    ),
  );
}

describe("typeset", () => {
  it("draws letters as wide as it says", () => {
    const ink = columnsOf("Tabby, 92.4 %");
    const last = ink.findLastIndex((count) => count > 0);
    expect(last).toBeGreaterThan(60);
    expect(Math.abs(last - widthOf("Tabby, 92.4 %"))).toBeLessThan(4);
  });

  it("draws an l as one upright stroke, in bold a wider one", () => {
    const widths = [false, true].map((isBold) => columnsOf("l", isBold).filter((count) => count > 6).length);
    expect(widths[0]).toBeGreaterThan(0);
    expect(widths[1]).toBeGreaterThan(widths[0]!);
  });

  it("draws accents as their letter, and what it does not know as a question mark", () => {
    expect(columnsOf("é")).toEqual(columnsOf("e"));
    expect(columnsOf("猫")).toEqual(columnsOf("?"));
  });

  it("breaks lines between words, and cuts off what is too long", () => {
    const lines = wrap("one two three four", widthOf("one two "));
    expect(lines.join(" ")).toBe("one two three four");
    for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(widthOf("one two "));
    expect(fit("abcdefghij", widthOf("abcde"))).toMatch(/^abc.*…$/);
  });
});
