import { describe, expect, it } from "vitest";
import { buildModel, open, randomTensor, tinyCnn, weights } from "../testing/models.js";
import { declare, encodeModel } from "../testing/protos.js";
import { numbers, size, tensor, type Tensor } from "../tensor.js";
import { guessContract } from "./contract.js";
import { vjp } from "./vjp.js";

const shapes = new Map([["x", [2, 1, 6, 6]]]);

describe("vjp", () => {
  it("agrees with differences of the output", async () => {
    const model = open(tinyCnn());
    const of = await vjp(model, { shapes, of: "scores" });
    const x = randomTensor([2, 1, 6, 6]);
    const direction = randomTensor([2, 1, 6, 6], 9);
    const cotangent = randomTensor([2, 3], 5);
    const along = async (t: number) => {
      const data = (x.data as Float32Array).map((value, i) => value + t * (direction.data as Float32Array)[i]!);
      const { output } = await of.run({ x: { ...x, data } }, cotangent);
      return numbers(output).reduce((sum, value, i) => sum + value * numbers(cotangent)[i]!, 0);
    };
    const { output, gradient } = await of.run({ x }, cotangent);
    const slope = numbers(gradient).reduce((sum, value, i) => sum + value * numbers(direction)[i]!, 0);
    expect(output.shape).toEqual([2, 3]);
    expect(gradient.shape).toEqual([2, 1, 6, 6]);
    expect(slope).toBeCloseTo(((await along(1e-3)) - (await along(-1e-3))) / 2e-3, 2);
    await of.release();
  });

  it("differentiates the first output by the first input unless told otherwise", async () => {
    const bytes = buildModel((op, x) => ({ y: op.mul(x, 3) }), { shape: [2] });
    const of = await vjp(open(bytes), { shapes: new Map([["x", [2]]]) });
    const { gradient } = await of.run({ x: tensor("float32", [1, 2]) }, tensor("float32", [1, 10]));
    expect(numbers(gradient)).toEqual([3, 30]);
    await of.release();
  });

  it.each(["index", "x"])(
    "gives zeros or the cotangent itself where there is nothing to differentiate: %s",
    async (of) => {
      const bytes = buildModel(
        (op, x) => {
          const constant = op.exp(weights(op, [2]));
          const index = op.argMax(x, 0);
          return { constant, index, y: op.add(op.add(x, constant), op.cast(index, "float32")) };
        },
        { shape: [2] },
      );
      const wanted = await vjp(open(bytes), { shapes: new Map([["x", [2]]]), of });
      const cotangent = of === "index" ? tensor("int64", [1], []) : tensor("float32", [1, 1]);
      const { gradient } = await wanted.run({ x: tensor("float32", [1, 2]) }, cotangent);
      expect(numbers(gradient)).toEqual(of === "x" ? [1, 1] : [0, 0]);
      expect(size(gradient.shape)).toBe(2);
      await wanted.release();
    },
  );

  it("names what the model does not have", async () => {
    const model = open(tinyCnn());
    await expect(vjp(model, { shapes, of: "score" })).rejects.toMatchObject({
      code: "unknown-layer",
      message: 'The model has no value named "score"',
      hint: expect.stringContaining('Did you mean "scores"'),
    });
    await expect(vjp(model, { shapes, wrt: "y" })).rejects.toMatchObject({
      code: "bad-argument",
      message: 'The model has no input "y"',
      hint: 'It has "x"',
    });
  });

  it("differentiates by the first input of floats, and refuses whole numbers", async () => {
    const bytes = encodeModel({
      name: "rows",
      input: [declare("which", [1], 7), declare("table", [2, 2])],
      output: [declare("y", [1, 2])],
      node: [{ opType: "Gather", input: ["table", "which"], output: ["y"] }],
    });
    const given = new Map([
      ["which", [1]],
      ["table", [2, 2]],
    ]);
    const of = await vjp(open(bytes), { shapes: given });
    const feeds = { which: tensor("int64", [1]), table: tensor("float32", [1, 2, 3, 4], [2, 2]) };
    const { gradient } = await of.run(feeds, tensor("float32", [5, 6], [1, 2]));
    await of.release();
    expect(numbers(gradient)).toEqual([0, 0, 5, 6]);
    await expect(vjp(open(bytes), { shapes: given, wrt: "which" })).rejects.toMatchObject({
      code: "bad-argument",
      message: 'Input "which" holds int64, which has no gradient',
      hint: 'It has "table"',
    });
  });

  it("takes pictures of whole numbers that become floats for floats", async () => {
    const bytes = encodeModel({
      name: "levels",
      input: [declare("x", [1, 2, 2, 3], 2)],
      output: [declare("y", [1, 3, 2, 2])],
      initializer: [{ name: "scale", dataType: 1, floatData: [0.5] }],
      node: [
        {
          opType: "Transpose",
          input: ["x"],
          output: ["planes"],
          attribute: [{ name: "perm", type: 7, ints: [0n, 3n, 1n, 2n] }],
        },
        { opType: "Cast", input: ["planes"], output: ["floats"], attribute: [{ name: "to", type: 2, i: 1n }] },
        { opType: "Mul", input: ["floats", "scale"], output: ["y"] },
      ],
    });
    const model = open(bytes);
    expect(model.source.inputs).toEqual([{ name: "x", dtype: "float32", dims: [1, 2, 2, 3], whole: "uint8" }]);
    expect(guessContract(model.source)).toMatchObject({ contract: { mean: [0], std: [1 / 255], layout: "NHWC" } });
    const of = await vjp(model, { shapes: new Map([["x", [1, 2, 2, 3]]]) });
    const x = tensor(
      "float32",
      Array.from({ length: 12 }, (_, i) => i + 0.25),
      [1, 2, 2, 3],
    );
    const cotangent = tensor("float32", Array<number>(12).fill(3), [1, 3, 2, 2]);
    const { output, gradient } = await of.run({ x }, cotangent);
    await of.release();
    expect(numbers(output)[1]).toBe(3.25 / 2);
    expect(numbers(gradient)).toEqual(Array<number>(12).fill(1.5));
  });

  describe("says what is wrong with its arguments", () => {
    const model = open(buildModel((op, x) => ({ y: op.mul(x, 3) }), { shape: [2, 2], freeBatch: "N" }));
    const at = (...shape: number[]) => ({ shapes: new Map([["x", shape]]) });
    const square = tensor("float32", [1, 2, 3, 4], [2, 2]);

    it.each([[Number.NaN], [1.5], [-1]])("a dimension of %d", async (dim) => {
      await expect(vjp(model, at(dim, 2))).rejects.toMatchObject({
        code: "bad-argument",
        message: expect.stringMatching(/^"shapes\.x" must be a list of whole numbers/),
      });
    });

    it("a precision that there is not", async () => {
      await expect(vjp(model, { ...at(2, 2), precision: "float16" as "float32" })).rejects.toMatchObject({
        code: "bad-argument",
        message: 'The precision is "float32" or "float64", not "float16"',
      });
    });

    it.each([
      ["nothing", undefined, "is missing"],
      ["a plain array", [1, 2, 3, 4], "is no tensor"],
      ["another type", tensor("float64", [1, 2, 3, 4], [2, 2]), "is of float64 [2,2]"],
      ["another shape", tensor("float32", [1, 2, 3, 4]), "is of float32 [4]"],
      ["too few elements", { ...square, data: new Float32Array(3) }, "has 3 elements instead of 4"],
    ])("%s in the place of a tensor", async (_, wrong, problem) => {
      const of = await vjp(model, at(2, 2));
      const expected = (name: string) => ({
        code: "bad-argument",
        message: `"${name}" must be a tensor of float32 [2,2], and ${problem}`,
        hint: 'Make it with tensor("float32", numbers, [2,2])',
      });
      await expect(of.run({ x: wrong as Tensor }, square)).rejects.toMatchObject(expected("x"));
      await expect(of.run({ x: square }, wrong as Tensor)).rejects.toMatchObject(expected("cotangent"));
      await of.release();
    });

    it("an input that there is not", async () => {
      const of = await vjp(model, at(2, 2));
      await expect(of.run({ x: square, z: square }, square)).rejects.toMatchObject({
        code: "bad-argument",
        message: 'The model has no input "z"',
        hint: 'Choose "x"',
      });
      await of.release();
    });

    it("a region of a crop to differentiate by, and takes it as given", async () => {
      const crop = open(
        buildModel(
          (op, x) => {
            const region = op.graph.input("region", { dtype: "float32", shape: [4] });
            const attributes = { mode: "linear", coordinate_transformation_mode: "tf_crop_and_resize" };
            const sizes = [x, region, undefined, op.ints([2, 2])];
            return { y: op.emit("Resize", sizes, [{ dtype: "float32", shape: [2, 2] }], attributes)[0]! };
          },
          { shape: [4, 4] },
        ),
      );
      const shapesOfCrop = new Map([
        ["x", [4, 4]],
        ["region", [4]],
      ]);
      await expect(vjp(crop, { shapes: shapesOfCrop, wrt: "region" })).rejects.toMatchObject({
        code: "missing-vjp-rule",
        hint: expect.stringContaining("inputs: {") as string,
      });
      const region = tensor("float32", [0, 0, 0.5, 0.5]);
      const of = await vjp(crop, { shapes: shapesOfCrop, wrt: "x", inputs: { region } });
      const { gradient } = await of.run({ x: randomTensor([4, 4]) }, tensor("float32", [1, 1, 1, 1], [2, 2]));
      expect(numbers(gradient).reduce((a, b) => a + b, 0)).toBeCloseTo(4, 5);
      await of.release();
    });

    it("a run after its release, which may be said twice", async () => {
      const of = await vjp(model, at(2, 2));
      await of.release();
      await of.release();
      await expect(of.run({ x: square }, square)).rejects.toMatchObject({
        code: "bad-argument",
        message: 'The gradient of "y" was released and cannot run',
      });
    });
  });
});
