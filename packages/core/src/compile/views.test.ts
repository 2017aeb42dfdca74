import { describe, expect, it } from "vitest";
import { compileAscent } from "../testing/plain.js";
import type { Spec } from "../define/spec.js";
import { Graph } from "../ir/graph.js";
import { createOps } from "../ir/ops/index.js";
import { layer } from "../objectives/activation.js";
import { gradient } from "../optimizers/gradient.js";
import { createRng } from "../rng.js";
import { buildModel, open, randomTensor, runtime, weights } from "../testing/models.js";
import { numbers, tensor, type Tensor } from "../tensor.js";
import { crops, flip, jitter, pad, rotate, scale } from "../transforms/affine.js";
import { blur, lighting, noise } from "../transforms/pixelwise.js";
import { buildViews, viewCount } from "./views.js";
import { expectClose, grey, table, view } from "../testing/views.js";

async function expectView(specs: readonly Spec[], picture: Tensor, rows: readonly (readonly number[])[]) {
  const { values, shape } = await view(specs, picture, { to: { height: rows.length, width: rows[0]!.length } });
  expect(shape).toEqual([1, 1, rows.length, rows[0]!.length]);
  expectClose(values, rows.flat());
}

const two = grey([1, 2], [3, 4]);

const three = grey([1, 2, 3], [4, 5, 6], [7, 8, 9]);

