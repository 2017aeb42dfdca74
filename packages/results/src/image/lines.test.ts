import { tensor } from "@xstar/core";
import { expect, it } from "vitest";
import { gridOf } from "./lines.js";

it("the rows of vectors are places, whichever axis these lie along", () => {
  const numbers = tensor("float32", [1, 2, 3, 4, 5, 6], [2, 3]);
  expect(gridOf(numbers, { kind: "embedding", time: 1 })).toMatchObject({ shape: [2, 3] });
  const turned = gridOf(numbers, { kind: "embedding", time: 2 });
  expect(turned.shape).toEqual([3, 2]);
  expect([...turned.data]).toEqual([1, 4, 2, 5, 3, 6]);
});
