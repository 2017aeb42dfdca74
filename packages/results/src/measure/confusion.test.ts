import { describe, expect, it } from "vitest";
import { countConfusions } from "./confusion.js";

describe("countConfusions", () => {
  it("counts by truth and prediction", () => {
    const { matrix, accuracy, classAccuracy } = countConfusions([0, 1, 1, 0, 0], Uint8Array.of(0, 0, 1, 1, 0), 3);
    expect(matrix).toEqual([
      [2, 1, 0],
      [1, 1, 0],
      [0, 0, 0],
    ]);
    expect(accuracy).toBe(0.6);
    expect(classAccuracy).toEqual([2 / 3, 0.5, null]);
  });

  it("refuses nothing, unequal numbers and labels that are not classes", () => {
    expect(() => countConfusions([], [], 2)).toThrow("0 predictions cannot be compared with 0 labels");
    expect(() => countConfusions([1], [1, 0], 2)).toThrow("1 predictions cannot be compared with 2 labels");
    expect(() => countConfusions([0, 2], [0, 1], 2)).toThrow("Example 1 has label 1 and prediction 2");
    expect(() => countConfusions([0], [7], 2)).toThrow("Example 0 has label 7 and prediction 0");
  });
});