describe("an affine transform", () => {
  it("pads with a value, with the edge and with the mirror image", async () => {
    const border = [0.5, 0.5, 0.5, 0.5];
    await expectView([pad({ pixels: 1 })], two, [border, [0.5, 1, 2, 0.5], [0.5, 3, 4, 0.5], border]);
    await expectView([pad({ pixels: 1, value: 0 })], grey([7]), [
      [0, 0, 0],
      [0, 7, 0],
      [0, 0, 0],
    ]);
    await expectView([pad({ pixels: 1, mode: "edge" })], two, [
      [1, 1, 2, 2],
      [1, 1, 2, 2],
      [3, 3, 4, 4],
      [3, 3, 4, 4],
    ]);
    await expectView([pad({ pixels: 2, mode: "mirror" })], grey([1, 2, 3]), [
      [2, 1, 1, 2, 3, 3, 2],
      [2, 1, 1, 2, 3, 3, 2],
      [2, 1, 1, 2, 3, 3, 2],
      [2, 1, 1, 2, 3, 3, 2],
      [2, 1, 1, 2, 3, 3, 2],
    ]);
  });

  it("scales about the centre, the frame staying", async () => {
    await expectView([scale({ factors: [2] })], three, [
      [3, 3.5, 4],
      [4.5, 5, 5.5],
      [6, 6.5, 7],
    ]);
    await expectView([pad({ pixels: 0, value: 0 }), scale({ factors: [0.5] })], three, [
      [0, 0, 0],
      [0, 5, 0],
      [0, 0, 0],
    ]);
    await expectView([scale({ factors: [0.5] })], three, [
      [1, 2, 3],
      [4, 5, 6],
      [7, 8, 9],
    ]);
  });

  it("turns by a right angle exactly, anticlockwise", async () => {
    await expectView([rotate({ degrees: [90] })], two, [
      [2, 4],
      [1, 3],
    ]);
    await expectView([rotate({ degrees: [90] })], three, [
      [3, 6, 9],
      [2, 5, 8],
      [1, 4, 7],
    ]);
    await expectView([rotate({ degrees: [180] })], three, [
      [9, 8, 7],
      [6, 5, 4],
      [3, 2, 1],
    ]);
  });

  it("mirrors left to right, and top to bottom", async () => {
    await expectView([flip({ probability: 1 })], two, [
      [2, 1],
      [4, 3],
    ]);
    await expectView([flip({ probability: 1, vertical: true })], two, [
      [3, 4],
      [1, 2],
    ]);
    await expectView([flip({ probability: 0 })], two, [
      [1, 2],
      [3, 4],
    ]);
  });

  it("mirrors in the share of steps that it is given", async () => {
    let mirrored = 0;
    for (let step = 0; step < 60; step++)
      if ((await view([flip({ probability: 0.25 })], two, { step })).values[0]! > 1.5) mirrored++;
    expect(mirrored).toBeGreaterThan(5);
    expect(mirrored).toBeLessThan(28);
  });

  it("shifts by whole pixels and repeats the edge; every shift occurs", async () => {
    const picture = grey([0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10, 11], [12, 13, 14, 15]);
    const clamp = (i: number) => Math.min(Math.max(i, 0), 3);
    const allowed = new Set<string>();
    for (let dy = -1; dy <= 1; dy++)
      for (let dx = -1; dx <= 1; dx++)
        allowed.add(
          Array.from({ length: 16 }, (_, i) => 4 * clamp(Math.floor(i / 4) + dy) + clamp((i % 4) + dx)).join(),
        );
    const seen = new Set<string>();
    for (let step = 0; step < 80; step++) {
      const { values } = await view([jitter({ pixels: 1 })], picture, { step });
      values.forEach((x) => expect(Math.abs(x - Math.round(x))).toBeLessThan(1e-5));
      seen.add(values.map(Math.round).join());
    }
    expect(seen).toEqual(allowed);
  });

  it("cuts windows: in the middle of the picture without a spread, inside it with one", async () => {
    const picture = grey([0, 0, 0, 0], [0, 1, 2, 0], [0, 3, 4, 0], [0, 0, 0, 0]);
    const middle = crops({ count: 1, largest: 0.5, smallest: 0.5, spread: 0, centre: 0 });
    await expectView([middle], picture, [
      [1, 2],
      [3, 4],
    ]);
    for (let step = 0; step < 20; step++) {
      const ones = tensor("float32", Array<number>(64).fill(1), [1, 1, 8, 8]);
      const { values } = await view([pad({ pixels: 0, value: 0 }), crops({ count: 4, centre: 2 })], ones, { step });
      // half a pixel from the edge is blended with what is outside
      expect(Math.min(...values)).toBeGreaterThan(0.24);
    }
  });

  it("cuts windows from the largest to the smallest", () => {
    const spec = crops({ count: 5, largest: 0.8, smallest: 0.2, spread: 0 });
    const definition = table["crops"]!;
    const sides = [0, 1, 2, 3, 4].map((index) =>
      definition.form === "affine"
        ? definition.sample(spec, { height: 10, width: 10 }, createRng(index), { index, count: 5 })[0]
        : 0,
    );
    expectClose(sides, [0.8, 0.65, 0.5, 0.35, 0.2]);
  });
});

const robust = [pad({ pixels: 3 }), jitter({ pixels: 4 }), scale({}), rotate({}), jitter({ pixels: 2 })];

