import { describe, expect, test } from "vitest";
import { pictureScale, rawScale } from "./scale.js";

describe("the scale of a picture", () => {
  const planes = (...data: number[]) => ({ shape: [1, data.length], data });

  test("is black to white for what a camera could send, however pale it is", () => {
    expect(pictureScale([planes(0.4, 0.5), planes(0.6, 1)])).toEqual({ low: 0, high: 1 });
    expect(pictureScale([planes(0, 1)])).toEqual({ low: 0, high: 1 });
  });

  test("is its own percentiles where a number lies beyond", () => {
    const wide = planes(...Array.from({ length: 101 }, (_, i) => i / 50 - 1));
    expect(pictureScale([planes(0.5), wide])).toEqual(rawScale([planes(0.5), wide]));
    expect(pictureScale([wide]).low).toBeCloseTo(-0.99);
  });
});
