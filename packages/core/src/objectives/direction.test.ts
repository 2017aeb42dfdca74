import { describe, expect, it } from "vitest";
import { compileAscent } from "../testing/plain.js";
import { measure, measureAll, mirror } from "../testing/measure.js";
import { tensor } from "../tensor.js";
import { cosineDirection, cosine, direction, tensorDirection } from "./direction.js";

const same = { layer: "same" };

describe("directions", () => {
  // channels 3, -1 and 4, 2 at two places
  const picture = [3, -1, 4, 2];
  const shape = [1, 2, 1, 2];

  it("are dot products: mean over all places, or at one", async () => {
    const vector = [2, 1];
    const targets = [
      direction({ ...same, vector }),
      direction({ ...same, vector, y: 0, x: 0 }),
      direction({ ...same, vector, x: 1 }),
      direction({ layer: "scores", vector: [1, 0, 0, 1] }),
    ];
    expect(await measure(picture, shape, targets)).toEqual([5, 10, 0, 7.5]);
  });

  it("have a cosine: 1 along, 0 where nothing is, -1 against", async () => {
    const along = (vector: readonly number[]) => cosine({ ...same, vector, y: 0, x: 0 });
    const all = await measure([3, 0, 4, 0], shape, [along([6, 8]), along([4, -3]), along([-0.3, -0.4])]);
    [1, 0, -1].forEach((wanted, i) => expect(all[i]).toBeCloseTo(wanted, 6));
    const [zero, mean] = await measure([3, 0, 4, 0], shape, [
      cosine({ ...same, vector: [1, 1], x: 1 }),
      cosine({ ...same, vector: [3, 4] }),
    ]);
    expect(zero).toBe(0);
    expect(mean).toBeCloseTo(0.5, 6);
  });

  it.each([1e-15, 1e-8, 1e-4, 1e8, 1e15])(
    "have the same cosine where activations are %d times as large",
    async (size) => {
      const scaled = [3 * size, 0, 4 * size, 0];
      const exact = size < 1e-12 ? 0 : 1;
      const targets = [
        cosine({ ...same, vector: [6, 8], y: 0, x: 0 }),
        cosine({ ...same, vector: [-8e-6, 6e-6], y: 0, x: 0 }),
      ];
      const [along, across] = await measure(scaled, shape, targets);
      expect(along).toBeCloseTo(exact, 6);
      expect(across).toBeCloseTo(0, 6);
    },
  );

  it("are weighted by a power of the cosine, which counts as 0.1 at least", async () => {
    const at = { ...same, vector: [1, 0], y: 0, x: 0 };
    const targets = [cosineDirection(at), cosineDirection({ ...at, power: 0 }), cosineDirection({ ...at, power: 1 })];
    const along = await measure([3, 0, 4, 0], shape, targets);
    [3 * 0.36, 3, 3 * 0.6].forEach((wanted, i) => expect(along[i]).toBeCloseTo(wanted, 5));
    const against = await measure([-3, 0, 4, 0], shape, targets);
    [-3 * 0.01, -3, -3 * 0.1].forEach((wanted, i) => expect(against[i]).toBeCloseTo(wanted, 5));
  });

  it("of patches are dot products with an array, or with what an image has there", async () => {
    const images = { other: tensor("float32", [1, 1, 1, 2, 2, 2, 3, 3, 3], [1, 3, 3]) };
    const grid = [1, 2, 3, 4, 5, 6, 7, 8, 9];
    const targets = [
      tensorDirection({ ...same, values: [1, 0, 0, 0, 0, 0, 0, 0, 9] }),
      tensorDirection({ ...same, values: [10], height: 1, width: 1 }),
      tensorDirection({ ...same, values: [1, -1], height: 2, width: 1, y: 0, x: 2 }),
      tensorDirection({ ...same, image: "other", height: 1, width: 2, y: 2 }),
    ];
    const [whole, centre, side, image] = await measure(grid, [1, 1, 3, 3], targets, { images });
    expect(whole).toBeCloseTo((1 + 81) / 9, 5);
    expect(centre).toBe(50);
    expect(side).toBe((3 - 6) / 2);
    expect(image).toBe((3 * 7 + 3 * 8) / 2);
    const scores = tensorDirection({ layer: "scores", values: [0, 0, 0, 0, 0, 0, 0, 0, 2] });
    expect(await measure(grid, [1, 1, 3, 3], [scores])).toEqual([27]);
  });

  it.each([
    [direction({ ...same, vector: [1] }), 'A direction of 1 numbers does not fit layer "same", which has 2 channels'],
    [tensorDirection(same), 'A tensor direction needs either "values" or "image"'],
    [tensorDirection({ ...same, values: [1, 2] }), '2 numbers do not fill a patch of shape [2,1,2] of layer "same"'],
    [
      tensorDirection({ ...same, values: [1, 2], width: 2, x: 1 }),
      'A patch of 2 from 1 does not lie in axis 3 of layer "same", which has 2',
    ],
  ])("that do not fit are refused: %j", async (target, message) => {
    await expect(measure(picture, shape, [target])).rejects.toMatchObject({ code: "bad-argument", message });
  });

  it("are live: one graph serves all vectors of a layer", async () => {
    const targets = [direction({ ...same, vector: [1, 0] }), direction({ ...same, vector: [0, 2] })];
    const { step } = await compileAscent(mirror(shape), targets);
    expect(step.settings["objective.vector"]).toMatchObject({ shape: [2, 2], data: Float32Array.of(1, 0, 0, 2) });
    const other = [direction({ ...same, vector: [5, 5] }), direction({ ...same, vector: [3, 0] })];
    const again = await compileAscent(mirror(shape), other);
    expect(again.step.bytes).toEqual(step.bytes);
    const all = await measureAll([picture, picture], shape, targets);
    expect(all).toEqual([
      [1, 1],
      [6, 6],
    ]);
  });
});
