import type { Tensor } from "@xstar/core";
import { expect, test } from "vitest";
import { createFrames, type Frame } from "./frames.js";

const step = (index: number): Frame => ({
  index,
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

test.each([1, 4])("at most %d go on from any step as if nothing had stopped them", (limit) => {
  const whole = createFrames(limit);
  for (let i = 0; i <= 21; i++) whole.add(step(i));
  for (let stop = 0; stop < 21; stop++) {
    const before = createFrames(limit);
    for (let i = 0; i <= stop; i++) before.add(step(i));
    const after = createFrames(limit, before.state);
    for (let i = stop + 1; i <= 21; i++) after.add(step(i));
    expect(indices(after.pictures)).toEqual(indices(whole.pictures));
    expect(indices([after.first])).toEqual([0]);
  }
});

test("large pictures are fewer", () => {
  const frames = createFrames(64);
  const data = new Float32Array(2 ** 24);
  for (let index = 0; index < 20; index++) frames.add({ index, picture: { dtype: "float32", shape: [2 ** 24], data } });
  expect(frames.state.kept.map(({ index }) => index)).toEqual([0, 8, 16]);
});
