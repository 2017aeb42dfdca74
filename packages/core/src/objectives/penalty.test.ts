import { describe, expect, it } from "vitest";
import { maximize } from "../testing/plain.js";
import { alpha } from "../parameterizations/alpha.js";
import { pixel } from "../parameterizations/pixel.js";
import { array } from "../starts/starts.js";
import { gradient } from "../optimizers/gradient.js";
import { measure, mirror } from "../testing/measure.js";
import { open, tinyCnn } from "../testing/models.js";
import { numbers, tensor } from "../tensor.js";
import { logit } from "./activation.js";
import { mul, neg, sub } from "./combine.js";
import { highFrequency, boundary, inputDifference, l1, l2, linf, lp, opacity, tv } from "./penalty.js";

describe("penalties", () => {
  it("of values are what their formulas say", async () => {
    const pair = [1, 1, 1, 2];
    const exact = await measure([-4, 4], pair, [l1({}), l1({ around: 1 }), linf({}), linf({ around: 1 })]);
    expect(exact).toEqual([4, 4, 4, 5]);
    for (const value of await measure([-4, 4], pair, [l2({}), lp({ p: 4 }), lp({ p: 10 })]))
      expect(value).toBeCloseTo(4, 5);
    const [root, sixth] = await measure([0, 3, 4, 0], [1, 1, 2, 2], [l2({}), lp({})]);
    expect(root).toBeCloseTo(2.5, 5);
    expect(sixth).toBeCloseTo(((3 ** 6 + 4 ** 6) / 4) ** (1 / 6), 4);
    const [none] = await measure([2, 2], pair, [l2({ around: 2 })]);
    expect(none).toBeCloseTo(0, 5);
  });

  it("of neighbours are what their formulas say", async () => {
    expect(await measure([0, 0, 0, 0, 2, 0, 0, 0, 1], [1, 1, 3, 3], [tv({})])).toEqual([10]);
    const [dot, flat] = await measure([0, 0, 0, 0, 1, 0, 0, 0, 0], [1, 1, 3, 3], [highFrequency({}), l1({})]);
    // the dot is left with 1 of 5, its neighbours get half of 3.5, the corners half of 2.5
    expect(dot).toBeCloseTo((0.8 ** 2 + 4 * (0.5 / 3.5) ** 2 + 4 * (0.5 / 2.5) ** 2) / 2, 6);
    expect(flat).toBeCloseTo(1 / 9, 6);
  });

  it("of blurs are what a step takes away: the picture goes to its blurred one, which stays where it is", async () => {
    const dot = [0, 0, 0, 0, 1, 0, 0, 0, 0];
    const { picture } = await maximize(mirror([1, 1, 3, 3]), neg(highFrequency({})), {
      start: array({ values: dot }),
      optimizer: gradient({ learningRate: 1 }),
      steps: 1,
    }).result;
    const [side, corner] = [0.5 / 3.5, 0.5 / 2.5];
    const blurred = [corner, side, corner, side, 0.2, side, corner, side, corner];
    numbers(picture).forEach((x, i) => expect(x).toBeCloseTo(blurred[i]!, 6));
  });

  it("take weights: Xplique's numbers, whose sums are means here", async () => {
    const weighted = [mul(2, l2({})), mul(10, linf({}))];
    const found = await measure([-4, 4], [1, 1, 1, 2], weighted);
    [8, 40].forEach((wanted, i) => expect(found[i]).toBeCloseTo(wanted, 5));
  });

  it("of the edge count its distance from grey and its sharpness, and nothing inside", async () => {
    const grey = Array<number>(49).fill(0.5);
    const light = Array<number>(49).fill(0.75);
    const spot = grey.with(24, 9);
    const shape = [1, 1, 7, 7];
    const edge = boundary({ width: 1 });
    expect((await measure(grey, shape, [edge]))[0]).toBeCloseTo(0, 6);
    expect((await measure(light, shape, [edge]))[0]).toBeCloseTo(24 * 0.8 * 0.25 ** 2, 5);
    expect((await measure(light, shape, [boundary({})]))[0]).toBeCloseTo(49 * 0.8 * 0.25 ** 2, 5);
    expect((await measure(spot, shape, [edge]))[0]).toBeCloseTo(0, 6);
    expect((await measure(grey.with(0, 9), shape, [edge]))[0]).toBeGreaterThan(0.8 * 8.5 ** 2);
  });

  it("of the difference to a picture are its root mean square", async () => {
    const images = { other: tensor("float32", [1, 2, 3, 4], [1, 2, 2]) };
    const difference = inputDifference({ image: "other" });
    expect((await measure([1, 2, 6, 8], [1, 1, 2, 2], [difference], { images }))[0]).toBeCloseTo(2.5, 5);
    expect((await measure([1, 2, 3, 4], [1, 1, 2, 2], [difference], { images }))[0]).toBeCloseTo(0, 5);
    await expect(measure([1, 2, 3, 4], [1, 1, 2, 2], [inputDifference({ image: "othr" })], { images })).rejects.toThrow(
      'There is no picture "othr"',
    );
  });

  it("of the opacity are its mean, where there is one", async () => {
    const parameterization = alpha({ inner: pixel({}), opacity: pixel({}) });
    expect((await measure([1, 2, 3, 4], [1, 1, 2, 2], [opacity({})], { parameterization }))[0]).toBeCloseTo(0.5, 6);
    await expect(measure([1, 2, 3, 4], [1, 1, 2, 2], [opacity({})])).rejects.toMatchObject({
      code: "bad-argument",
      message: "The picture has no opacity to measure",
    });
  });

  it("of neighbours need a height and a width", async () => {
    for (const penalty of [tv({}), highFrequency({}), boundary({})]) {
      await expect(measure([1, 2, 3, 4, 5, 6], [1, 2, 3], [penalty])).rejects.toMatchObject({
        code: "bad-argument",
        message: `"${penalty.type}" does not fit an input of shape [1,2,3]: it has no height and width`,
        hint: expect.any(String),
      });
    }
  });

  it("have a finite slope on a picture of zeros", async () => {
    const model = open(tinyCnn());
    for (const penalty of [l1({}), l2({}), linf({}), lp({}), tv({}), highFrequency({}), boundary({})]) {
      const target = sub(logit({ class: 0 }), penalty);
      const { ended } = await maximize(model, target, { steps: 2, start: "zeros" }).result;
      expect(ended).toBe("steps");
    }
  });
});
