import { describe, expect, it } from "vitest";
import { buildModel, open, randomTensor, weights } from "../testing/models.js";
import { numbers, size, tensor, type Tensor } from "../tensor.js";
import { vjp } from "../model/vjp.js";

describe("what ONNX Runtime types or runs wrongly", () => {
  const gradientOf = async (bytes: Uint8Array, x: Tensor) => {
    const { graph } = await open(bytes).at(new Map([["x", x.shape]]));
    const of = await vjp(open(bytes), { shapes: new Map([["x", x.shape]]) });
    const shape = graph.outputs[0]!.shape;
    const { output, gradient } = await of.run({ x }, tensor("float32", Array<number>(size(shape)).fill(1), shape));
    await of.release();
    return { shape, output: numbers(output), gradient: numbers(gradient) };
  };

  it("Pad that repeats an axis more than once", async () => {
    const bytes = buildModel(
      (op, x) => ({
        y: op.emit("Pad", [x, op.ints([0, 4, 0, 5])], [{ dtype: "float32", shape: [1, 12] }], { mode: "wrap" })[0]!,
      }),
      { shape: [1, 3] },
    );
    const { output, gradient } = await gradientOf(bytes, tensor("float32", [1, 2, 3], [1, 3]));
    expect(output).toEqual([3, 1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2]);
    expect(gradient).toEqual([4, 4, 4]);
  });

  it.each([9, 10, 11, 13, 19])("scales of a resize whose product was rounded down, opset %i", async (opset) => {
    const ratio = Math.fround(10 / 6);
    const bytes = buildModel(
      (op, x) => {
        const scales = op.constant(tensor("float32", [1, 1, 1, ratio]));
        const roi = opset < 13 ? op.constant(tensor("float32", [])) : undefined;
        const inputs = opset < 11 ? [x, scales] : [x, roi, scales];
        const attributes = { mode: "linear", ...(opset >= 11 && { coordinate_transformation_mode: "asymmetric" }) };
        const type = { dtype: "float32", shape: [1, 1, 1, 10] } as const;
        const big = op.emit(opset === 9 ? "Upsample" : "Resize", inputs, [type], attributes)[0]!;
        return { y: op.concat([big, op.mul(big, 2)], 2) };
      },
      { shape: [1, 1, 1, 6], opset },
    );
    const x = [0, 5, 10, 15, 20, 25];
    const { shape, output, gradient } = await gradientOf(bytes, tensor("float32", x, [1, 1, 1, 6]));
    expect(shape).toEqual([1, 1, 2, 10]);
    [0, 3, 6, 9, 12, 15, 18, 21, 24, 25].forEach((value, i) => expect(output[i]).toBeCloseTo(value, 4));
    expect(gradient.reduce((a, b) => a + b, 0)).toBeCloseTo(30, 3);
  });

  it("dilated windows with auto_pad", async () => {
    const build = (attributes: Record<string, string | readonly number[]>) =>
      buildModel(
        (op, x) => ({
          y: op.emit("Conv", [x, weights(op, [2, 1, 2, 3])], [{ dtype: "float32", shape: [1, 2, 6, 7] }], {
            dilations: [3, 2],
            ...attributes,
          })[0]!,
        }),
        { shape: [1, 1, 6, 7] },
      );
    const x = randomTensor([1, 1, 6, 7]);
    const upper = await gradientOf(build({ auto_pad: "SAME_UPPER" }), x);
    expect(upper).toEqual(await gradientOf(build({ pads: [1, 2, 2, 2] }), x));
    const lower = await gradientOf(build({ auto_pad: "SAME_LOWER" }), x);
    expect(lower).toEqual(await gradientOf(build({ pads: [2, 2, 1, 2] }), x));
  });
});
