import { describe, expect, test } from "vitest";
import { featureDistance, findNearestFeatures, meanPairDistance } from "./feature-distance.js";

describe("distances of features", () => {
  test("are those of known vectors", () => {
    expect(featureDistance([3, 0], [0, 4])).toEqual({ cosine: 1, euclidean: 5 });
    expect(featureDistance([1, 1], [-2, -2]).cosine).toBeCloseTo(2, 12);
    expect(featureDistance([1, 2], [2, 4])).toEqual({ cosine: expect.closeTo(0, 12), euclidean: Math.sqrt(5) });
    expect(featureDistance([0, 0], [2, 4])).toEqual({ cosine: undefined, euclidean: Math.sqrt(20) });
  });

  test("refuse vectors of different lengths", () => {
    expect(() => featureDistance([1], [1, 2])).toThrow("must have one length");
  });

  test("the nearest can be another one by angle and by length", () => {
    const set = [
      [10, 10],
      [1, 0],
      [0, 0],
    ];
    expect(findNearestFeatures([1, 0.8], set)).toEqual({
      cosine: { index: 0, distance: expect.closeTo(1 - 1.8 / Math.sqrt(2 * 1.64), 12) },
      euclidean: { index: 1, distance: expect.closeTo(0.8, 12) },
    });
    expect(findNearestFeatures([0, 0], set)).toEqual({ cosine: undefined, euclidean: { index: 2, distance: 0 } });
    expect(findNearestFeatures([1, 1], [])).toBeUndefined();
  });

  test("the diversity is the mean of all pairs", () => {
    expect(
      meanPairDistance([
        [1, 0],
        [0, 1],
        [2, 0],
      ]),
    ).toEqual({
      cosine: expect.closeTo(2 / 3, 12),
      euclidean: expect.closeTo((Math.SQRT2 + 1 + Math.sqrt(5)) / 3, 12),
    });
    expect(meanPairDistance([[1, 0]])).toBeUndefined();
    expect(
      meanPairDistance([
        [0, 0],
        [0, 0],
      ]),
    ).toEqual({ cosine: undefined, euclidean: 0 });
  });
});
