import { describe, expect, test } from "vitest";
import type { Ops } from "../ir/ops/index.js";
import type { Value } from "../ir/graph.js";
import { buildModel, open, tinyCnn, weights } from "../testing/models.js";
import { maximize } from "../testing/plain.js";

const grouped = (opset: number, scales: number) =>
  buildModel(
    (op: Ops, x: Value) => {
      const conv = op.conv(x, weights(op, [4, 1, 3, 3]));
      const ones = op.fill([scales], 1);
      const type = { dtype: conv.dtype, shape: conv.shape };
      const [norm] = op.emit("GroupNormalization", [conv, ones, op.fill([scales], 0)], [type], { num_groups: 2 });
      return { norm: norm!, mean: op.reduceMean(norm!, [2, 3]) };
    },
    { opset },
  );

const steps = { steps: 2 };

describe("models of different operator sets in one graph", () => {
  test("are written under the newest, and mean what they mean alone", async () => {
    const second = open(grouped(21, 4));
    const alone = await maximize(second, "norm:2", { ...steps, start: "ones" });
    const joined = await maximize(open(tinyCnn()), "m::norm:2", {
      ...steps,
      start: "ones",
      models: { m: { model: second } },
    });
    expect(joined.curve).toEqual(alone.curve);
    const turned = await maximize(second, "norm:2 + 0*m::relu:1", {
      ...steps,
      start: "ones",
      models: { m: { model: open(tinyCnn()) } },
    });
    expect(turned.curve.map(([value]) => value!.toFixed(5))).toEqual(alone.curve.map(([value]) => value!.toFixed(5)));
  });

  test("are refused where an operator changed its meaning in between", async () => {
    const run = maximize(open(grouped(20, 2)), "norm:2", { ...steps, models: { m: { model: open(grouped(21, 4)) } } });
    await expect(run).rejects.toMatchObject({
      code: "unsupported-model",
      message: expect.stringContaining("GroupNormalization"),
      hint: expect.stringContaining("one operator set"),
    });
  });
});
