import { describe, expect, it } from "vitest";
import { maximize } from "../testing/plain.js";
import type { MaximizeOptions } from "../ascend/options.js";
import { alpha } from "../parameterizations/alpha.js";
import { pixel } from "../parameterizations/pixel.js";
import { measure } from "../testing/measure.js";
import { open, randomTensor, tinyCnn } from "../testing/models.js";
import { tensor } from "../tensor.js";
import { crops, jitter, rotate } from "../transforms/affine.js";
import { background, noise } from "../transforms/pixelwise.js";
import { logit } from "./activation.js";
import { accentuation, caricature, inversion, style } from "./image.js";

describe("likeness to an image", () => {
  // channels 1, 2 and 2, 0 at two places
  const images = { cat: tensor("float32", [1, 2, 2, 0], [2, 1, 2]) };
  const shape = [1, 2, 1, 2];
  const cat = { layer: "same", image: "cat" };
  const see = (picture: readonly number[], ...targets: Parameters<typeof measure>[2]) =>
    measure(picture, shape, targets, { images });

  it("is a dot product with a power of the cosine in caricatures", async () => {
    const targets = [caricature({ ...cat, power: 0 }), caricature(cat), caricature({ ...cat, power: 2 })];
    const twice = await see([2, 4, 4, 0], ...targets);
    twice.forEach((value) => expect(value).toBeCloseTo(9, 5));
    const cosine = 3 / (3 * Math.sqrt(3));
    const other = await see([1, 1, 0, 1], ...targets);
    [1.5, 1.5 * cosine, 1.5 * cosine ** 2].forEach((wanted, i) => expect(other[i]).toBeCloseTo(wanted, 5));
    const opposite = await see([-1, -2, -2, 0], ...targets);
    [-4.5, -0.45, -0.045].forEach((wanted, i) => expect(opposite[i]).toBeCloseTo(wanted, 5));
  });

  it("does not depend on the scale of a layer, but for the dot product", async () => {
    const tiny = { cat: tensor("float32", [1e-5, 2e-5, 2e-5, 0], [2, 1, 2]) };
    const picture = [2e-5, 4e-5, 4e-5, 0];
    const [drawn, inverted, styled] = await measure(
      picture,
      shape,
      [caricature({ ...cat, power: 8 }), inversion(cat), style(cat)],
      {
        images: tiny,
      },
    );
    expect(drawn! / 9e-10).toBeCloseTo(1, 4);
    expect(inverted).toBeCloseTo(-1, 5);
    expect(styled).toBeCloseTo(-9, 4);
  });

  it("is minus a share of the squared length in inversion", async () => {
    expect((await see([1, 2, 2, 0], inversion(cat)))[0]).toBeCloseTo(0, 6);
    expect((await see([0, 0, 0, 0], inversion(cat)))[0]).toBeCloseTo(-1, 6);
    expect((await see([1, 2, 2, 3], inversion(cat)))[0]).toBeCloseTo(-1, 6);
  });

  it("is minus the distance of Gram matrices in style, so that places do not matter", async () => {
    expect((await see([2, 1, 0, 2], style(cat)))[0]).toBeCloseTo(0, 6);
    expect((await see([0, 0, 0, 0], style(cat)))[0]).toBeCloseTo(-1, 6);
    // Gram matrices [[5,2],[2,4]] and [[5,0],[0,4]]
    expect((await see([1, 2, 4 / Math.sqrt(5), -2 / Math.sqrt(5)], style(cat)))[0]).toBeCloseTo(-8 / 49, 5);
  });

  it("costs a target its distance in accentuation", async () => {
    const target = accentuation({ target: logit({ class: 1 }), ...cat, weight: 2 });
    expect((await see([1, 2, 2, 0], target))[0]).toBeCloseTo(3, 5);
    expect((await see([1, 2, 2, 1.5], target))[0]).toBeCloseTo(3 - 2 * 0.5, 5);
    const heavy = accentuation({ target: 7, ...cat, weight: 0 });
    expect((await see([4, 4, 4, 4], heavy))[0]).toBe(7);
  });

  it("has a finite slope where the picture begins at the image", async () => {
    const model = open(tinyCnn());
    const photo = randomTensor([1, 6, 6], 3);
    const target = accentuation({ target: logit({ class: 1 }), layer: "conv", image: "photo" });
    const start = { type: "array", values: photo.data as Float32Array };
    const { ended, curve } = await maximize(model, target, { steps: 2, start, images: { photo } }).result;
    expect(ended).toBe("steps");
    expect(curve.at(-1)![0]).toBeGreaterThan(curve[0]![0]!);
  });

  it("is of an image that is transformed like the picture", async () => {
    const model = open(tinyCnn());
    const photo = randomTensor([1, 6, 6], 3);
    const blank = tensor("float32", new Float32Array(36), [1, 6, 6]);
    const options: MaximizeOptions = {
      steps: 0,
      start: [photo, blank].map((one) => ({ type: "array", values: one.data as Float32Array })),
      images: { photo },
    };
    const target = inversion({ layer: "conv", image: "photo" });
    for (const transforms of [[crops({ count: 3 }), noise({})], [jitter({ pixels: 3 })], [rotate({}), crops({})]]) {
      const { last } = await maximize(model, target, { ...options, transforms, watch: { plain: target } }).result;
      expect(last.objective[0]).toBeCloseTo(0, 5);
      expect(last.objective[1]).toBeLessThan(-0.1);
      expect(last.watch["plain"]![0]).toBeCloseTo(0, 5);
    }
    const parameterization = alpha({ inner: pixel({}), opacity: pixel({}) });
    const transforms = [background({}), jitter({ pixels: 1 })];
    const { last } = await maximize(model, target, { ...options, transforms, parameterization }).result;
    // the picture is half transparent, the image is not
    expect(last.objective[0]).toBeLessThan(-0.01);
  });

  it("is asked of pictures that are there", async () => {
    await expect(see([0, 0, 0, 0], style({ layer: "same", image: "dog" }))).rejects.toMatchObject({
      code: "bad-argument",
      message: 'There is no picture "dog"',
    });
    const colours = { images: { cat: tensor("float32", new Float32Array(6), [3, 1, 2]) } };
    await expect(measure([0, 0, 0, 0], shape, [style(cat)], colours)).rejects.toMatchObject({
      code: "bad-argument",
      message: 'The picture "cat" of 3 channels does not fit ones of 2',
    });
  });
});
