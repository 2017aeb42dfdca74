import { describe, expect, it } from "vitest";
import { inspect } from "../model/inspect.js";
import { channel } from "../objectives/activation.js";
import { maximize } from "../testing/plain.js";
import { buildModel, open, weights } from "../testing/models.js";

/** A detector of 36 boxes side by side: the scores of those of which the score is above 0.5, and their numbers. */
const detector = open(
  buildModel((op, x) => {
    const scores = op.reshape(op.sigmoid(op.conv(x, weights(op, [1, 1, 3, 3]), { pads: [1, 1, 1, 1] })), [36]);
    const places = op.loose("NonZero", [op.greater(scores, 0.5)], "int64");
    const numbers = op.loose("Reshape", [places, op.ints([-1])], "int64");
    return { numbers, kept: op.loose("Gather", [scores, numbers], "float32", { axis: 0 }) };
  }),
);

describe("a layer of which the input decides how long it is", () => {
  it("is listed with the places that are read, and its gradient", async () => {
    const { layers, assumed } = await inspect(detector);
    const found = (name: string) => layers.find((one) => one.name === name);
    expect(found("kept")).toMatchObject({ shape: [300], units: { count: 300, axis: 0 }, differentiable: true });
    expect(found("numbers")).toMatchObject({ differentiable: false, reason: "it holds int64, which has no gradient" });
    expect(assumed).toEqual([
      "the input decides how long 1 layer is: 300 places are read, and those that are not there hold 0",
    ]);
  });

  it("is no list of classes", async () => {
    const boxes = open(
      buildModel((op, x) => {
        const rows = op.reshape(x, [9, 4]);
        const places = op.loose("NonZero", [op.greater(op.reshape(op.sliceAxis(rows, 1, 0, 1), [9]), 0)], "int64");
        const numbers = op.loose("Reshape", [places, op.ints([-1])], "int64");
        return { boxes: op.loose("Gather", [rows, numbers], "float32", { axis: 0 }) };
      }),
    );
    const { layers, classes } = await inspect(boxes);
    expect(layers.find(({ name }) => name === "boxes")).toMatchObject({ shape: [300, 4] });
    expect(classes).toBeNull();
  });

  it("is a target", async () => {
    const { curve } = await maximize(detector, channel({ layer: "kept", channel: 0 }), { steps: 8, seed: 1 }).result;
    expect(curve[0]![0]).toBeGreaterThan(0.5);
    expect(curve.at(-1)![0]).toBeGreaterThan(curve[0]![0]!);
  });

  it("is refused in a sentence where it holds whole numbers", async () => {
    await expect(
      maximize(detector, channel({ layer: "numbers", channel: 0 }), { steps: 1 }).result,
    ).rejects.toMatchObject({
      code: "unknown-layer",
      message: expect.stringContaining("it holds whole numbers (int64), so it has no gradient"),
    });
  });
});
