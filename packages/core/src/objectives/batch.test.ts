import { describe, expect, it } from "vitest";
import { maximize } from "../testing/plain.js";
import type { Spec } from "../define/spec.js";
import { array } from "../starts/starts.js";
import { measure, measureAll, mirror } from "../testing/measure.js";
import { jitter, rotate } from "../transforms/affine.js";
import { noise } from "../transforms/pixelwise.js";
import { channel } from "./activation.js";
import { alignment, diversity, interpolation } from "./batch.js";
import { mul, sub } from "./combine.js";

const same = { layer: "same" };
const shape = [1, 2, 1, 2];

describe("objectives of a batch", () => {
  it("see diversity: minus the cosines of the Gram matrices, of every picture with each other", async () => {
    const ones = [1, 1, 1, 1];
    const [equal] = await measureAll([ones, ones], shape, [diversity(same)]);
    equal!.forEach((value) => expect(value).toBeCloseTo(-1, 6));
    const [left, right] = [
      [1, 2, 0, 0],
      [0, 0, 3, 1],
    ];
    const [apart] = await measureAll([left!, right!], shape, [diversity(same)]);
    apart!.forEach((value) => expect(value).toBeCloseTo(0, 6));
    // Gram matrices [[1,1],[1,1]] and [[1,0],[0,0]] have the cosine 1/2
    const [three] = await measureAll([ones, ones, left!], shape, [diversity(same)]);
    [-1.5, -1.5, -1].forEach((wanted, i) => expect(three![i]).toBeCloseTo(wanted, 6));
  });

  it("see alignment: minus the mean squared difference of neighbours, each pair once", async () => {
    const pictures = [0, 1, 3].map((value) => Array<number>(4).fill(value));
    expect(await measureAll([pictures[1]!, pictures[1]!], shape, [alignment(same)])).toEqual([[-0, -0]]);
    // neighbours at distance 1 cost their half, at distance 2 a quarter
    const [by2] = await measureAll(pictures, shape, [alignment(same)]);
    expect(by2).toEqual([-(1 / 2 + 9 / 4) / 2, -(1 / 2 + 4 / 2) / 2, -(4 / 2 + 9 / 4) / 2]);
    const [by3] = await measureAll(pictures, shape, [alignment({ ...same, decay: 1 })]);
    expect(by3).toEqual([-5, -2.5, -6.5]);
  });

  it("see alignment through transforms that move all pictures alike, inside a sum too", async () => {
    const values = Array.from({ length: 64 }, (_, i) => (i * 29) % 64);
    const twin = array({ values });
    const curve = async (target: Spec) => {
      const options = { start: [twin, twin], steps: 0, transforms: [jitter({}), rotate({}), noise({})] };
      return (await maximize(mirror([1, 1, 8, 8]), target, options).result).curve[0];
    };
    expect(Array.from((await curve(alignment(same)))!, Math.abs)).toEqual([0, 0]);
    const beside = sub(channel({ ...same, channel: 0 }), mul(0, alignment(same)));
    const [first, second] = (await curve(beside))!;
    expect(second).toBe(first);
    const [one, other] = (await curve(channel({ ...same, channel: 0 })))!;
    expect(other).not.toBe(one);
  });

  it("see diversity of small activations as of large ones", async () => {
    const small = [1e-4, 1e-4, 1e-4, 1e-4];
    const [equal] = await measureAll([small, small], shape, [diversity(same)]);
    equal!.forEach((value) => expect(value).toBeCloseTo(-1, 6));
  });

  it("see interpolation: from one channel to another along the batch", async () => {
    const picture = [1, 1, 3, 3];
    const along = interpolation({ ...same, from: 0, to: 1 });
    expect(await measureAll([picture, picture, picture], shape, [along])).toEqual([[1, 2, 3]]);
    const all = Array<number>(4).fill(1.3);
    const [equal] = await measureAll([all, all], shape, [along]);
    expect(equal!.reduce((a, b) => a + b)).toBeCloseTo(2.6, 5);
    expect(await measure(picture, shape, [interpolation({ ...same, from: 0, to: 1, share: 0.25 })])).toEqual([1.5]);
  });

  it.each([diversity(same), alignment(same), interpolation({ ...same, from: 0, to: 1 })])(
    "need others: $type",
    async (target) => {
      await expect(measure([1, 2, 3, 4], shape, [target])).rejects.toMatchObject({
        code: "bad-argument",
        message: `"${target.type}" compares the pictures of a batch, and here is only one`,
      });
    },
  );
});
