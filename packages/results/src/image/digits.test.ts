import { expect, test } from "vitest";
import { drawNumber } from "./digits.js";

test("numbers are drawn in figures of 3 x 5 pixels", () => {
  const { width, height, data } = drawNumber(107, { scale: 1 });
  const rows = Array.from({ length: height }, (_, y) =>
    Array.from({ length: width }, (_, x) => (data[4 * (y * width + x)] === 255 ? "#" : ".")).join(""),
  );
  expect(rows).toEqual(["..#..###.###".slice(1), "##..#.#...#", ".#..#.#...#", ".#..#.#..#.", "###.###..#."]);
});

test("and enlarged", () => {
  expect(drawNumber(42)).toMatchObject({ width: 14, height: 10 });
});
