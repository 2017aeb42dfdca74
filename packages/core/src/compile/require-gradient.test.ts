import { describe, expect, it } from "vitest";
import { maximize } from "../testing/plain.js";
import { channel } from "../objectives/activation.js";
import { add, sub } from "../objectives/combine.js";
import { l2 } from "../objectives/penalty.js";
import { buildModel, open, weights } from "../testing/models.js";

describe("an error", () => {
  it("for a target without a gradient says so, also where a penalty or another target has one", async () => {
    const blind = open(
      buildModel(
        (op, x) => {
          const whole = op.cast(x, "int32");
          whole.node!.outputs[0]!.name = "whole";
          const sign = op.cast(whole, "float32");
          return { sign, y: op.add(sign, x) };
        },
        { shape: [1, 1, 2, 2] },
      ),
    );
    const sign = channel({ layer: "sign", channel: 0 });
    const others = [sign, sub(sign, l2({})), add(sign, channel({ layer: "y", channel: 0 }))];
    for (const target of others)
      await expect(maximize(blind, target).result).rejects.toMatchObject({
        code: "no-gradient",
        message: expect.stringMatching(
          /^The target "channel" of layer "sign" has no gradient, so there is nothing to maximize: it is zero behind node "whole" \(Cast\)$/,
        ),
        hint: expect.any(String),
      });
    const { last } = await maximize(blind, sub(channel({ layer: "y", channel: 0 }), l2({})), { steps: 1 }).result;
    expect(last.networkGradientNorm[0]).toBeGreaterThan(0);
  });

  it("for a target that does not depend on the picture says so", async () => {
    // too large to be folded into a constant
    const apart = open(
      buildModel((op, x) => ({ fixed: op.mul(weights(op, [1, 2, 64, 64]), 2), y: op.mul(x, 2) }), {
        shape: [1, 1, 2, 2],
      }),
    );
    const fixed = channel({ layer: "fixed", channel: 0 });
    for (const target of [fixed, sub(fixed, l2({}))])
      await expect(maximize(apart, target).result).rejects.toMatchObject({
        code: "no-gradient",
        message:
          'The target "channel" of layer "fixed" does not depend on the picture, so there is nothing to maximize',
      });
  });
});
