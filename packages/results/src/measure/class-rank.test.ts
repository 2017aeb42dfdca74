import { describe, expect, test } from "vitest";
import { rankClass } from "./class-rank.js";

describe("the rank of a class", () => {
  test("counts from 1, with its share of the softmax", () => {
    const scores = [Math.log(1), Math.log(6), Math.log(3)];
    expect(rankClass(scores, 1)).toEqual({ class: 1, rank: 1, of: 3, probability: expect.closeTo(0.6, 12) });
    expect(rankClass(scores, 2)).toMatchObject({ rank: 2, probability: expect.closeTo(0.3, 12) });
    expect(rankClass(scores, 0)).toMatchObject({ rank: 3, probability: expect.closeTo(0.1, 12) });
  });

  test("of equal scores is the worst place: a network that knows nothing recognizes nothing", () => {
    expect(rankClass([2, 2, 2, 2], 0)).toMatchObject({ rank: 4, of: 4, probability: 0.25 });
  });

  test("survives large scores", () => {
    expect(rankClass([1000, 0], 0)).toMatchObject({ rank: 1, probability: 1 });
  });

  test("refuses a class that there is not", () => {
    expect(() => rankClass([1, 2], 2)).toThrow("2 is out of range: there are 2 classes, from 0 to 1");
  });
});