describe("several views", () => {
  const shades = tensor("float32", [...Array<number>(64).fill(0.25), ...Array<number>(64).fill(0.75)], [2, 1, 8, 8]);
  const rngs = [createRng(1), createRng(2)];
  const means = (values: readonly number[]) =>
    Array.from(
      { length: values.length / 64 },
      (_, i) => values.slice(64 * i, 64 * (i + 1)).reduce((a, b) => a + b) / 64,
    );

  it("are the first of every picture, then the second of every picture", async () => {
    const { values, shape, count } = await view([crops({ count: 3 })], shades, { rngs });
    expect([shape, count]).toEqual([[6, 1, 8, 8], 3]);
    expectClose(means(values), [0.25, 0.75, 0.25, 0.75, 0.25, 0.75]);
  });

  it("of views keep that order, also with values changed in between", async () => {
    const chain = [crops({ count: 2 }), lighting({ brightness: 0.01 }), crops({ count: 3 }), jitter({})];
    const { values, count } = await view(chain, shades, { rngs });
    expect([count, viewCount(table, chain)]).toEqual([6, 6]);
    expect(means(values).map((x) => (x < 0.5 ? 0 : 1))).toEqual([0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1]);
    const neighbours = await view([crops({ count: 2 }), crops({ count: 3 })], shades, { rngs });
    expect(neighbours.count).toBe(6);
    expectClose(
      means(neighbours.values),
      [0, 1, 2, 3, 4, 5].flatMap(() => [0.25, 0.75]),
    );
  });

  it("are drawn each on its own", async () => {
    const picture = randomTensor([1, 1, 8, 8]);
    const { values } = await view([crops({ count: 4, largest: 0.5, smallest: 0.5, spread: 0 })], picture);
    const each = [0, 1, 2, 3].map((i) => values.slice(64 * i, 64 * (i + 1)).join());
    expect(new Set(each).size).toBe(4);
    const noisy = await view([crops({ count: 2, centre: 0, spread: 0, smallest: 0.5 }), noise({})], picture);
    expect(noisy.values.slice(0, 64)).not.toEqual(noisy.values.slice(64));
  });

  it("of pictures without height and width are refused", () => {
    const graph = new Graph();
    const input = graph.input("pictures", { dtype: "float32", shape: [1, 5] });
    const build = (specs: readonly Spec[]) =>
      buildViews(createOps(graph), input, { table, specs, to: { height: 1, width: 1 }, rngs: [createRng(0)] });
    for (const spec of [jitter({}), crops({}), blur({})]) {
      expect(() => build([spec])).toThrow(
        expect.objectContaining({
          code: "bad-argument",
          message: `The transform "${spec.type}" does not fit an input of shape [1,5]: it has no height and width`,
        }),
      );
    }
    expect(build([noise({})]).seen.shape).toEqual([1, 5]);
  });
});

describe("the gradient through views", () => {
  const model = open(
    buildModel((op, x) => ({ bent: op.tanh(op.conv(x, weights(op, [3, 2, 3, 3]), { pads: [1, 1, 1, 1] })) }), {
      shape: [2, 2, 6, 6],
    }),
  );

  it.each<readonly [string, readonly Spec[], readonly [number, number]]>([
    ["of a picture of another size", [], [5, 9]],
    ["of a robust chain", robust, [8, 8]],
    ["beyond the edge", [pad({ pixels: 2, mode: "edge" }), rotate({ degrees: [30] })], [6, 6]],
    ["in the mirror", [pad({ pixels: 3, mode: "mirror" }), scale({ factors: [0.7] })], [6, 6]],
    ["of windows with changed values", [crops({ count: 2 }), lighting({}), blur({ radius: 1 }), noise({})], [7, 7]],
    ["of a blur before a shift", [blur({}), jitter({ pixels: 2 })], [6, 6]],
  ])("is that of central differences: %s", async (_, transforms, size) => {
    const options = {
      transforms,
      size,
      start: ["random", "random"],
      optimizer: gradient({ learningRate: 1 }),
      seed: 3,
    };
    const { step, start } = await compileAscent(model, layer({ layer: "bent" }), options);
    const session = await runtime.open(step.bytes, { files: step.files });
    const state = step.begin(start);
    const pixels = state["pixels"]!.data as Float32Array;
    const run = async (changed: Float32Array) =>
      session.run({ ...state, ...step.settings, ...step.sample(4), pixels: { ...state["pixels"]!, data: changed } });
    const next = numbers((await run(pixels))[step.next["pixels"]!]!);
    const delta = 1 / 64;
    const total = async (i: number, by: number) =>
      numbers((await run(pixels.with(i, pixels[i]! + by)))["objective"]!).reduce((a, b) => a + b);
    let largest = 0;
    for (let i = 0; i < pixels.length; i += 3) {
      const slope = ((await total(i, delta)) - (await total(i, -delta))) / (2 * delta);
      expect(Math.abs(next[i]! - pixels[i]! - slope)).toBeLessThan(2e-4);
      largest = Math.max(largest, Math.abs(slope));
    }
    expect(largest).toBeGreaterThan(2e-3);
    await session.release();
  });
});
