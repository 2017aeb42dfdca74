import { tensor, type InputKind, type Tensor } from "@xstar/core";
import { describe, expect, test } from "vitest";
import { inputFigures, wordFor } from "./input-figures.js";
import { tokenTable, tokenText } from "./token-table.js";
import { valueBars } from "./value-bars.js";

const shown = (shape: readonly number[], holds: InputKind, scale = 1) => {
  const count = shape.reduce((a, b) => a * b, 1);
  const of = (factor: number) =>
    tensor(
      "float32",
      Float32Array.from({ length: count }, (_, i) => factor * Math.sin(i)),
      [...shape],
    ) as Tensor<"float32">;
  return String(inputFigures({ holds, picture: of(scale), start: of(0) }, "y:1"));
};

describe("the figures of inputs", () => {
  test("a signal is a curve with its change, and with a rate a sound and a spectrogram", () => {
    const plain = shown([2, 300], { kind: "series", time: 2 });
    for (const part of ["The signal, channel 1", "Change since the start, channel 1", ">sample<"])
      expect(plain).toContain(part);
    expect(plain).not.toMatch(/<audio|Spectrogram/);
    const sound = shown([1, 8000], { kind: "audio", time: 2, rate: 8000 }, 3);
    for (const part of [
      "The sound",
      "240 samples from its middle",
      "<audio controls",
      "from a peak of 3 to 1",
      "0 to 4000 Hz",
      ">seconds<",
    ])
      expect(sound).toContain(part);
  });

  test("a video is a strip", () => {
    expect(shown([3, 20, 8, 8], { kind: "video", time: 2, channels: 1 })).toContain("8 of 20 frames");
  });

  test("vectors are a heat map, with their numbers where these are few", () => {
    expect(shown([6, 4], { kind: "embedding", time: 1 })).toContain("−0.76");
    expect(shown([16, 96], { kind: "embedding", time: 1 })).toContain("16 places downwards, 96 features to the right");
    expect(shown([96, 16], { kind: "embedding", time: 2 })).toContain("16 places downwards, 96 features to the right");
  });

  test("a list of numbers is bars", () => {
    const few = shown([5], { kind: "table" });
    expect(few).toContain("0.8415");
    expect(few).toContain("margin-left");
    const grown = valueBars({ title: "x", values: [0.99999946], before: [0] }).text;
    expect(grown.match(/<td>[\d.]+<\/td>/g)).toEqual(["<td>1</td>", "<td>1</td>"]);
    expect(shown([500], { kind: "table" })).toContain("500 numbers from the first to the last");
  });

  test("none of them is called a picture", () => {
    const words = (text: string) => text.replaceAll(/<[^>]*>/g, " ");
    for (const [shape, holds] of [
      [[5], { kind: "table" }],
      [[16, 96], { kind: "embedding", time: 1 }],
      [[1, 8000], { kind: "audio", time: 2, rate: 8000 }],
    ] as const)
      expect(words(shown(shape, holds))).not.toMatch(/picture/i);
    expect(["table", "audio", "embedding"].map((kind) => wordFor({ kind } as InputKind))).toEqual([
      "numbers",
      "sound",
      "vectors",
    ]);
    expect(wordFor(undefined)).toBe("picture");
  });
});

test("tokens are named by their words, else by their numbers", () => {
  const near = (index: number, word?: string) => ({
    index,
    cosine: 0.5,
    distance: 2,
    ...(word !== undefined && { word }),
  });
  const places = [[near(3, "cat"), near(4, "<dog>")], [near(7)]];
  expect(tokenText(places)).toBe("cat #7");
  const table = String(tokenTable(places));
  for (const part of ["cat (0.5)", "&#60;dog&#62; (0.5)", "#7 (0.5)"]) expect(table).toContain(part);
});
