import { expect, test } from "vitest";
import { nodeRuntime } from "../../../xstar/src/runtime.js";
import { nearestRows, unitRows } from "./cosines.js";

test("rows of a similar direction are near, equal ones in order, zeros to none", async () => {
  const data = Float32Array.from([1, 0, 0, 2, 1, 0, 0, 0, 0, 3, 0, 0, -1, 0, 0]);
  const near = await nearestRows(unitRows({ count: 5, data }), 2, nodeRuntime({ threads: 1 }));
  const cosine = 2 / Math.sqrt(5);
  expect(near.map((all) => all.map(({ index }) => index))).toEqual([[3, 1], [0, 3], [], [0, 1], []]);
  expect(near[1]![0]!.cosine).toBeCloseTo(cosine, 6);
});

test("rows without their mean are correlated; constant ones have no direction", () => {
  const { data } = unitRows({ count: 2, data: Float32Array.from([1, 2, 3, 0.1, 0.1, 0.1]) }, true);
  expect(Array.from(data.slice(0, 3)).map((x) => Number(x.toFixed(4)))).toEqual([-0.7071, 0, 0.7071]);
  expect(Array.from(data.slice(3))).toEqual([0, 0, 0]);
});
