import { describe, expect, test } from "vitest";
import { filledPicture, paste, type Rgb } from "@xstar/results";
import { renderBlocks } from "./blocks.js";
import { colorSupport } from "./color.js";

const black: Rgb = [0, 0, 0];
const white: Rgb = [255, 255, 255];

function stacked(upper: Rgb, lower: Rgb) {
  const picture = filledPicture(2, 2, upper);
  paste(filledPicture(2, 1, lower), picture, 0, 1);
  return picture;
}

describe("pictures as text", () => {
  test("show two pixels in a half block, with a colour code only where it changes", () => {
    expect(renderBlocks([{ picture: stacked([1, 2, 3], white) }], { color: "truecolor" })).toBe(
      "\x1b[38;2;1;2;3;48;2;255;255;255m▀▀\x1b[0m",
    );
  });

  test.each<[Rgb, number]>([
    [black, 16],
    [white, 231],
    [[128, 128, 128], 244],
    [[255, 0, 0], 196],
    [[0, 95, 135], 24],
  ])("take the nearest of 256 colours: %j is %d", (rgb, index) => {
    expect(renderBlocks([{ picture: filledPicture(1, 1, rgb) }], { color: "ansi256" })).toContain(`38;5;${index}m▀`);
  });

  test("without colours are denser where they are brighter", () => {
    expect(renderBlocks([{ picture: stacked(white, white), caption: "w" }], { color: "none" })).toBe("@@\nw");
    expect(renderBlocks([{ picture: stacked(black, white) }], { color: "none" })).toBe("==");
    expect(renderBlocks([{ picture: stacked(black, black) }], { color: "none" })).toBe("");
  });

  test("stand side by side with captions below, cut to their width", () => {
    const picture = filledPicture(4, 4, white);
    const text = renderBlocks(
      [
        { picture, caption: "one" },
        { picture, caption: "second" },
      ],
      { color: "none" },
    );
    expect(text.split("\n")).toEqual(["@@@@  @@@@", "@@@@  @@@@", "one   sec…"]);
  });

  test("go on below when the line is full", () => {
    const picture = filledPicture(4, 2, white);
    const tiles = [1, 2, 3].map((i) => ({ picture, caption: `${i}` }));
    expect(renderBlocks(tiles, { color: "none", columns: 10 }).split("\n")).toEqual([
      "@@@@  @@@@",
      "1     2",
      "",
      "@@@@",
      "3",
    ]);
  });

  test("have their captions on one line when heights differ", () => {
    const tiles = [
      { picture: filledPicture(2, 2, white), caption: "a" },
      { picture: filledPicture(2, 4, white), caption: "b" },
    ];
    expect(renderBlocks(tiles, { color: "none" }).split("\n")).toEqual(["    @@", "@@  @@", "a   b"]);
  });

  test("are averaged down when they are too wide", () => {
    const half = filledPicture(224, 224, white);
    paste(filledPicture(112, 224, black), half, 0, 0);
    const lines = renderBlocks([{ picture: half }], { color: "none", maxWidth: 32 }).split("\n");
    expect(lines).toHaveLength(16);
    expect(lines[0]).toBe(`${" ".repeat(16)}${"@".repeat(16)}`);
  });

  test("of no pictures are nothing", () => {
    expect(renderBlocks([], { color: "truecolor" })).toBe("");
  });
});

describe("colour support", () => {
  test.each([
    ["a pipe has none", {}, false, "none"],
    ["a plain terminal has none", { TERM: "vt100" }, true, "none"],
    ["256 colours by TERM", { TERM: "xterm-256color" }, true, "ansi256"],
    ["24 bits by COLORTERM", { TERM: "xterm-256color", COLORTERM: "truecolor" }, true, "truecolor"],
    ["NO_COLOR turns it off", { TERM: "xterm-256color", COLORTERM: "truecolor", NO_COLOR: "1" }, true, "none"],
    ["an empty NO_COLOR does not", { TERM: "xterm-256color", NO_COLOR: "" }, true, "ansi256"],
    ["a dumb terminal has none", { TERM: "dumb", COLORTERM: "truecolor" }, true, "none"],
    ["FORCE_COLOR turns it on in a pipe", { FORCE_COLOR: "1" }, false, "ansi256"],
    ["FORCE_COLOR=3 means 24 bits", { FORCE_COLOR: "3", NO_COLOR: "1" }, false, "truecolor"],
    ["FORCE_COLOR=0 turns it off", { FORCE_COLOR: "0", TERM: "xterm-256color" }, true, "none"],
  ] as const)("%s", (_, env, isTTY, expected) => {
    expect(colorSupport(env, isTTY)).toBe(expected);
  });
});
