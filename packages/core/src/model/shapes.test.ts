import { describe, expect, it } from "vitest";
import type { Value } from "../ir/graph.js";
import type { Ops } from "../ir/ops/index.js";
import { buildModel, open, weights } from "../testing/models.js";
import { declare, encodeModel } from "../testing/protos.js";
import { inputKind } from "./input-kind.js";
import { inputShapes } from "./load.js";
import { chooseShapes } from "./shapes.js";

type Dims = (number | string | undefined)[];

/** Conv -> GlobalAveragePool: runs with every size. */
const anySize = (dims: Dims, channels: number, metadataProps: { key: string; value: string }[] = []) =>
  encodeModel(
    {
      name: "any",
      input: [declare("x", dims)],
      output: [declare("y", ["N", 2, 1, 1])],
      initializer: [
        {
          name: "w",
          dims: [2n, BigInt(channels), 1n, 1n],
          dataType: 1,
          floatData: [1, 1, 1, 1, 1, 1].slice(0, 2 * channels),
        },
      ],
      node: [
        { opType: "Conv", input: ["x", "w"], output: ["c"] },
        { opType: "GlobalAveragePool", input: ["c"], output: ["y"] },
      ],
    },
    { metadataProps },
  );
/** Flatten -> MatMul: runs with one size only. */
const oneSize = (dims: Dims, features: number) =>
  encodeModel({
    name: "one",
    input: [declare("x", dims)],
    output: [declare("y", ["N", 1])],
    initializer: [
      { name: "w", dims: [BigInt(features), 1n], dataType: 1, floatData: Array.from({ length: features }, () => 1) },
    ],
    node: [
      { opType: "Flatten", input: ["x"], output: ["f"] },
      { opType: "MatMul", input: ["f", "w"], output: ["y"] },
    ],
  });
const chosen = async (bytes: Uint8Array, options = {}) => {
  const { shapes, assumed } = await chooseShapes(open(bytes), options);
  return [shapes.get("x"), ...assumed];
};

describe("the size of a picture that a model leaves free", () => {
  it("is the usual one for its channels", async () => {
    expect(await chosen(anySize(["N", 3, "h", "w"], 3))).toEqual([
      [1, 3, 224, 224],
      'Input "x" leaves its size free: 224 x 224 is taken, usual for 3 channels',
    ]);
    expect(await chosen(anySize(["N", undefined, undefined, undefined], 1))).toEqual([
      [1, 1, 28, 28],
      'Input "x" leaves its size free: 28 x 28 is taken, usual for 1 channel',
    ]);
    expect(await chosen(anySize(["N", 3, "h", 96], 3))).toEqual([
      [1, 3, 96, 96],
      'Input "x" leaves its size free: 96 x 96 is taken, a square',
    ]);
  });

  it("is the first with which the model runs", async () => {
    expect(await chosen(oneSize(["N", 1, "h", "w"], 64 * 64))).toEqual([
      [1, 1, 64, 64],
      'Input "x" leaves its size free: 64 x 64 is taken, the first usual size with which the model runs',
    ]);
    await expect(chosen(oneSize(["N", 1, "h", "w"], 77))).rejects.toMatchObject({
      code: "unsupported-model",
      message: expect.stringContaining("[1,1,28,28]"),
    });
  });

  it("is the one in the metadata of Ultralytics", async () => {
    const metadata = [
      { key: "author", value: "Ultralytics" },
      { key: "imgsz", value: "[320, 480]" },
    ];
    expect(await chosen(anySize(["N", 3, "h", "w"], 3, metadata))).toEqual([
      [1, 3, 320, 480],
      'Input "x" leaves its size free: 320 x 480 is in the metadata',
    ]);
  });

  it("lies where the layout says", async () => {
    const model = oneSize(["N", "h", "w", 3], 32 * 32 * 3);
    expect((await chosen(model))[0]).toEqual([1, 32, 32, 3]);
  });

  it("is the caller's", async () => {
    const shapes = new Map([["x", [1, 3, 9, 7]]]);
    expect(await chosen(anySize(["N", 3, "h", "w"], 3), { shapes })).toEqual([[1, 3, 9, 7]]);
  });
});

it("free features of a vector are those that the weights need", async () => {
  const build = (op: Ops, x: Value) => ({ y: op.matMul(x, weights(op, [7, 2])) });
  expect(await chosen(buildModel(build, { shape: [1, 7] }))).toEqual([[1, 7]]);
  const free = encodeModel({
    name: "dense",
    input: [declare("x", ["N", undefined])],
    output: [declare("y", ["N", 1])],
    initializer: [{ name: "w", dims: [1n, 3n], dataType: 1, floatData: [1, 2, 3] }],
    node: [
      {
        opType: "Gemm",
        input: ["x", "w"],
        output: ["y"],
        attribute: [{ name: "transB", type: 2, i: 1n }],
      },
    ],
  });
  expect(await chosen(free)).toEqual([[1, 3], 'Input "x" has 3 features, as the weights behind it need']);
});

const sequence = (dims: readonly (number | string)[]) =>
  encodeModel({
    name: "sequence",
    input: [declare("x", dims)],
    output: [declare("y", dims)],
    node: [{ opType: "Relu", input: ["x"], output: ["y"] }],
  });

it("inputs of free length get a usual one, which is said", async () => {
  const says = (what: string) => `Input "x" leaves its size free: ${what}`;
  expect(await chosen(sequence(["N", "time", 4]))).toEqual([[1, 1024, 4], says("1024 samples are taken")]);
  expect(await chosen(sequence(["N", "tokens", 96]))).toEqual([[1, 16, 96], says("16 places are taken")]);
  expect(await chosen(sequence(["N", 96, "time"]))).toEqual([[1, 96, 16], says("16 places are taken")]);
  expect(await chosen(sequence(["N", 3, "frames", "height", "width"]))).toEqual([
    [1, 3, 16, 112, 112],
    says("16 frames of 112 x 112 are taken"),
  ]);
});

it("a sound of a known rate lasts a second, or a usual length where the model does not run with that", async () => {
  const ofSound = (bytes: Uint8Array) => {
    const { source } = open(bytes);
    return chosen(bytes, { holds: inputKind(source, source.inputs[0]!, { given: { rate: 8000 } }) });
  };
  const says = (what: string) => `Input "x" leaves its size free: ${what}`;
  expect(await ofSound(sequence(["N", 1, "samples"]))).toEqual([
    [1, 1, 8000],
    says("8000 samples are taken, one second of 8000 samples a second"),
  ]);
  expect(await ofSound(oneSize(["N", 1, "samples"], 512))).toEqual([
    [1, 1, 512],
    says("512 samples are taken, the first usual length with which the model runs"),
  ]);
});

it("a dimension of which nothing is known is asked for", async () => {
  await expect(chosen(sequence(["N", 2, 2, 2, 2, "more"]))).rejects.toMatchObject({
    code: "bad-argument",
    message: 'Dimension 5 of input "x" is free and needs a size',
  });
  const state = { name: "state", dtype: "float32", dims: [2, "more", 128] } as const;
  expect(() => inputShapes([state])).toThrow(
    expect.objectContaining({ hint: expect.stringContaining("--shape state=2,16,128") }),
  );
});
