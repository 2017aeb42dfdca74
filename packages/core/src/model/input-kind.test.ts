import { describe, expect, it } from "vitest";
import type { Ops } from "../ir/ops/index.js";
import type { Value } from "../ir/graph.js";
import { readModel } from "../onnx/read.js";
import { buildModel, weights } from "../testing/models.js";
import type { Shape } from "../tensor.js";
import { inputKind, type InputKindOptions } from "./input-kind.js";

type Build = (op: Ops, x: Value) => Value;

const kindOf = (
  shape: Shape,
  build: Build,
  { input = "x", ...options }: InputKindOptions & { input?: string } = {},
) => {
  const source = readModel(buildModel((op, x) => ({ y: build(op, x) }), { shape, input }));
  return inputKind(source, source.inputs[0]!, options);
};

const relu: Build = (op, x) => op.relu(x);
const conv1d =
  (channels: number): Build =>
  (op, x) =>
    op.emit("Conv", [x, weights(op, [4, channels, 5])], [{ dtype: "float32", shape: [1, 4, 1] }])[0]!;
const product =
  (features: number): Build =>
  (op, x) =>
    op.matMul(x, weights(op, [features, 8]));

describe("what an input holds", () => {
  it.each<[string, Shape, Build, object]>([
    ["a picture", [1, 3, 8, 8], relu, { kind: "picture", sure: true }],
    ["a signal that a convolution reads", [1, 2, 64], conv1d(2), { kind: "series", time: 2, sure: true }],
    ["a signal of one channel", [1, 1, 64], relu, { kind: "series", time: 2 }],
    ["a signal whose channel is last", [1, 64, 1], relu, { kind: "series", time: 1 }],
    [
      "a signal of channels last",
      [1, 64, 2],
      (op, x) => conv1d(2)(op, op.transpose(x, [0, 2, 1])),
      { kind: "series", time: 1, sure: true },
    ],
    [
      "a row of samples",
      [1, 64],
      (op, x) => conv1d(1)(op, op.reshape(x, [1, 1, 64])),
      { kind: "series", time: 1, sure: true },
    ],
    ["vectors of a sequence", [1, 16, 96], product(96), { kind: "embedding", time: 1, sure: true }],
    ["a few features at a time", [1, 40, 6], product(6), { kind: "series", time: 1, sure: false }],
    ["places and features", [1, 16, 96], relu, { kind: "embedding", time: 1, sure: false }],
    ["a list of numbers", [1, 5], product(5), { kind: "table", sure: true }],
    ["a long list of numbers", [1, 9000], product(9000), { kind: "table", sure: true }],
    ["a long row of samples", [1, 9000], relu, { kind: "series", time: 1, sure: false }],
    ["frames behind channels", [1, 3, 4, 8, 8], relu, { kind: "video", channels: 1, time: 2, sure: true }],
    ["channels behind frames", [1, 4, 3, 8, 8], relu, { kind: "video", channels: 2, time: 1, sure: true }],
  ])("%s", (_, shape, build, expected) => {
    const found = kindOf(shape, build);
    expect(found).toMatchObject(expected);
    expect(found.why).not.toBe("");
    expect(found.rate).toBeUndefined();
  });

  it("is sound by its name, by a fast rate, or by what somebody says", () => {
    expect(kindOf([1, 1, 64], relu, { input: "waveform" })).toMatchObject({ kind: "audio", time: 2 });
    expect(kindOf([1, 1, 64], relu, { given: { rate: 16000 } })).toMatchObject({ kind: "audio", rate: 16000 });
    expect(kindOf([1, 1, 64], relu, { given: { rate: 250 } })).toMatchObject({ kind: "series", rate: 250 });
    expect(kindOf([1, 64], relu, { given: { kind: "audio" } })).toMatchObject({ kind: "audio", time: 1, sure: true });
    // the rate that a model takes as a further input, as voice detectors do
    expect(kindOf([1, 1, 64], relu, { inputs: { sr: 8000 } })).toMatchObject({ kind: "audio", rate: 8000 });
  });

  it("cannot be what its axes do not allow", () => {
    expect(() => kindOf([1, 5], relu, { given: { kind: "video" } })).toThrow(
      expect.objectContaining({
        code: "bad-argument",
        message: 'Input "x" of shape [1, 5] cannot hold the kind "video"',
        hint: expect.stringContaining("audio"),
      }),
    );
    expect(kindOf([1, 1, 1, 64], relu, { given: { kind: "audio" } })).toMatchObject({ kind: "audio", time: 3 });
  });
});
