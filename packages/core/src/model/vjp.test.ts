import { describe, expect, it } from "vitest";
import { buildModel, open, randomTensor, tinyCnn, weights } from "../testing/models.js";
import { numbers, size, tensor } from "../tensor.js";
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
});
