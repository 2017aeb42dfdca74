import { describe, expect, it } from "vitest";
import { buildModel, open } from "../testing/models.js";
import { measure } from "../testing/measure.js";
import { tensor } from "../tensor.js";
import { channel, crossEntropy, layer, logit, neuron, probability, spatial } from "./activation.js";
import { add, mul, pow, sub } from "./combine.js";
import { tv } from "./penalty.js";

describe("activations", () => {
  // two channels of 2 x 3
  const picture = [1, 2, 3, 4, 5, 6, -1, -2, -3, -4, -5, -60];
  const shape = [1, 2, 2, 3];
  const same = { layer: "same" };

  it("are means over a channel, single neurons, columns, or mean squares of a layer", async () => {
    expect(
      await measure(picture, shape, [
        channel({ ...same, channel: 0 }),
        channel({ ...same, channel: 1 }),
        neuron({ ...same, channel: 0, y: 1, x: 2 }),
        neuron({ ...same, channel: 1, y: 0, x: 0 }),
        neuron({ ...same, channel: 0 }),
        neuron({ layer: "pooled", channel: 0 }),
        neuron({ layer: "scores", channel: 11 }),
        spatial({ ...same, y: 1, x: 2 }),
        spatial({ ...same, y: 0, x: 1 }),
        spatial(same),
      ]),
    ).toEqual([3.5, -12.5, 6, -1, 5, 3.5, -90, -27, 0, 0]);
    const [squares] = await measure(picture, shape, [layer(same)]);
    expect(squares).toBeCloseTo(picture.reduce((sum, x) => sum + x * x, 0) / 12, 2);
  });

  it("of a 1 x 1 convolution are what others measure", async () => {
    const model = open(
      buildModel(
        (op, x) => {
          const constant = (value: number, to: readonly number[]) =>
            op.constant(tensor("float32", Array<number>(to.reduce((a, b) => a * b)).fill(value), to));
          const conv = op.conv(x, constant(0.1, [2, 3, 1, 1]), {}, constant(1, [2]));
          return { conv, pooled: op.globalAveragePool(conv) };
        },
        { shape: [1, 3, 4, 4] },
      ),
    );
    const conv = { layer: "conv" };
    const targets = [channel({ ...conv, channel: 1 }), layer(conv), spatial(conv)];
    const [mean, squares, column] = await measure(Array<number>(48).fill(1), [1, 3, 4, 4], targets, { model });
    expect(mean).toBeCloseTo(1.3, 5);
    expect(squares).toBeCloseTo(1.69, 5);
    expect(column).toBeCloseTo(1.3, 5);
  });

  it("of classes are the score, its softmax and the logarithm of that", async () => {
    const small = [0.1, 0.2, 0.4, -0.2];
    const targets = [logit({ class: 2 }), probability({ class: 2 }), crossEntropy({ class: 2 })];
    const [score, p, log] = await measure(small, [1, 1, 2, 2], targets);
    const sum = small.reduce((total, x) => total + Math.exp(1.5 * x), 0);
    expect(score).toBeCloseTo(0.6, 5);
    expect(p).toBeCloseTo(Math.exp(0.6) / sum, 5);
    expect(log).toBeCloseTo(0.6 - Math.log(sum), 5);
  });

  it("are those of Captum's own network", async () => {
    const model = open(
      buildModel(
        (op, x) => {
          const weights = op.fill([2, 3, 1, 1], 0.1);
          const conv = op.conv(x, weights, {}, op.fill([2], 1));
          return { pooled: op.globalAveragePool(conv), conv };
        },
        { shape: [1, 3, 4, 4] },
      ),
    );
    const conv = { layer: "conv" };
    const [left, right] = [0, 1].map((one) => channel({ ...conv, channel: one }));
    const targets = [
      left!,
      neuron({ ...conv, channel: 1 }),
      layer(conv),
      // Captum's L1 and L2 are of a layer at one place, and those here of the picture
      add(left!, right!),
      pow(mul(2, layer(conv)), 0.5),
      tv({}),
    ];
    const found = await measure(Array<number>(48).fill(1), [1, 3, 4, 4], targets, { model });
    [1.3, 1.3, 1.69, 2.6, 1.8385, 0].forEach((wanted, i) => expect(found[i]).toBeCloseTo(wanted, 4));
  });

  it("of two models are read side by side", async () => {
    const twice = open(buildModel((op, x) => ({ same: op.mul(x, 2), scores: op.flatten(op.mul(x, -1)) }), { shape }));
    const models = { twice: { model: twice } };
    const own = channel({ ...same, channel: 0 });
    const other = channel({ ...same, channel: 0, model: "twice" });
    const targets = [own, other, sub(own, other), logit({ class: 0 }), logit({ class: 0, model: "twice" })];
    expect(await measure(picture, shape, targets, { models })).toEqual([3.5, 7, -3.5, 1.5, -1]);
    const missing = channel({ ...same, channel: 0, model: "thrice" });
    await expect(measure(picture, shape, [missing], { models })).rejects.toThrow('There is no model "thrice"');
  });
});
