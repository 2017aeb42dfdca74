import { describe, expect, test } from "vitest";
import { diverging } from "../image/colormap.js";
import { describeChange } from "./describe-change.js";
import { colorBar, pictureFigure } from "./figure.js";
import { formatNumber, formatPercent } from "./format.js";

describe("picture figures", () => {
  const options = { light: "data:l", alt: 'a "1"', caption: "From <ones>", width: 28, height: 14 };

  test("enlarge small pictures by a whole number and escape their words", () => {
    const { text } = pictureFigure(options);
    expect(text).toContain('<img src="data:l" alt="a &#34;1&#34;" width="224" height="112" />');
    expect(text).toContain("From &#60;ones&#62;");
    expect(pictureFigure({ ...options, scale: 3 }).text).toContain('width="84" height="42"');
  });

  test("have one picture for each theme, of which the dark one stays hidden without styles", () => {
    const { text } = pictureFigure({ ...options, dark: "data:d" });
    expect(text).toMatch(/<img class="light" src="data:l"[^>]*\/><img class="dark" hidden src="data:d"/);
  });
});

describe("colour bars", () => {
  test("say their ends, zero and the share outside in words and signs", () => {
    const bar = { low: -1.93, high: 1.93, zero: 0, below: 0.004, above: 0.00001, map: diverging };
    const { text } = colorBar(bar);
    expect(text).toContain('aria-label="Colours from −1.93 to 1.93; 0.4 % of the pixels are lower, &#60;0.1 % higher"');
    expect(text).toContain('<span class="zero" style="left:50.0%">0</span>');
    expect(text).toContain("◀ 0.4 %");
    expect(text).toContain("&#60;0.1 % ▶");
  });

  test("have the colours of both themes, and of one for browsers that cannot choose", () => {
    const { text } = colorBar({ low: 0, high: 1, map: diverging });
    expect(text).toContain("background:linear-gradient(90deg,#2166ac,");
    expect(text).toContain("background:linear-gradient(90deg,light-dark(#2166ac,#7fb2ff),");
    expect(text).not.toMatch(/◀|▶|zero/);
  });
});

describe("a change in words", () => {
  const say = (rows: number[][]) => describeChange(rows.flat(), rows[0]!.length, rows.length);

  test.each([
    [
      "brighter in the centre column, darker on the left and on the right; range −1 to 2",
      [
        [-1, 2, -1],
        [-1, 2, -1],
        [-1, 2, -1],
      ],
    ],
    [
      "brighter at the top, darker at the bottom left; range −2 to 2",
      [
        [2, 2, 2],
        [0, 0, 0],
        [-2, 0, 0],
      ],
    ],
    [
      "darker in the centre; range −0.85 to 0",
      [
        [0, 0, 0],
        [0, -0.85, 0],
        [0, 0, 0],
      ],
    ],
    [
      "brighter all around the centre; range 0 to 1",
      [
        [1, 1, 1],
        [1, 0, 1],
        [1, 1, 1],
      ],
    ],
    [
      "brighter everywhere; range 1 to 1",
      [
        [1, 1, 1],
        [1, 1, 1],
        [1, 1, 1],
      ],
    ],
    [
      "no change",
      [
        [0, 0],
        [0, 0],
      ],
    ],
  ])("%s", (words, rows) => {
    expect(say(rows)).toBe(words);
  });

  test("names the same places in a large picture", () => {
    const plane = Array.from({ length: 28 * 28 }, (_, at) => (at % 28 > 9 && at % 28 < 18 ? 1 : -0.8));
    expect(describeChange(plane, 28, 28)).toMatch(
      /^brighter in the centre column, darker on the left and on the right/,
    );
  });

  test("does not see places in a chequered picture", () => {
    const plane = Array.from({ length: 900 }, (_, at) => ((at + Math.floor(at / 30)) % 2 ? 1 : -1));
    expect(describeChange(plane, 30, 30)).toBe("brighter and darker pixels mixed, without clear places; range −1 to 1");
  });

  test.each([
    [1, 1],
    [2, 5],
  ])("works for %d x %d pixels", (width, height) => {
    expect(
      describeChange(
        Array.from({ length: width * height }, () => 1),
        width,
        height,
      ),
    ).toContain("range 1 to 1");
  });
});

describe("numbers for people", () => {
  test.each([
    [0, "0"],
    [-0, "0"],
    [60000, "60000"],
    [123456.7, "123457"],
    [1.23456, "1.235"],
    [-0.5, "−0.5"],
    [0.99999, "0.99999"],
    [0.999996, "0.999996"],
    [1 - 2 ** -24, "0.99999994"],
    [0.00001, "1e−5"],
    [1.25e-7, "1.25e−7"],
    [Number.NaN, "NaN"],
  ])("%d is %s", (value, text) => {
    expect(formatNumber(value)).toBe(text);
  });

  test("a number near 1 never becomes 1", () => {
    for (let nines = 1; nines < 12; nines++) expect(formatNumber(1 - 10 ** -nines)).not.toBe("1");
  });

  test("shares become percent, and a little is not nothing", () => {
    expect([0, 0.0001, 0.004, 0.5, 1].map(formatPercent)).toEqual(["0 %", "<0.1 %", "0.4 %", "50 %", "100 %"]);
  });
});
