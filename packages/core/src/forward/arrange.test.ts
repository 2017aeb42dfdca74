import { describe, expect, it } from "vitest";
import { maximize } from "../testing/plain.js";
import type { Spec } from "../define/spec.js";
import type { Value } from "../ir/graph.js";
import type { Ops } from "../ir/ops/index.js";
import { channel, logit, neuron, spatial } from "../objectives/activation.js";
import { diversity } from "../objectives/batch.js";
import { gradient } from "../optimizers/gradient.js";
import { array } from "../starts/starts.js";
import { measureAll } from "../testing/measure.js";
import { buildModel, open, randomTensor, weights } from "../testing/models.js";
import { numbers, size, type Shape } from "../tensor.js";
import { axisGiven, arrangement } from "./arrange.js";
import { probe } from "../ascents.js";

/** A reshape that leaves one length to the number of pictures. */
const openReshape = (op: Ops, x: Value, to: readonly number[], shape: Shape) =>
  op.emit("Reshape", [x, op.ints(to)], [{ dtype: "float32", shape }])[0]!;

/** Characters by time, [6, N, 7]. */
const timeMajor = (freeBatch?: string) =>
  open(
    buildModel(
      (op, x) => {
        const pooled = op.conv(x, weights(op, [5, 1, 4, 1]));
        const signal = openReshape(op, pooled, [freeBatch ? -1 : 1, 5, 6], [1, 5, 6]);
        const time = op.transpose(signal, [2, 0, 1]);
        return { pooled, time, y: op.matMul(time, weights(op, [5, 7], 2)) };
      },
      { shape: [1, 1, 4, 6], ...(freeBatch && { freeBatch }) },
    ),
  );

/** Windows of 2 x 3 in front of a map, multiplied with the pictures, [4 N, 6, 5]. */
const windows = () =>
  open(
    buildModel(
      (op, x) => {
        const pooled = op.transpose(op.conv(x, weights(op, [5, 1, 1, 1])), [0, 2, 3, 1]);
        const cut = op.transpose(openReshape(op, pooled, [-1, 2, 2, 2, 3, 5], [1, 2, 2, 2, 3, 5]), [0, 1, 3, 2, 4, 5]);
        const inside = openReshape(op, cut, [-1, 6, 5], [4, 6, 5]);
        const attention = op.softmax(op.matMul(inside, op.transpose(inside, [0, 2, 1])), 2);
        const mixed = op.matMul(attention, inside);
        const rows = op.reduceMean(mixed, [1]);
        return { pooled, inside, attention, mixed, y: openReshape(op, rows, [-1, 4, 5], [1, 4, 5]) };
      },
      { shape: [1, 1, 4, 6], freeBatch: "N" },
    ),
  );

/** Tokens of all the pictures in one row, as a model for one picture has them: pictures would look at one another. */
const together = () =>
  open(
    buildModel(
      (op, x) => {
        const pooled = op.conv(x, weights(op, [5, 1, 1, 1]));
        const tokens = openReshape(op, op.transpose(pooled, [0, 2, 3, 1]), [1, -1, 5], [1, 24, 5]);
        const map = op.softmax(op.matMul(tokens, op.transpose(tokens, [0, 2, 1])), 2);
        return { pooled, map, y: op.matMul(map, tokens) };
      },
      { shape: [1, 1, 4, 6], freeBatch: "N" },
    ),
  );

const shape = [1, 1, 4, 6];
const pictures = [1, 2, 3].map((seed) => numbers(randomTensor(shape, seed)));

