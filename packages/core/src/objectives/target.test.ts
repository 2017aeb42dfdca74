import { describe, expect, test } from "vitest";
import type { XstarError } from "../errors.js";
import { parseTarget } from "./target.js";

const layers = ["conv1", "conv1/relu", "a", "a-b", "model/conv1/Relu:0", "fire2/squeeze 1x1", "logit", "214", "p+q"];
const parse = (text: string) => parseTarget(text, { layers, nodes: ["Conv_7"] });
const channel = (layer: string, at: number) => ({ type: "channel", layer, channel: at });
const tv = { type: "tv" };

describe("a target", () => {
  test.each([
    ["conv1", { type: "layer", layer: "conv1" }],
    ["conv1:7", channel("conv1", 7)],
    [" conv1:7 ", channel("conv1", 7)],
    ["conv1/relu:7", channel("conv1/relu", 7)],
    ["Conv_7:7", channel("Conv_7", 7)],
    ["model/conv1/Relu:0:3", channel("model/conv1/Relu:0", 3)],
    ["fire2/squeeze 1x1:3", channel("fire2/squeeze 1x1", 3)],
    ["214:3", channel("214", 3)],
    ["logit:3", channel("logit", 3)],
    ["probability:3", { type: "probability", class: 3 }],
    ["crossEntropy:3", { type: "crossEntropy", class: 3 }],
    ["conv1:7@3,4", { type: "neuron", layer: "conv1", channel: 7, y: 3, x: 4 }],
    ["conv1:7@3", { type: "neuron", layer: "conv1", channel: 7, y: 3 }],
    ["conv1:7@", { type: "neuron", layer: "conv1", channel: 7 }],
    ["tv", tv],
    ["l2", { type: "l2", around: 0 }],
    ["lp", { type: "lp", p: 6, around: 0 }],
  ])("%s", (text, spec) => {
    expect(parse(text)).toEqual(spec);
  });

  test.each([
    ["a:1 + a:2", { type: "add", left: channel("a", 1), right: channel("a", 2) }],
    ["a:1-a:2", { type: "sub", left: channel("a", 1), right: channel("a", 2) }],
    ["a-b:2", channel("a-b", 2)],
    ["p+q:2", channel("p+q", 2)],
    ["0.5*a:1", { type: "mul", left: 0.5, right: channel("a", 1) }],
    ["-a:1", { type: "mul", left: -1, right: channel("a", 1) }],
    ["2 * 214:3", { type: "mul", left: 2, right: channel("214", 3) }],
    ["a:1 - 1e-3*tv", { type: "sub", left: channel("a", 1), right: { type: "mul", left: 0.001, right: tv } }],
    [
      "a:1 - tv + a:2",
      { type: "add", left: { type: "sub", left: channel("a", 1), right: tv }, right: channel("a", 2) },
    ],
    ["a:1 - 2*(tv + a:2)", { left: channel("a", 1), right: { left: 2, right: { left: tv, right: channel("a", 2) } } }],
  ])("%s", (text, spec) => {
    expect(parse(text)).toMatchObject(spec);
  });

  test.each([
    ["", 'Expected a layer at the end of the target ""'],
    ["conv1:", 'Expected a channel number at the end of the target "conv1:"'],
    ["conv1:x", 'Expected a channel number at character 7 of the target "conv1:x"'],
    ["conv1:1.5", 'Expected "+", "-" or the end at character 8 of the target "conv1:1.5"'],
    ["conv1:1@2,", 'Expected a column number at the end of the target "conv1:1@2,"'],
    ["a:1 +", 'Expected a layer at the end of the target "a:1 +"'],
    ["a:1 a:2", 'Expected "+", "-" or the end at character 5 of the target "a:1 a:2"'],
    ["a:1*2", 'Expected "+", "-" or the end at character 4 of the target "a:1*2"'],
    ["(a:1", 'Expected ")" at the end of the target "(a:1"'],
    ["probability", 'Expected ":" and a class number at the end of the target "probability"'],
  ])("%j is refused", (text, message) => {
    expect(() => parse(text)).toThrow(expect.objectContaining({ code: "bad-argument", message }));
  });

  test.each([
    ["conv9:1", "conv9", 1],
    ["0.5*conv9:1 + a:2", "conv9", 5],
    ["a:1 - relu-3:7@1,2", "relu-3", 7],
    ["conv1x", "conv1x", 1],
    ["213:3", "213", 1],
  ])("%j names an unknown layer", (text, layer, place) => {
    const error = (() => {
      try {
        return parse(text);
      } catch (thrown) {
        return thrown as XstarError;
      }
    })();
    expect(error).toMatchObject({
      code: "unknown-layer",
      message: `The model has no layer "${layer}" (at character ${place} of the target "${text}")`,
    });
  });

  test("suggests the nearest names", () => {
    expect(() => parse("conv2:1")).toThrow(
      expect.objectContaining({ hint: expect.stringContaining('Did you mean "conv1"') }),
    );
    expect(() => parse("probabilty:1")).toThrow(
      expect.objectContaining({ hint: expect.stringContaining('"probability"') }),
    );
  });
});
