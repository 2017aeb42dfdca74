import type { Step, Tensor } from "@xstar/core";
import { expect, test } from "vitest";
import { createFrames } from "./frames.js";

const step = (index: number): Step => ({
  index,
  objective: new Float32Array(1),
  watch: {},
  picture: { dtype: "float32", shape: [1], data: Float32Array.of(index) },
});
const indices = (pictures: readonly Tensor[]) => pictures.map(({ data }) => Number(data[0]));

test("short runs keep every picture", () => {
  const frames = createFrames(4);
  for (let i = 0; i < 4; i++) frames.add(step(i));
  expect(indices(frames.pictures)).toEqual([0, 1, 2, 3]);
});

test("long runs keep the first, the last, and pictures at equal distances between", () => {
  const frames = createFrames(4);
  for (let i = 0; i <= 21; i++) frames.add(step(i));
  expect(indices(frames.pictures)).toEqual([0, 8, 16, 21]);
  expect(indices([frames.first])).toEqual([0]);
});
