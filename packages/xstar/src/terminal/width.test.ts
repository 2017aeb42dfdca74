import { filledPicture } from "@xstar/results";
import { describe, expect, test } from "vitest";
import { renderBlocks } from "./blocks.js";
import { createProgress } from "./progress.js";
import { renderTable } from "./table.js";
import { clipText, fitText, textWidth } from "./width.js";

describe("the width of a text", () => {
  test.each([
    ["abc", 3],
    ["−0.5 …", 6],
    ["█░▀", 3],
    ["火烈鸟", 6],
    ["é", 1],
    ["🦩", 2],
    ["👩‍🔬", 2],
  ])("%s is %i cells", (text, width) => expect(textWidth(text)).toBe(width));

  test("is what is cut to and filled up to", () => {
    expect(clipText("火烈鸟", 5)).toBe("火烈");
    expect(clipText("a👩‍🔬b", 2)).toBe("a");
    expect(fitText("火烈鸟", 8)).toBe("火烈鸟  ");
    expect(fitText("火烈鸟", 5)).toBe("火烈…");
    expect(fitText("火烈鸟", 4)).toBe("火… ");
    expect(fitText("abcdef", 4)).toBe("abc…");
  });
});

test("a table of wide labels has straight columns", () => {
  const lines = renderTable([
    ["class", "P"],
    ["火烈鸟", "0.9"],
    ["🦩 bird", "0.25"],
  ]).split("\n");
  expect(lines).toEqual(["class       P", "火烈鸟    0.9", "🦩 bird  0.25"]);
  expect(new Set(lines.map(textWidth)).size).toBe(1);
});

test("pictures with wide captions stand below each other", () => {
  const picture = filledPicture(4, 2, [9, 9, 9]);
  const [, captions] = renderBlocks(
    [
      { picture, caption: "火烈鸟" },
      { picture, caption: "🦩" },
    ],
    { color: "none" },
  ).split("\n");
  expect(captions).toBe("火…   🦩");
});

test("a progress line with wide facts never wraps", () => {
  const written: string[] = [];
  const progress = createProgress({
    stream: { isTTY: true, columns: 30, write: (text) => written.push(text) },
    label: "识别",
    total: 0,
    now: () => 0,
  });
  progress.update(1, "火烈鸟 ".repeat(10));
  const line = written[0]!.replace("\r\x1b[2K", "");
  expect(line.startsWith("识别  1  火烈鸟")).toBe(true);
  expect(textWidth(line)).toBeLessThanOrEqual(29);
});
