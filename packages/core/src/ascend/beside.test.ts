import { describe, expect, it } from "vitest";
import { Graph } from "../ir/graph.js";
import { createOps } from "../ir/ops/index.js";
import { writeModel } from "../onnx/write.js";
import { open, publish, weights } from "../testing/models.js";
import { maximize } from "../testing/plain.js";
import { numbers, tensor, type DType, type Shape } from "../tensor.js";

/** A picture and numbers, of which the products of their features are scored. */
function twoInputs({ z: shape = [1, 3] as Shape, dtype = "float32" as DType } = {}) {
  const graph = new Graph("two");
  const op = createOps(graph, "cpu", "test");
  const x = graph.input("x", { dtype: "float32", shape: [1, 1, 4, 4] });
  const z = graph.input("z", { dtype, shape });
  const seen = op.reshape(op.reduceMean(op.conv(x, weights(op, [5, 1, 3, 3])), [2, 3], true), [1, 5]);
  const words = op.tanh(op.matMul(op.reshape(op.cast(z, "float32"), [1, 3]), weights(op, [3, 5], 2)));
  publish(graph, { seen, words, y: op.matMul(op.mul(seen, words), weights(op, [5, 2], 3)) });
  return open(writeModel(graph, { opsets: new Map([["", 20]]) }));
}

const together = { z: { maximized: true } } as const;

describe("inputs that are maximized together", () => {
  it("rise further than one alone, and give what was reached", async () => {
    const model = twoInputs();
    const how = { steps: 40, optimizer: { type: "gradient", learningRate: 0.5 } } as const;
    const both = await maximize(model, "y:1", { ...how, inputs: together });
    const alone = await maximize(model, "y:1", { ...how, inputs: { z: 0.01 } });
    const best = both.curve.at(-1)![0]!;
    expect(best).toBeGreaterThan(2 * Math.abs(alone.curve.at(-1)![0]!));
    expect(both.inputs["z"]!.shape).toEqual([1, 3]);
    expect(both.record.inputs).toEqual({ z: { maximized: true } });
    expect(alone.inputs).toEqual({});
    const start = { type: "array", values: numbers(both.picture) } as const;
    const again = await maximize(model, "y:1", { start, steps: 0, inputs: { z: both.inputs["z"]! } });
    expect(again.curve[0]![0]).toBeCloseTo(best, 5);
  });

  it("have numbers of their own for each picture, also of a model made for one, and for all views of it", async () => {
    const transforms = [{ type: "crops", count: 2 }];
    const { inputs, curve } = await maximize(twoInputs(), ["y:0", "y:1"], { steps: 6, inputs: together, transforms });
    const z = numbers(inputs["z"]!);
    expect(inputs["z"]!.shape).toEqual([2, 3]);
    expect(z.slice(0, 3)).not.toEqual(z.slice(3));
    for (const i of [0, 1]) expect(curve.at(-1)![i]).toBeGreaterThan(curve[0]![i]!);
  });

  it("go on from a checkpoint as if nothing had stopped them", async () => {
    const options = { inputs: together, keep: "best" } as const;
    const whole = await maximize(twoInputs(), "y:1", { ...options, steps: 8 });
    const half = await maximize(twoInputs(), "y:1", { ...options, steps: 4 });
    const rest = await maximize(twoInputs(), "y:1", { ...options, steps: 8, resume: half.last.checkpoint() });
    expect(rest.curve).toEqual(whole.curve);
    expect(rest.inputs).toEqual(whole.inputs);
  });

  it.each([
    [{ dtype: "int64" as const }, "int64 [1,3]"],
    [{ z: [3, 1] }, "float32 [3,1]"],
  ])("are floats with an axis for the pictures: %j", async (options, what) => {
    const run = maximize(twoInputs(options), "y:1", { steps: 2, inputs: together });
    await expect(run.result).rejects.toMatchObject({ code: "bad-argument", message: expect.stringContaining(what) });
  });

  it("hold something where a picture is only looked at", async () => {
    const { classify } = await import("../probe/classify.js");
    const picture = tensor("float32", new Float32Array(16), [1, 1, 4, 4]);
    await expect(classify(twoInputs(), picture, { inputs: together })).rejects.toMatchObject({
      message: expect.stringContaining('Input "z" is maximized in a run only'),
    });
  });
});
