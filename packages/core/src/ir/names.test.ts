import { expect, it } from "vitest";
import { Names } from "./names.js";

it("counts names from their base, around those that are taken", () => {
  const names = new Names();
  names.add("a_3");
  expect(["a", "a", "a", "a_2", "a"].map((base) => names.take(base))).toEqual(["a", "a_2", "a_4", "a_2_2", "a_5"]);
});

it("takes as long for each of many names of one base", () => {
  const names = new Names();
  // hours where every name is looked for from the start
  for (let i = 0; i < 200_000; i++) names.take("base");
  expect(names.take("base")).toBe("base_200001");
});
