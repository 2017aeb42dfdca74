import { describe, expect, it } from "vitest";
import { measure } from "../testing/measure.js";
import { channel, neuron, spatial } from "./activation.js";
import { head, token } from "./tokens.js";

const same = { layer: "same" };

describe("targets in transformers", () => {
  // three tokens of four features
  const tokens = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];
  const shape = [1, 3, 4];

  it("are features of the class token, of another one, or of all", async () => {
    const targets = [
      token({ ...same, channel: 1 }),
      token({ ...same, channel: 1, token: 2 }),
      channel({ ...same, channel: 1 }),
    ];
    expect(await measure(tokens, shape, targets)).toEqual([2, 10, 6]);
  });

  it("are heads: of a map of their own, or of a share of the features", async () => {
    const shares = [head({ ...same, head: 0, heads: 2 }), head({ ...same, head: 1, heads: 2 })];
    const squares = (values: readonly number[]) => values.reduce((sum, x) => sum + x * x, 0) / values.length;
    const [first, second] = await measure(tokens, shape, shares);
    expect(first).toBeCloseTo(squares([1, 2, 5, 6, 9, 10]), 4);
    expect(second).toBeCloseTo(squares([3, 4, 7, 8, 11, 12]), 4);
    const maps = [head({ ...same, head: 0 }), head({ ...same, head: 1 })];
    const [map, other] = await measure(tokens, [1, 2, 2, 3], maps);
    expect(map).toBeCloseTo(squares([1, 2, 3, 4, 5, 6]), 4);
    expect(other).toBeCloseTo(squares([7, 8, 9, 10, 11, 12]), 4);
    const [last] = await measure(tokens, [1, 2, 3, 2], [head({ ...same, head: 2, heads: 3 })]);
    expect(last).toBeCloseTo(squares([5, 6, 11, 12]), 4);
    await expect(measure(tokens, [1, 2, 3, 2], [head({ ...same, head: 0, heads: 4 })])).rejects.toThrow(
      'Layer "same" of shape [1,2,3,2] has no axis of 4 heads',
    );
  });

  it.each([
    [token({ ...same, channel: 4 }), '4 is out of range: there are 4 channels of layer "same", from 0 to 3'],
    [token({ ...same, channel: 0, token: 3 }), '3 is out of range: there are 3 tokens of layer "same", from 0 to 2'],
    [token({ layer: "scores", channel: 0 }), 'Layer "scores" of shape [1,12] holds no tokens'],
    [neuron({ ...same, channel: 0, y: 1, x: 1 }), 'Layer "same" has one axis of places, its tokens'],
    [spatial({ ...same, x: 1 }), 'Layer "same" has one axis of places, its tokens'],
    [
      neuron({ layer: "scores", channel: 0, y: 0, x: 0 }),
      'Layer "scores" has no places: each of its units is one number',
    ],
    [spatial({ layer: "scores", y: 0 }), 'Layer "scores" has no places: each of its units is one number'],
    [head({ layer: "scores", head: 0 }), 'Layer "scores" of shape [1,12] holds no tokens'],
    [head({ ...same, head: 0 }), 'Layer "same" of shape [1,3,4] does not say how many heads share its features'],
    [head({ ...same, head: 0, heads: 3 }), 'The 4 features of layer "same" do not divide into 3 heads'],
    [head({ ...same, head: 2, heads: 2 }), '2 is out of range: there are 2 heads of layer "same", from 0 to 1'],
  ])("are refused where there are none: %j", async (target, message) => {
    await expect(measure(tokens, shape, [target])).rejects.toMatchObject({ code: "bad-argument", message });
  });
});
