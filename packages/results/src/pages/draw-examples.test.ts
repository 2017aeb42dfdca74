import { channel } from "@xstar/core";
import { expect, test } from "vitest";
import { drawExamples } from "./draw-examples.js";

const size = { channels: 1, height: 8, width: 8 } as const;
/** Stripes of a width, a little brighter for each copy. */
const stripes = (width: number, copy: number) =>
  Float32Array.from({ length: 64 }, (_, at) => 0.2 + 0.5 * (Math.floor((at % 8) / width) % 2) + 0.05 * copy);

test("a row has pictures that are nearly the same once, and says which it left out", async () => {
  const kinds = [1, 2, 4, 3];
  const names = kinds.flatMap((kind) => [`${kind}.png`, `${kind} again.png`]);
  const pictures = {
    names,
    read: async (i: number) => ({
      dtype: "float32" as const,
      shape: [1, 8, 8],
      data: stripes(kinds[i >> 1]!, i % 2),
    }),
  };
  const examples = names.map((_, index) => ({ index, activation: 10 - index, peak: null }));
  const target = { target: "conv:1", objective: channel({ layer: "conv", channel: 1 }), field: null, examples };
  const { file, most, least } = await drawExamples(target, "x.png", { pictures, size, top: 2 });
  expect(file.most.map(({ name }) => name)).toEqual(["1.png", "2.png"]);
  expect(file.least.map(({ name }) => name)).toEqual(["3 again.png", "4 again.png"]);
  expect(file.leftOut).toEqual(["1 again.png", "3.png"]);
  expect(file.activations).toHaveLength(8);
  expect([most.length, least.length]).toEqual([2, 2]);
});
