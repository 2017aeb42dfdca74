import { describe, expect, it } from "vitest";
import { maximize } from "../testing/plain.js";
import type { MaximizeOptions } from "../ascend/options.js";
import type { LoadedModel } from "../model/load.js";
import { channel } from "../objectives/activation.js";
import { open } from "../testing/models.js";
import { declare, encodeModel } from "../testing/protos.js";
import { tensor } from "../tensor.js";
import { prepareModel } from "./prepare-model.js";

describe("a model of several inputs", () => {
  /** y = x + z, with a batch that is free or not. */
  const sum = (batch: number | string, other: readonly (number | string)[]) =>
    open(
      encodeModel({
        name: "sum",
        input: [declare("x", [batch, 2]), declare("z", other)],
        output: [declare("y", [batch, 2])],
        node: [{ opType: "Add", input: ["x", "z"], output: ["y"] }],
      }),
    );
  const started = async (
    model: LoadedModel,
    inputs: MaximizeOptions["inputs"] & object,
    start: string[] = ["zeros"],
  ) => {
    const targets = [0, 1].map((at) => channel({ layer: "y", channel: at }));
    const watch = Object.fromEntries(targets.map((target, i) => [i, target]));
    const { last, record } = await maximize(model, targets[0]!, { steps: 0, start, inputs, watch }).result;
    return { values: [0, 1].map((i) => [...last.watch[i]!]), record };
  };

  it("takes the others as constants: numbers, or tensors for all or each of the pictures", async () => {
    const free = sum("N", ["N", 2]);
    expect((await started(free, { z: 3 })).values).toEqual([[3], [3]]);
    expect((await started(free, { z: tensor("float32", [4, 5], [1, 2]) })).values).toEqual([[4], [5]]);
    const both = ["zeros", "ones"];
    expect((await started(free, { z: tensor("float32", [4, 5], [1, 2]) }, both)).values).toEqual([
      [4, 5],
      [5, 6],
    ]);
    const each = { z: tensor("float64", [4, 5, 6, 7], [2, 2]) };
    const expected = [
      [4, 7],
      [5, 8],
    ];
    expect((await started(free, each, both)).values).toEqual(expected);
    const { values, record } = await started(sum(1, [1, 2]), each, both);
    expect(values).toEqual(expected);
    expect(record.inputs).toEqual({ z: { shape: [2, 2], values: [4, 5, 6, 7] } });
    expect((await started(sum("N", []), { z: 7 })).values).toEqual([[7], [7]]);
  });

  it("takes a tensor for each of the pictures in a recipe, too", async () => {
    const inputs = { z: tensor("float32", [4, 5, 6, 7], [2, 2]) };
    const options = { recipe: "auto", start: "zeros", streams: [0, 1], steps: 0, inputs };
    const { curve } = await maximize(sum("N", ["N", 2]), "y:0", options);
    const [first, second] = curve[0]!;
    expect(second! - first!).toBeCloseTo(2, 5);
  });

  it("ascends the first that is not given", async () => {
    expect((await started(sum("N", ["N", 2]), { x: 1 })).record).toMatchObject({ inputs: { x: 1 }, shape: [1, 2] });
  });

  it.each<[MaximizeOptions["inputs"] & object, string]>([
    [{}, 'Besides "x" the model needs "z"'],
    [{ z: 1, q: 2 }, 'The model has no input "q" to be given'],
    [{ z: tensor("float32", [1, 2, 3], [1, 3]) }, 'Input "z" is [N, 2], but the shape [1,3] was given'],
    [{ z: tensor("float32", [1, 2]) }, 'Input "z" is [N, 2], but the shape [2] was given'],
    [
      { z: tensor("float32", [1, 2, 3, 4], [2, 2]) },
      'Input "z" is [N, 2], but the shape [2,2] was given for 1 picture',
    ],
    [{ x: 1, z: 2 }, "Every floating-point input is given, so none is left to ascend"],
  ])("refuses %j", async (inputs, message) => {
    await expect(started(sum("N", ["N", 2]), inputs)).rejects.toMatchObject({ message });
  });

  it("says how the others are given", async () => {
    await expect(started(sum("N", ["N", 2]), {})).rejects.toMatchObject({
      code: "bad-argument",
      hint: expect.stringContaining("--input z=0"),
    });
    await expect(prepareModel(sum("N", ["N", 2]), 1, {}, "other")).rejects.toMatchObject({
      message: 'Besides "x" the model "other" needs "z"',
      hint: expect.stringContaining("--input other::z=0"),
    });
    await expect(started(sum("N", ["N", "k"]), { z: 1 })).rejects.toMatchObject({
      message: 'Dimension 1 of input "z" is free and needs a size',
      hint: expect.stringContaining("--shape z=1,16"),
    });
  });
});

describe("a number for an input that leaves sizes free", () => {
  /** y [N, 2] = x + the sum over the first axis of z [2, batch, 2]. */
  const model = (batch: string) =>
    open(
      encodeModel({
        name: "states",
        input: [declare("x", ["N", 2]), declare("z", [2, batch, 2])],
        output: [declare("y", ["N", 2])],
        node: [
          { opType: "ReduceMax", input: ["z"], output: ["m"] },
          { opType: "Add", input: ["x", "m"], output: ["s"] },
          { opType: "Reshape", input: ["s", "shape"], output: ["y"] },
        ],
        initializer: [{ name: "shape", dataType: 7, dims: [2n], int64Data: [-1n, 2n] }],
      }),
    );

  it("is as large as the shape that is given, or as what has the same name", async () => {
    const shapes = new Map([["z", [2, 3, 2]]]);
    const sized = await prepareModel(model("B"), 1, { inputs: { z: 5 }, shapes });
    expect(sized.given[0]!.get("z")!.shape).toEqual([2, 3, 2]);
    const named = await prepareModel(model("N"), 1, { inputs: { z: 5 } });
    expect(named.given[0]!.get("z")).toMatchObject({ shape: [2, 1, 2], data: new Float32Array(4).fill(5) });
  });
});
