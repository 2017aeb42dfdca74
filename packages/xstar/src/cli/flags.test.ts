import { fields } from "@xstar/core";
import { expect, test } from "vitest";
import { listOf, valueOf } from "./flags.js";

test("values are read and named by their flag", () => {
  expect(listOf("--mean", fields.fixed("", { fallback: 0 }))("0.5,-1e-2")).toEqual([0.5, -0.01]);
  expect(() => valueOf("--steps", fields.int("", { min: 0 }))("1.5")).toThrow('"--steps" must be a whole number');
});
