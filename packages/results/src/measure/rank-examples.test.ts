import { describe, expect, test } from "vitest";
import { findPeak, rankExamples } from "./rank-examples.js";

const examples = [3, 9, 1, 5, 7].map((activation, index) => ({
  index,
  activation,
  peak: { activation: 10 - activation, y: 0, x: index },
}));
const places = (some: readonly { readonly index: number }[]) => some.map(({ index }) => index);

describe("ranked examples", () => {
  test("are the largest, the smallest, and those with the highest peaks", () => {
    const { most, least, peaks } = rankExamples(examples, 2);
    expect([most, least, peaks].map(places)).toEqual([
      [1, 4],
      [2, 0],
      [2, 0],
    ]);
  });

  test("are most or least exciting, never both", () => {
    const { most, least, peaks } = rankExamples(examples, 9);
    expect([most, least].map(places)).toEqual([
      [1, 4, 3],
      [2, 0],
    ]);
    expect(peaks).toHaveLength(5);
  });

  test("have no peaks where the target has no places, and the first of equals first", () => {
    const flat = [0, 1, 2].map((index) => ({ index, activation: 1, peak: null }));
    const { most, least, peaks } = rankExamples(flat, 1);
    expect([most, least, peaks].map(places)).toEqual([[0], [1], []]);
  });

  test("a peak is the largest place of a map", () => {
    expect(findPeak([1, 2, 8, 3, 8, 0], 3)).toEqual({ activation: 8, y: 0, x: 2 });
    expect(findPeak(Float32Array.of(-3, -1), 1)).toEqual({ activation: -1, y: 1, x: 0 });
  });
});
