import { describe, expect, it } from "vitest";
import type { Affine, Size } from "../define/transform.js";
import type { Spec } from "../define/spec.js";
import { createRng, type Rng } from "../rng.js";
import { randomTensor } from "../testing/models.js";
import { numbers, tensor, type Tensor } from "../tensor.js";
import { flip, jitter, pad, rotate, scale } from "../transforms/affine.js";
import { lighting, noise } from "../transforms/pixelwise.js";
import { expectClose, grey, sizeOf, table, view } from "../testing/views.js";

/** What a chain of affine transforms shows of a picture, in double precision and pixel by pixel. */
function traced(specs: readonly Spec[], picture: Tensor, rng: Rng, fill: number): number[] {
  const sizes = [sizeOf(picture)];
  const maps = specs.map((spec, index): Affine => {
    const definition = table[spec.type]!;
    if (definition.form !== "affine") throw new Error("not affine");
    const size = sizes.at(-1)!;
    sizes.push(definition.resize?.(spec, size) ?? size);
    return definition.sample(spec, size, rng.split(index).split(0), { index: 0, count: 1 });
  });
  const values = numbers(picture);
  const { height, width } = sizes[0]!;
  const at = (x: number, y: number) => (x >= 0 && y >= 0 && x < width && y < height ? values[y * width + x]! : fill);
  const frame = sizes.at(-1)!;
  return Array.from({ length: frame.height * frame.width }, (_, i) => {
    let [x, y] = [i % frame.width, Math.floor(i / frame.width)];
    for (const [a, b, c, d, e, f] of maps.toReversed()) [x, y] = [a * x + b * y + c, d * x + e * y + f];
    const [left, top] = [Math.floor(x), Math.floor(y)];
    const [right, down] = [x - left, y - top];
    const upper = at(left, top) * (1 - right) + at(left + 1, top) * right;
    const lower = at(left, top + 1) * (1 - right) + at(left + 1, top + 1) * right;
    return upper * (1 - down) + lower * down;
  });
}

const robust = [pad({ pixels: 3 }), jitter({ pixels: 4 }), scale({}), rotate({}), jitter({ pixels: 2 })];

describe("a chain of transforms", () => {
  it.each([1, 2, 3])("shows what tracing each pixel back through every transform shows (seed %i)", async (seed) => {
    const picture = randomTensor([1, 1, 12, 9]);
    const rng = createRng(seed);
    const { values, shape } = await view(robust, picture, { to: { height: 18, width: 15 }, rngs: [rng] });
    expect(shape).toEqual([1, 1, 18, 15]);
    expectClose(values, traced(robust, picture, rng, 0.5));
  });

  it("is what its transforms are one after the other, in that order", async () => {
    const side = 21;
    const ramp = Array.from({ length: side }, (_, y) => Array.from({ length: side }, (_, x) => 2 * x + 0.5 * y));
    const chain = [pad({ pixels: 2 }), scale({ factors: [1.3] }), flip({ probability: 1 }), rotate({ degrees: [25] })];
    const frame = { height: 25, width: 25 };
    const whole = await view(chain, grey(...ramp), { to: frame });
    let single = grey(...ramp);
    for (const one of chain) {
      const { values, shape } = await view([one], single, { to: frame });
      single = tensor("float32", values, shape);
    }
    const middle = (values: readonly number[]) =>
      values.filter((_, i) => Math.abs((i % 25) - 12) < 6 && Math.abs(Math.floor(i / 25) - 12) < 6);
    middle(whole.values).forEach((x, i) => expect(x).toBeCloseTo(middle(numbers(single))[i]!, 3));
    const otherWay = await view(chain.toReversed(), grey(...ramp), { to: frame });
    expect(Math.abs(middle(otherWay.values)[0]! - middle(whole.values)[0]!)).toBeGreaterThan(0.5);
  });

  it("is one resampling for neighbouring affine transforms, and where nothing moves a resize at most", async () => {
    const picture = randomTensor([1, 1, 8, 8]);
    const samplings = async (specs: readonly Spec[], to?: Size, by = "GridSample") =>
      (await view(specs, picture, to && { to })).ops.filter((type) => type === by).length;
    expect(await samplings(robust)).toBe(1);
    expect(await samplings([...robust, noise({}), jitter({})])).toBe(2);
    expect(await samplings([noise({})])).toBe(0);
    expect(await samplings([])).toBe(0);
    expect(await samplings([], { height: 5, width: 5 })).toBe(0);
    expect(await samplings([], { height: 5, width: 5 }, "Resize")).toBe(1);
    expect(await samplings([noise({})], { height: 5, width: 5 }, "Resize")).toBe(1);
    expect(await samplings(robust, { height: 5, width: 5 })).toBe(1);
  });

  it("gives the size that the model takes, with pixels in the middle of what they stand for", async () => {
    const picture = grey([0, 2, 4, 6], [8, 10, 12, 14]);
    expectClose((await view([], picture, { to: { height: 1, width: 2 } })).values, [5, 9]);
    expectClose(
      (await view([lighting({ brightness: 0, contrast: 0 })], picture, { to: { height: 1, width: 1 } })).values,
      [7],
    );
  });

  it.each([
    [0.0625, 0.0625, 0],
    [0.3125, 0.0625, 0.125],
    [0.4375, 0.4375, 1.6875],
    [0.5625, 0.3125, 1.1875],
    [0.9375, 0.0625, 1],
    [0.0625, 0.9375, 2],
    [0.6875, 0.6875, 5.6875],
    [0.3125, 0.5625, 1.6875],
    [0.9375, 0.9375, 7],
  ])("is bilinear: at (%d, %d) of [[0, 1], [2, 7]] there is %d", async (u, v, value) => {
    const { values } = await view([], grey([0, 1], [2, 7]), { to: { height: 8, width: 8 } });
    expect(values[8 * Math.floor(8 * v) + Math.floor(8 * u)]).toBeCloseTo(value, 6);
  });

  it("draws for each picture from its own stream, and anew at each step", async () => {
    const both = tensor(
      "float32",
      [...numbers(randomTensor([1, 1, 8, 8])), ...numbers(randomTensor([1, 1, 8, 8]))],
      [2, 1, 8, 8],
    );
    const halves = async (rngs: readonly Rng[], step = 0) => {
      const { values } = await view([jitter({ pixels: 3 }), noise({})], both, { rngs, step });
      return [values.slice(0, 64), values.slice(64)];
    };
    const [a, b] = await halves([createRng(1), createRng(2)]);
    expect(a).not.toEqual(b);
    expect(await halves([createRng(2), createRng(2)])).toEqual([b, b]);
    expect((await halves([createRng(1), createRng(2)], 1))[0]).not.toEqual(a);
  });
});
