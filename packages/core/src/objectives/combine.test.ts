import { describe, expect, it } from "vitest";
import { measure } from "../testing/measure.js";
import { channel } from "./activation.js";
import { add, div, mul, neg, pow, sub } from "./combine.js";

describe("algebra", () => {
  const a = channel({ layer: "same", channel: 0 });
  const b = channel({ layer: "same", channel: 1 });

  it("works between objectives and with numbers on either side", async () => {
    const targets = [
      add(a, b, 1),
      sub(a, b),
      mul(a, b),
      mul(2, a),
      sub(1, a),
      add(a, mul(-0.5, sub(b, 2))),
      div(a, 2),
      div(7, a),
      div(b, sub(a, 1)),
      neg(b),
    ];
    const got = await measure([1, 6, -12, -13], [1, 2, 1, 2], targets);
    expect(got).toEqual([-8, 16, -43.75, 7, -2.5, 10.75, 1.75, 2, -5, 12.5]);
    const powers = [pow(a, 2), pow(2, a), pow(b, 2), pow(a, -1), pow(b, 3)];
    const wanted = [12.25, 2 ** 3.5, 156.25, 1 / 3.5, -1953.125];
    (await measure([1, 6, -12, -13], [1, 2, 1, 2], powers)).forEach((x, i) => expect(x).toBeCloseTo(wanted[i]!, 3));
  });

  it("changes none of its parts", () => {
    const [left, right] = [Object.freeze({ ...a }), Object.freeze({ ...b })];
    for (const combine of [add, sub, mul, div, pow]) {
      const whole = combine(left, right);
      expect(whole["left"]).toBe(left);
      expect(combine(whole, 2)["left"]).toBe(whole);
    }
    expect(left).toEqual(a);
    expect(right).toEqual(b);
  });
});
