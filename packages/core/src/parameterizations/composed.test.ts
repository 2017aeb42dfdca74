import { standard } from "../standard.js";
import { describe, expect, it } from "vitest";
import { maximize } from "../testing/plain.js";
import { createAssets } from "../forward/assets.js";
import type { Spec } from "../define/spec.js";
import { channel } from "../objectives/activation.js";
import { mul } from "../objectives/combine.js";
import { inversion } from "../objectives/image.js";
import { adam } from "../optimizers/adaptive.js";
import { buildModel, open, tinyCnn, weights } from "../testing/models.js";
import { mirror } from "../testing/measure.js";
import { beginning, invert, show } from "../testing/show.js";
import { createRng } from "../rng.js";
import { numbers, tensor } from "../tensor.js";
import { alpha } from "./alpha.js";
import { cppn } from "./cppn.js";
import { fourier } from "./fourier.js";
import { generator } from "./generator.js";
import { maco } from "./maco.js";
import { masked } from "./masked.js";
import { pixel } from "./pixel.js";
import { pyramid } from "./pyramid.js";
import { shared } from "./shared.js";

const floats = (values: readonly number[], shape: readonly number[]) => tensor("float32", values, shape);
const target = channel({ layer: "conv", channel: 1 });
const optimizer = adam({ learningRate: 0.1 });

describe("masked", () => {
  const photo = floats(
    Array.from({ length: 36 }, (_, i) => i / 36),
    [1, 6, 6],
  );
  const mask = floats(
    Array.from({ length: 36 }, (_, i) => Number(i % 6 < 3)),
    [1, 6, 6],
  );

  it("leaves the picture outside its mask alone", async () => {
    const parameterization = masked({ image: "photo", mask: "mask" });
    const images = { photo, mask };
    const { picture } = await maximize(open(tinyCnn()), target, { parameterization, images, optimizer, steps: 10 })
      .result;
    numbers(picture).forEach((x, i) => {
      const stays = Math.abs(x - i / 36) < 1e-6;
      expect(stays).toBe(i % 6 >= 3);
    });
  });

  it("blends where the mask is grey, and takes the mean of the channels of a coloured mask", async () => {
    const assets = createAssets(
      standard,
      { photo: floats([0, 0.5, 1], [3, 1, 1]), mask: floats([0, 0.25, 0.5], [3, 1, 1]) },
      new Map(),
    );
    const spec = masked({ image: "photo", mask: "mask", inner: pixel({}) });
    const shown = await show(spec, { pixels: floats([1, 1, 1], [1, 3, 1, 1]) }, [1, 3, 1, 1], assets);
    expect(numbers(shown)).toEqual([0.25, 0.625, 1]);
  });

  it("needs a mask in the proportions of its picture", async () => {
    const given = ([height, width]: readonly [number, number]) => {
      const [photo, mask] = [floats(Array(8).fill(0), [1, 2, 4]), Array(height * width).fill(1)];
      return createAssets(standard, { photo, mask: floats(mask, [1, height, width]) }, new Map());
    };
    const spec = masked({ image: "photo", mask: "mask", inner: pixel({}) });
    const shown = (shape: readonly [number, number]) =>
      show(spec, { pixels: floats(Array(16).fill(1), [1, 1, 4, 4]) }, [1, 1, 4, 4], given(shape));
    await expect(shown([12, 2])).rejects.toMatchObject({
      code: "bad-argument",
      message: 'The mask "mask" of 12 x 2 pixels has other proportions than "photo" of 2 x 4',
    });
    // as the image, or as the picture, but for a pixel
    expect(numbers(await shown([5, 9]))).toEqual(Array(16).fill(1));
    expect(numbers(await shown([8, 9]))).toEqual(Array(16).fill(1));
  });

  it("needs a picture of the model's channels", async () => {
    const assets = createAssets(
      standard,
      { photo: floats([0, 0], [2, 1, 1]), mask: floats([1], [1, 1, 1]) },
      new Map(),
    );
    const spec = masked({ image: "photo", mask: "mask", inner: pixel({}) });
    await expect(show(spec, { pixels: floats([1, 1, 1], [1, 3, 1, 1]) }, [1, 3, 1, 1], assets)).rejects.toMatchObject({
      code: "bad-argument",
      message: '"photo" has 2 channels, but the model\'s picture has 3',
    });
  });
});

describe("alpha", () => {
  it("is a channel more, from 0 to 1, that climbs with the colours", async () => {
    const parameterization = alpha({});
    const { picture, curve } = await maximize(open(tinyCnn({ channels: 3 })), target, {
      parameterization,
      optimizer,
      steps: 40,
    }).result;
    expect(picture.shape).toEqual([1, 4, 6, 6]);
    const opacity = numbers(picture).slice(-36);
    expect(Math.min(...opacity)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...opacity)).toBeLessThanOrEqual(1);
    expect(Math.max(...opacity) - Math.min(...opacity)).toBeGreaterThan(0.2);
    expect(curve.at(-1)![0]).toBeGreaterThan(curve[0]![0]!);
  });

  it("keeps the variables of both parts, also where both are of one type", async () => {
    const spec = alpha({ inner: pixel({ range: [0, 1] }), opacity: pixel({}) });
    const shape = [1, 2, 1, 2];
    expect(Object.keys(beginning(spec, shape))).toEqual(["pixels", "opacity.pixels"]);
    const start = invert(spec, floats([0.1, 0.2, 0.3, 0.4], shape));
    const shown = numbers(await show(spec, start, shape));
    [0.1, 0.2, 0.3, 0.4, 0.5, 0.5].forEach((x, i) => expect(shown[i]).toBeCloseTo(x, 6));
  });
});

