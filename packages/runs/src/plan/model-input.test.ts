import type { Layout, Model } from "@xstar/core";
import { describe, expect, test } from "vitest";
import { readShapes, sizedShapes } from "./model-input.js";

const modelWith = (dims: readonly (number | string | undefined)[]) =>
  ({ inputs: [{ name: "x", dtype: "float32", dims }], graph: { inputs: [], nodes: [] } }) as unknown as Model;
const sized = (dims: Parameters<typeof modelWith>[0], sides?: readonly number[], layout: Layout = "NCHW") => {
  const model = modelWith(dims);
  return sizedShapes(model, model.inputs[0]!, sides, layout).get("x");
};

describe("--size", () => {
  test("fills in free height and width", () => {
    expect(sized(["N", 3, "h", "w"], [10, 12])).toEqual([1, 3, 10, 12]);
    expect(sized([1, 3, 10, 12], [10, 12])).toEqual([1, 3, 10, 12]);
    expect(sized(["N", "h", "w", 1], [10, 12], "NHWC")).toEqual([1, 10, 12, 1]);
    expect(sized(["N", undefined, undefined, undefined], [10, 12])).toEqual([1, 3, 10, 12]);
    expect(sized(["N", "h", "w"], [10, 12])).toEqual([1, 10, 12]);
    expect(sized(["N", 3, "h", "w"])).toBeUndefined();
  });

  test.each([
    [["N", 3, 28, 28], [10, 12], 'Input "x" is always 28 high and 28 wide'],
    [["N", 3, 28, "w"], [10, 12], 'Input "x" is always 28 high and w wide'],
    [["N", 100], [10, 12], '"--size" does not fit input "x"'],
    [["N", 3, "h", "w"], [10], '"--size" must be height,width'],
  ])("of %j as %j is refused", (dims, sides, message) => {
    expect(() => sized(dims, sides)).toThrow(message);
  });
});

describe("--shape", () => {
  const model = modelWith(["N", "samples", 3]);

  test("is the shape of an input", () => {
    expect(readShapes(model, ["x=1,512,3"])).toEqual(new Map([["x", [1, 512, 3]]]));
    expect(readShapes(model, [])).toEqual(new Map());
  });

  test.each([
    ["y=1,2", '"--shape" must be the name of an input and its sizes: current value is y=1,2'],
    ["x=1,512", '"--shape x" [1,512] does not fit the input, which is [N, samples, 3]'],
    ["x=1,512,4", '"--shape x" [1,512,4] does not fit the input, which is [N, samples, 3]'],
    ["x=1,0,3", "--shape x"],
  ])("of %j is refused", (text, message) => {
    expect(() => readShapes(model, [text])).toThrow(message);
  });
});
