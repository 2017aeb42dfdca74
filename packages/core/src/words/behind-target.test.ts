import { describe, expect, it } from "vitest";
import { defineObjective } from "../define/objective.js";
import type { Spec } from "../define/spec.js";
import { withDefinitions } from "../define/vocabulary.js";
import type { Model } from "../onnx/model.js";
import { standard } from "../standard.js";
import { buildModel, open, tinyCnn, tinyTransformer } from "../testing/models.js";
import { channel, crossEntropy, layer, logit, neuron, probability } from "../objectives/activation.js";
import { add, mul } from "../objectives/combine.js";
import { softmaxWarning } from "./behind-target.js";

const cnn = open(tinyCnn()).source;
const vit = open(tinyTransformer()).source;
const reshaped = open(
  buildModel((op, x) => {
    const probabilities = op.softmax(op.flatten(x), 1);
    return { probabilities, shares: op.reshape(probabilities, [1, 36, 1]), twice: op.mul(x, 2) };
  }),
).source;
const models: Readonly<Record<string, Model>> = { vit, cnn };
const warn = (spec: Spec, first = cnn) =>
  softmaxWarning(standard, spec, (model) => (model === undefined ? first : models[model]));

describe("a target that is a softmax", () => {
  it("is said, with the score in its place", () => {
    const why = "which hardly changes where the network is sure, and rises as well when other classes fall";
    expect(warn(probability({ class: 2 }))).toBe(
      `The target "probability" is a softmax, ${why}: "logit:2" is the score before it`,
    );
    const last = { layer: "probabilities" };
    expect(warn(channel({ ...last, channel: 1 }))).toBe(
      `The layer "probabilities" is the result of a softmax, ${why}: "logit:1" is the score before it`,
    );
    expect(warn(neuron({ ...last, channel: 0, model: "cnn" }), vit)).toContain('"cnn::logit:0"');
    expect(warn(layer(last))).toContain('"logit:CLASS"');
    expect(warn(add(logit({ class: 1 }), mul(2, channel({ ...last, channel: 1 }))))).toContain('"logit:1"');
  });

  it("is seen through what only moves its numbers", () => {
    const last = open(buildModel((op, x) => ({ y: op.reshape(op.softmax(op.flatten(x), 1), [1, 36, 1, 1]) }))).source;
    expect(warn(channel({ layer: "y", channel: 3 }), last)).toContain('"logit:3"');
  });

  it("names the scores at the same place, which are no logit", () => {
    const times = open(
      buildModel((op, x) => {
        const scores = op.mul(op.reshape(x, [1, 12, 3]), 2);
        return { y: op.softmax(scores, 2) };
      }),
    ).source;
    const before = times.graph.nodes.find(({ opType }) => opType === "Softmax")!.inputs[0]!.name;
    const said = `"${before}" is the score before it`;
    expect(warn(neuron({ layer: "y", channel: 1, at: [6] }), times)).toContain(said);
    expect(warn(channel({ layer: "y", channel: 1 }), times)).toContain('"logit:1"');
  });

  it("may be an objective of one's own, which says so", () => {
    const chance = { doc: "x", params: {}, build: () => undefined as never };
    const sure = defineObjective({ ...chance, type: "sure", saturates: true });
    const never = defineObjective({ ...chance, type: "never", saturates: false });
    const vocabulary = withDefinitions(standard, [sure, never]);
    const warnings = [sure({}), never({})].map((spec) => softmaxWarning(vocabulary, spec, () => cnn));
    expect(warnings).toEqual([expect.stringContaining('The target "sure" is a softmax'), undefined]);
  });

  it("is no other one: scores, logarithms, attention, softmax that is no result", () => {
    for (const spec of [logit({ class: 0 }), crossEntropy({ class: 0 }), channel({ layer: "scores", channel: 0 })])
      expect(warn(spec)).toBeUndefined();
    expect(warn(channel({ layer: "attention", channel: 0 }), vit)).toBeUndefined();
    expect(warn(channel({ layer: "probabilities", channel: 0 }), reshaped)).toBeUndefined();
    expect(warn(channel({ layer: "probabilities", channel: 0, model: "unknown" }))).toBeUndefined();
  });
});
