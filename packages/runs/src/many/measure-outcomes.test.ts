import { channel, createRng, logit, mul, openModel, sub, tensor, tv, type LoadedModel, type Spec } from "@xstar/core";
import { measurePictures } from "@xstar/results";
import { beforeAll, describe, expect, test } from "vitest";
import { nodeRuntime } from "../../../xstar/src/runtime.js";
import { tinyModel } from "../../../results/src/testing/tiny-model.js";
import type { Maximized, Outcome } from "./outcome.js";
import { measureOutcomes } from "./measure-outcomes.js";

const side = 8;
const maximized = (seed: number, shape = [1, side, side]): Maximized => ({
  picture: tensor(
    "float32",
    createRng(seed).uniforms(
      shape.reduce((a, b) => a * b),
      0,
      1,
    ),
    shape,
  ),
  inputs: {},
  step: 1,
  curve: Float32Array.of(0, 1),
  watch: {},
  ended: "steps",
  redirected: 0,
  warnings: ["It is dim"],
  record: { shape: [1, 1, side, side] } as unknown as Maximized["record"],
  seconds: 1,
});

let model: LoadedModel;
beforeAll(async () => {
  model = openModel(tinyModel(), { runtime: nodeRuntime({ threads: 1 }) });
});

const measure = (targets: readonly Spec[], outcomes: readonly Outcome[], options = {}) =>
  measureOutcomes(model, targets, outcomes, options);

/** What is said of picture `seed` by itself. */
async function alone(objective: Spec, seed: number) {
  const { data } = maximized(seed).picture;
  const picture = tensor("float32", data as Float32Array, [1, 1, side, side]);
  return (await measurePictures(model, picture, { objective })).pictures[0]!;
}

const conv = (at: number) => channel({ layer: "conv", channel: at });

describe("the pictures of a batch", () => {
  test("are measured each by itself, for its own target", async () => {
    const outcomes = await measure([conv(0), conv(2), logit({ class: 1 })], [maximized(0), maximized(1), maximized(2)]);
    const metrics = outcomes.map((one) => ("failure" in one ? undefined : one.metrics));
    expect(metrics.map((one) => one?.picture)).toEqual([
      await alone(conv(0), 0),
      await alone(conv(2), 1),
      await alone(logit({ class: 1 }), 2),
    ]);
    expect(metrics[2]!.picture.recognition).toMatchObject({ class: 1, of: 3 });
    expect(metrics.map((one) => [one?.layer, one?.features?.length])).toEqual(Array(3).fill(["relu", 4]));
    const [one] = await measure([conv(2)], [maximized(1)]);
    expect(one).toEqual(outcomes[1]);
  });

  test("are looked at on grey where they are transparent", async () => {
    const clear = maximized(3, [2, side, side]);
    (clear.picture.data as Float32Array).fill(0, side * side);
    const grey = maximized(3);
    (grey.picture.data as Float32Array).fill(0.5);
    const [one] = await measure([conv(1)], [clear]);
    const [other] = await measure([conv(1)], [grey]);
    expect(one).toMatchObject({ metrics: { features: (other as Maximized).metrics!.features } });
  });

  test("are measured in the further networks of the run, too", async () => {
    const [one] = await measure([logit({ class: 2 })], [maximized(0)], { models: { other: { model } } });
    const { recognition, transfer } = (one as Maximized).metrics!.picture;
    expect(transfer).toEqual({ other: recognition });
  });

  test("pass by targets without one", async () => {
    const failure = { failure: "It broke" };
    const outcomes = await measure([conv(0), conv(1)], [failure, maximized(1)]);
    expect(outcomes[0]).toBe(failure);
    expect(outcomes[1]).toMatchObject({ metrics: { picture: await alone(conv(1), 1) } });
    expect(await measure([conv(0)], [failure])).toEqual([failure]);
  });

  test("are never lost: what cannot be measured is a warning", async () => {
    const odd = maximized(0, [3, side, side]);
    const [one] = await measure([sub(conv(0), mul(0.1, tv({})))], [odd]);
    expect(one).toEqual({
      ...odd,
      warnings: ["It is dim", expect.stringMatching(/^The metrics could not be measured: .*3,8,8/)],
    });
  });
});
