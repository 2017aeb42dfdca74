import { fields, type Model } from "@xstar/core";
import { describe, expect, test } from "vitest";
import { freeShapes, listOf, valueOf } from "./flags.js";

const modelWith = (dims: readonly (number | string | undefined)[]) =>
  ({ inputs: [{ name: "x", dtype: "float32", dims }] }) as unknown as Model;

describe("--size", () => {
  test("fills in free height and width", () => {
    expect(freeShapes(modelWith(["N", 3, "h", "w"]), [10, 12])).toEqual(new Map([["x", [1, 3, 10, 12]]]));
    expect(freeShapes(modelWith([1, 3, 10, 12]), [10, 12])).toEqual(new Map([["x", [1, 3, 10, 12]]]));
    expect(freeShapes(modelWith(["N", 3, "h", "w"]), undefined)).toEqual(new Map());
  });

  test.each([
    [["N", 3, 28, 28], [10, 12], 'Input "x" is always 28 high and 28 wide'],
    [["N", "c", "h", "w"], [10, 12], '"--size" does not fit input "x"'],
    [["N", 100], [10, 12], '"--size" does not fit input "x"'],
    [["N", 3, "h", "w"], [10], '"--size" must be height,width'],
  ])("of %j as %j is refused", (dims, sides, message) => {
    expect(() => freeShapes(modelWith(dims), sides)).toThrow(message);
  });
});

test("values are read and named by their flag", () => {
  expect(listOf("--mean", fields.fixed("", { fallback: 0 }))("0.5,-1e-2")).toEqual([0.5, -0.01]);
  expect(() => valueOf("--steps", fields.int("", { min: 0 }))("1.5")).toThrow('"--steps" must be a whole number');
});
