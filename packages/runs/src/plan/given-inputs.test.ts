import { numbers, type DeclaredInput, type HeldInput, type Model, type Tensor } from "@xstar/core";
import { describe, expect, test } from "vitest";
import { createStore } from "../../../xstar/src/record/store.js";
import { readInputs, splitInputs } from "./given-inputs.js";

const inputs: DeclaredInput[] = [
  { name: "z", dtype: "float32", dims: ["N", 100] },
  { name: "onehot", dtype: "float32", dims: ["N", 4] },
  { name: "size", dtype: "int64", dims: [2] },
  { name: "odd::name", dtype: "float32", dims: [] },
];
const model = { inputs } as unknown as Model;
const read = async (...texts: string[]) => (await readInputs(model, texts, { files: createStore() })).inputs;
const held = (one: HeldInput | undefined) => {
  const { dtype, shape } = one as Tensor;
  return [dtype, shape, numbers(one as Tensor)];
};

describe("--input", () => {
  test("says what an input holds", async () => {
    expect(await read("onehot=0.5", "odd::name=-2")).toEqual({ onehot: 0.5, "odd::name": -2 });
    expect(held((await read("onehot=0,1,0.5,0"))["onehot"])).toEqual(["float32", [1, 4], [0, 1, 0.5, 0]]);
    expect(held((await read("size=224,112"))["size"])).toEqual(["int64", [2], [224, 112]]);
    expect(held((await read("onehot=one-hot:2"))["onehot"])).toEqual(["float32", [1, 4], [0, 0, 1, 0]]);
    expect(held((await read("onehot=one-hot:1,3"))["onehot"])).toEqual(["float32", [2, 4], [0, 1, 0, 0, 0, 0, 0, 1]]);
  });

  test.each([
    ["onehot=one-hot:4", "4 is no place in a row: they go from 0 to 3"],
    ["onehot=one-hot:x", "must be a list of finite numbers"],
    ["odd::name=one-hot:0", "it does not say how many numbers a row has"],
    ["onehot=1,2,3", "3 numbers are given"],
    ["size=1,2,3,4", "4 numbers are given"],
    ["hot=1", "must be the name of an input"],
  ])("%s is refused", async (text, message) => {
    await expect(read(text)).rejects.toThrow(message);
  });

  test("is of another model with its name before it", () => {
    expect(splitInputs(model, ["z=1", "g::onehot=one-hot:2", "a::b.onnx::x=3", "g::phase=0", "odd::name=1"])).toEqual({
      own: ["z=1", "odd::name=1"],
      further: new Map([
        ["g", ["onehot=one-hot:2", "phase=0"]],
        ["a::b.onnx", ["x=3"]],
      ]),
    });
  });
});