describe("shared", () => {
  it("has layers of one picture for the whole batch, added before colours and range", async () => {
    const shape = [2, 3, 8, 8];
    const spec = shared({ inner: fourier({}), factors: [2, 5] });
    const variables = beginning(spec, shape);
    expect(variables["shared0"]!.shape).toEqual([1, 3, 4, 4]);
    expect(variables["shared1"]!.shape).toEqual([1, 3, 2, 2]);
    const constant = {
      ...variables,
      shared0: floats(Array(48).fill(0.5), [1, 3, 4, 4]),
      shared1: floats(Array(12).fill(0), [1, 3, 2, 2]),
    };
    const without = await show(fourier({}), { spectrum: variables["spectrum"]! }, shape);
    const logit = (p: number) => Math.log(p / (1 - p));
    const sums = [0.56282858 + 0.19482528 + 0.04329451, 0.58447583 - 0.10823626, 0.58447583 - 0.19482528 + 0.06494176];
    numbers(await show(spec, constant, shape)).forEach((x, i) => {
      expect(logit(x) - logit(numbers(without)[i]!)).toBeCloseTo(0.5 * sums[Math.floor(i / 64) % 3]!, 3);
    });
  });

  it("brings to every picture what one of them climbs to", async () => {
    const wanted = channel({ layer: "same", channel: 0 });
    const run = (parameterization: Spec) =>
      maximize(mirror([2, 1, 8, 8]), [wanted, mul(0, wanted)], { parameterization, optimizer, steps: 5 }).result;
    const inner = pyramid({ levels: 1, deviation: 0 });
    const second = async (spec: Spec) => numbers((await run(spec)).picture).slice(64);
    expect(new Set(await second(inner))).toEqual(new Set([0.5]));
    expect(Math.min(...(await second(shared({ inner, factors: [4], deviation: 0 }))))).toBeGreaterThan(0.6);
  });

  it("is added to what makes numbers around 0 only", () => {
    expect(() => beginning(shared({ inner: pixel({}) }), [1, 1, 4, 4])).toThrow(
      expect.objectContaining({ code: "bad-argument" }),
    );
    expect(() => invert(shared({ inner: cppn({}) }), floats([0.5], [1, 1, 1, 1]))).toThrow(
      'The parameterization "cppn" cannot begin at a picture',
    );
  });
});

describe("a parameterization of the whole picture", () => {
  it("has no place inside another one", async () => {
    const options = { parameterization: alpha({ inner: alpha({}) }), steps: 0 };
    await expect(maximize(mirror([1, 1, 6, 6]), target, options)).rejects.toMatchObject({
      code: "bad-argument",
      message: 'The parameterization "alpha" has no place inside another one',
      hint: "Put the other one inside it",
    });
  });
});

describe("every composition", () => {
  const shape = [3, 12, 12];
  const [wanted, photo] = [1, 2].map((seed) => tensor("float32", createRng(seed).uniforms(432, 0.3, 0.7), shape));
  const images = { wanted: wanted!, photo: photo!, mask: tensor("float32", new Float32Array(432).fill(1), shape) };
  const decoder = buildModel((op, z) => ({ picture: op.sigmoid(op.gemm(z, weights(op, [4, 432]))) }), {
    shape: [1, 4],
    freeBatch: "N",
  });
  const generators = { decoder: { model: open(decoder) } };
  const ownPictures = {
    pixel: pixel({ range: [0, 1], squash: "sigmoid" }),
    fourier: fourier({}),
    pyramid: pyramid({}),
    cppn: cppn({}),
    maco: maco({}),
    generator: generator({ model: "decoder" }),
  };
  const spatial = Object.entries(ownPictures).filter(([type]) => type !== "pixel" && type !== "generator");
  const inners = Object.entries({ ...ownPictures, shared: shared({ inner: cppn({}) }) });

  it("has every parameterization inside", () => {
    const others = Object.values(standard.parameterization).filter(({ isOutermost }) => !isOutermost);
    expect(inners.map(([type]) => type).toSorted()).toEqual(others.map(({ type }) => type).toSorted());
  });

  it.each([
    ...inners.map(([type, inner]) => [`alpha of ${type}`, alpha({ inner })] as const),
    ...inners.map(([type, inner]) => [`masked of ${type}`, masked({ image: "photo", mask: "mask", inner })] as const),
    ...spatial.map(([type, inner]) => [`shared of ${type}`, shared({ inner })] as const),
  ])("climbs at the usual rate, and stays off black and white: %s", async (_, parameterization) => {
    const like = inversion({ image: "wanted", layer: "same" });
    const options = { parameterization, images, generators, optimizer, watch: { like }, streams: [0, 1], steps: 100 };
    const { picture, watch } = await maximize(mirror([2, ...shape]), like, options).result;
    const [first, last] = [watch["like"]![0]!, watch["like"]!.at(-1)!];
    first.forEach((value, i) => expect(last[i]).toBeGreaterThan(value));
    const colours = numbers(picture).filter((_, i) => Math.floor(i / 144) % picture.shape[1]! < 3);
    const atEnds = colours.filter((x) => x < 0.02 || x > 0.98).length / colours.length;
    expect(atEnds).toBeLessThan(0.1);
  });

  it.each([
    ["alpha", alpha({ inner: ownPictures.generator })],
    ["masked", masked({ image: "photo", mask: "mask", inner: ownPictures.generator })],
  ])("draws as many starts as the one inside: %s", async (_, parameterization) => {
    const options = { parameterization, images, generators, steps: 0 };
    const { record } = await maximize(mirror([1, ...shape]), channel({ layer: "pooled", channel: 0 }), options).result;
    expect(record.restarts).toBe(256);
  });
});