describe.each([
  [
    "time first",
    timeMajor("N"),
    [channel({ layer: "y", channel: 6 }), neuron({ layer: "y", channel: 1, y: 4 }), logit({ class: 2 })],
  ],
  ["time first, for one picture", timeMajor(), [channel({ layer: "time", channel: 4 }), spatial({ layer: "y", y: 5 })]],
  [
    "windows times pictures",
    windows(),
    [
      channel({ layer: "inside", channel: 4 }),
      neuron({ layer: "mixed", channel: 2, y: 3, x: 5 }),
      neuron({ layer: "attention", channel: 3, y: 2, x: 1 }),
    ],
  ],
  [
    "pictures in one row",
    together(),
    [channel({ layer: "y", channel: 4 }), neuron({ layer: "map", channel: 7, y: 3 })],
  ],
] as const)("a layer with %s", (_, model, targets) => {
  it("has one value for each picture: that of the picture alone", async () => {
    const batch = await measureAll(pictures, shape, targets, { model });
    for (const [i, picture] of pictures.entries()) {
      const alone = await measureAll([picture], shape, targets, { model });
      batch.forEach((values, k) => expect(values[i]).toBeCloseTo(alone[k]![0]!, 5));
    }
    expect(new Set(batch.flat().map((value) => value.toFixed(5))).size).toBe(targets.length * pictures.length);
  });

  it("is maximized picture by picture", async () => {
    const options = { steps: 2, optimizer: gradient({ learningRate: 0.5 }) };
    const start = pictures.map((values) => array({ values }));
    for (const target of targets) {
      const all = await maximize(model, target, { ...options, start }).result;
      const whole = numbers(all.last.picture);
      for (const [i, one] of start.entries()) {
        const alone = numbers((await maximize(model, target, { ...options, start: one }).result).last.picture);
        alone.forEach((value, k) => expect(whole[i * size(shape) + k]).toBeCloseTo(value, 5));
      }
    }
  });
});

it("are compared, and seen, with their pictures in front", async () => {
  const [values] = await measureAll(pictures, shape, [diversity({ layer: "y" })], { model: timeMajor("N") });
  expect(new Set(values).size).toBe(3);
  const look = await probe(timeMajor("N"), { batch: 2 }, ({ features, unit, layer, logits }) => ({
    features: features("y"),
    unit: unit("y", 3),
    layer: layer("y"),
    logits: logits(),
  }));
  const both = Float32Array.from(pictures.slice(0, 2).flat());
  const seen = await look.run({ dtype: "float32", shape: [2, 1, 4, 6], data: both });
  await look.release();
  expect(Object.values(seen).map((one) => one.shape)).toEqual([
    [2, 7],
    [2, 6],
    [2, 6, 7],
    [2, 7],
  ]);
});

it("without an axis for the pictures refuses several of them, and works for one", async () => {
  const model = open(
    buildModel(
      (op, x) => {
        const pooled = op.conv(x, weights(op, [5, 1, 1, 1]));
        return { pooled, mean: op.reduceMean(pooled, [0]), y: op.relu(pooled) };
      },
      { shape, freeBatch: "N" },
    ),
  );
  const mean: Spec = channel({ layer: "mean", channel: 2, axis: 0 });
  const [[alone]] = (await measureAll(pictures.slice(0, 1), shape, [mean], { model })) as [[number]];
  const [[same]] = (await measureAll(pictures.slice(0, 1), shape, [channel({ layer: "pooled", channel: 2 })], {
    model,
  })) as [[number]];
  expect(alone).toBeCloseTo(same, 5);
  await expect(measureAll(pictures, shape, [mean], { model })).rejects.toMatchObject({
    code: "bad-argument",
    message: 'No axis of layer "mean" of shape [5,4,6] holds the 3 pictures',
  });
});

it("has axes that a caller may name, but for that of the pictures", () => {
  const time = arrangement([6, 3, 7], { batch: { axis: 1, before: 1, after: 1 }, units: { axis: 2, why: "" } });
  expect([0, 1, 2].map(time.moved)).toEqual([1, undefined, 2]);
  expect([0, 2, -1].map((axis) => axisGiven(time, axis, "y"))).toEqual([1, 2, 2]);
  const merged = arrangement([12, 5, 7], { batch: { axis: 0, before: 1, after: 4 }, units: { axis: 2, why: "" } });
  expect([0, 1, 2].map(merged.moved)).toEqual([1, 2, 3]);
  for (const axis of [1, 3, -4])
    expect(() => axisGiven(time, axis, "y")).toThrow(`Layer "y" of shape [6,3,7] has no axis ${axis} of units`);
});
