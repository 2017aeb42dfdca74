import { describe, expect, test } from "vitest";
import type { XstarError } from "../errors.js";
import { objectives } from "../objectives/table.js";
import { parseTarget } from "./target.js";

const layers = [
  '"say ""a"""',
  "conv1",
  "conv1/relu",
  "a",
  "a-b",
  "model/conv1/Relu:0",
  "fire2/squeeze 1x1",
  "logit",
  "214",
  "p+q",
];
const models = new Map([
  ["b", { layers: ["conv1", "other"] }],
  ["b2", { layers: ["a"] }],
]);
const parse = (text: string) => parseTarget(text, { layers, nodes: ["Conv_7"], models }, objectives);
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
    ["a:1-214:2", { type: "sub", left: channel("a", 1), right: channel("214", 2) }],
    ["a:1-214", { type: "sub", left: channel("a", 1), right: { type: "layer", layer: "214" } }],
    ["a:1-2*tv", { type: "sub", left: channel("a", 1), right: { type: "mul", left: 2, right: tv } }],
    ["a:0 - 3", { type: "sub", left: channel("a", 0), right: 3 }],
    ["a-b:2", channel("a-b", 2)],
    ["p+q:2", channel("p+q", 2)],
    ['"p+q":2', channel("p+q", 2)],
    ['2*"fire2/squeeze 1x1":3', { type: "mul", left: 2, right: channel("fire2/squeeze 1x1", 3) }],
    ['"a"', { type: "layer", layer: "a" }],
    ['"say ""a""":1', channel('"say ""a"""', 1)],
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
    ["conv1@3,4", { type: "spatial", layer: "conv1", y: 3, x: 4 }],
    ["conv1/relu@", { type: "spatial", layer: "conv1/relu" }],
    ["Conv_7@0", { type: "spatial", layer: "Conv_7", y: 0 }],
    ["logit:flamingo", { type: "logit", class: "flamingo" }],
    ["probability:3d", { type: "probability", class: "3d" }],
    ['probability:"polar bear"', { type: "probability", class: "polar bear" }],
    ["crossEntropy:polar_bear", { type: "crossEntropy", class: "polar_bear" }],
    ["crossEntropy:class=sea-lion,model=b", { type: "crossEntropy", class: "sea-lion", model: "b" }],
    ["probability:3-tv", { type: "sub", left: { type: "probability", class: 3 }, right: tv }],
    ["diversity:conv1/relu", { type: "diversity", layer: "conv1/relu" }],
    ["diversity:layer=fire2/squeeze 1x1", { type: "diversity", layer: "fire2/squeeze 1x1" }],
    ["inputDifference:cat.png", { type: "inputDifference", image: "cat.png" }],
    ["lp:p=4,around=-0.5", { type: "lp", p: 4, around: -0.5 }],
    ["neuron:layer=a-b,channel=2,x=1", { type: "neuron", layer: "a-b", channel: 2, x: 1 }],
    ["direction:layer=a,vector=1,0,-2.5,y=1", { type: "direction", layer: "a", vector: [1, 0, -2.5], y: 1 }],
    ['style:layer=conv1,image="my cat, 1.png"', { type: "style", layer: "conv1", image: "my cat, 1.png" }],
    [
      "accentuation:target=logit:3,layer=a,image=cat.png",
      { type: "accentuation", target: { type: "channel", layer: "logit", channel: 3 }, layer: "a", image: "cat.png" },
    ],
    [
      "accentuation:target=a:1@2,layer=a,image=cat.png,weight=0.5 - tv",
      {
        type: "sub",
        left: { type: "accentuation", target: { type: "neuron", layer: "a", channel: 1, y: 2 }, weight: 0.5 },
        right: tv,
      },
    ],
    [
      "accentuation:target=(a:1 - tv),layer=a,image=cat.png",
      { type: "accentuation", target: { type: "sub", left: channel("a", 1), right: tv } },
    ],
  ])("in words: %s", (text, spec) => {
    expect(parse(text)).toMatchObject(spec);
  });

  test.each([
    ["a:1 * a:2", { type: "mul", left: channel("a", 1), right: channel("a", 2) }],
    ["a:1 / a:2", { type: "div", left: channel("a", 1), right: channel("a", 2) }],
    ["a:1 / 2 * tv", { type: "mul", left: { type: "div", left: channel("a", 1), right: 2 }, right: tv }],
    ["2 / a:1", { type: "div", left: 2, right: channel("a", 1) }],
    ["1 - tv", { type: "sub", left: 1, right: tv }],
    ["a:1^2", { type: "pow", left: channel("a", 1), right: 2 }],
    ["a^-0.5", { type: "pow", left: { type: "layer", layer: "a" }, right: -0.5 }],
    ["2^(a:1 - 1)", { type: "pow", left: 2, right: { type: "sub", left: channel("a", 1), right: 1 } }],
    ["-0.5*a:1^2", { type: "mul", left: -0.5, right: { type: "pow", left: channel("a", 1), right: 2 } }],
    ["a:1 + tv * 3", { type: "add", left: channel("a", 1), right: { type: "mul", left: tv, right: 3 } }],
    ["(a:1 + tv) / (1 + tv)", { type: "div", left: { type: "add" }, right: { type: "add", left: 1, right: tv } }],
    ["conv1/relu / conv1", { type: "div", left: { layer: "conv1/relu" }, right: { layer: "conv1" } }],
    ["a:1*2", { type: "mul", left: channel("a", 1), right: 2 }],
    ["2*3*a:1", { type: "mul", left: 6, right: channel("a", 1) }],
    ["-2*3*a:1 + tv", { type: "add", left: { type: "mul", left: -6, right: channel("a", 1) }, right: tv }],
    ["conv1*tv", { type: "mul", left: { type: "layer", layer: "conv1" }, right: tv }],
    ["tv*tv / 2", { type: "div", left: { type: "mul", left: tv, right: tv }, right: 2 }],
    ["a:1/2", { type: "div", left: channel("a", 1), right: 2 }],
    ["probability:3/2", { type: "div", left: { type: "probability", class: 3 }, right: 2 }],
    ["2^a:1", { type: "pow", left: 2, right: channel("a", 1) }],
    ["(a:1 + 1) ^ 2", { type: "pow", left: { type: "add", left: channel("a", 1), right: 1 }, right: 2 }],
    ["a:1 ^2", { type: "pow", left: channel("a", 1), right: 2 }],
    ["tv ^ -1", { type: "pow", left: tv, right: -1 }],
    ["a:1 * -1", { type: "mul", left: channel("a", 1), right: -1 }],
    ["a:1 * -tv", { type: "mul", left: channel("a", 1), right: { type: "mul", left: -1, right: tv } }],
    ["a:1 / -2", { type: "div", left: channel("a", 1), right: -2 }],
    ["2 * -a:1^2", { left: 2, right: { left: -1, right: { type: "pow", left: channel("a", 1), right: 2 } } }],
    ["a:1^2^3", { type: "pow", left: channel("a", 1), right: 8 }],
    ["a:1^-2^tv", { type: "pow", left: channel("a", 1), right: { left: -1, right: { left: 2, right: tv } } }],
    ["(2 + 1)*a:1 - 6 / 3", { type: "sub", left: { left: 3, right: channel("a", 1) }, right: 2 }],
    ["a:1^tv", { type: "pow", left: channel("a", 1), right: tv }],
    ["opacity * logit:3", { type: "mul", left: { type: "opacity" }, right: channel("logit", 3) }],
  ])("in algebra: %s", (text, spec) => {
    expect(parse(text)).toMatchObject(spec);
  });

  test.each([
    ["b::conv1:3", { ...channel("conv1", 3), model: "b" }],
    ["b::other@1,2", { type: "spatial", layer: "other", model: "b", y: 1, x: 2 }],
    ["b2::a", { type: "layer", layer: "a", model: "b2" }],
    ["b::logit:3", { type: "logit", class: 3, model: "b" }],
    ["b::diversity:other", { type: "diversity", layer: "other", model: "b" }],
    ["a:1 - 0.5*b::conv1:3", { left: channel("a", 1), right: { left: 0.5, right: { model: "b" } } }],
    ["b::(other + conv1:1)", { left: { layer: "other", model: "b" }, right: { channel: 1, model: "b" } }],
    ["b::other:1 + a:1", { left: { layer: "other", model: "b" }, right: channel("a", 1) }],
  ])("in further models: %s", (text, spec) => {
    expect(parse(text)).toMatchObject(spec);
  });

  test("is of the first model where none is named", () => {
    expect(parse("b::other:1 + a:1")["right"]).toEqual(channel("a", 1));
  });

  test.each([
    ["", 'Expected a layer at the end of the target ""'],
    ["conv1:", 'Expected a channel number at the end of the target "conv1:"'],
    ["conv1:x", 'Expected a channel number at character 7 of the target "conv1:x"'],
    ["conv1:1.5", 'Expected "+", "-" or the end at character 8 of the target "conv1:1.5"'],
    ["conv1:1@2,", 'Expected a column number at the end of the target "conv1:1@2,"'],
    ["a:1 +", 'Expected a layer at the end of the target "a:1 +"'],
    ["a:1 a:2", 'Expected "+", "-" or the end at character 5 of the target "a:1 a:2"'],
    ["2*3", 'The target "2*3" is a number, which nothing can raise'],
    ["a:1*", 'Expected a layer at the end of the target "a:1*"'],
    ["(a:1", 'Expected ")" at the end of the target "(a:1"'],
    ["5", 'The target "5" is a number, which nothing can raise'],
    ["a:1**2", '"**" is no operator (at character 4 of the target "a:1**2")'],
    ["2**a:1", '"**" is no operator (at character 2 of the target "2**a:1")'],
    ["(tv + 1) ** 2", '"**" is no operator (at character 10 of the target "(tv + 1) ** 2")'],
    ["2+3", 'The target "2+3" is a number, which nothing can raise'],
    ["2^2*3", 'The target "2^2*3" is a number, which nothing can raise'],
    ["a:1 ^", 'Expected a power at the end of the target "a:1 ^"'],
    ["a:1^", 'Expected a power at the end of the target "a:1^"'],
    ["a:1 / ", 'Expected a layer at the end of the target "a:1 / "'],
    ["conv1@3,", 'Expected a column number at the end of the target "conv1@3,"'],
    ["probability:", 'Expected a class number at the end of the target "probability:"'],
    ["diversity", 'Expected ":" and the layer at the end of the target "diversity"'],
    ["style", 'Expected ":" and parameters such as layer=... at the end of the target "style"'],
    ["style:layer=a,", 'Expected a parameter such as weight=0.5 at the end of the target "style:layer=a,"'],
    ["style:layer=a", '"style" needs its parameter "image": the picture to compare with'],
    ["lp:q=4", '"lp" has no parameter "q"'],
    ["direction:layer=a,vector=x", '"vector" must be a list of finite numbers'],
    ["b::tv", '"tv" has no parameter "model"'],
    ["c::a:1", 'There is no model "c" (at character 1 of the target "c::a:1")'],
    ["a:0-3 - tv", 'The range 0-3 cannot stand in a sum (at character 4 of the target "a:0-3 - tv")'],
    ["tv + a:0-3,5", 'The range 0-3 cannot stand in a sum (at character 9 of the target "tv + a:0-3,5")'],
    ["probability:1-2", 'The range 1-2 cannot stand in a sum (at character 14 of the target "probability:1-2")'],
    ["probability", 'Expected ":" and a class number at the end of the target "probability"'],
  ])("%j is refused", (text, message) => {
    expect(() => parse(text)).toThrow(expect.objectContaining({ code: "bad-argument", message }));
  });

  test.each([
    ["conv9:1", "conv9", 1],
    ["0.5*conv9:1 + a:2", "conv9", 5],
    ["a:1 - relu-3:7@1,2", "relu-3", 7],
    ["conv1x", "conv1x", 1],
    ["alignment:layer=x,decay=0.5", "x", 17],
    ["213:3", "213", 1],
    ['"../conv 9":2', "../conv 9", 1],
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

  test.each([
    ["crossEntropy:killer whale", 'crossEntropy:killer_whale or crossEntropy:"killer whale"'],
    ["logit:tabby, tabby cat", 'A label with commas is written in quotation marks: logit:"tabby, tabby cat"'],
    ["2*(probability:great white shark - tv)", 'probability:great_white_shark or probability:"great white shark"'],
  ])("%j is told how labels are written", (text, hint) => {
    expect(() => parse(text)).toThrow(
      expect.objectContaining({ code: "bad-argument", hint: expect.stringContaining(hint) }),
    );
  });

  test("says how a model is given that is not there", () => {
    expect(() => parseTarget("sq::logit:3", { layers }, objectives)).toThrow(
      expect.objectContaining({ hint: expect.stringContaining("--second sq=FILE") }),
    );
  });

  test("names an unknown layer of a further model", () => {
    expect(() => parse("a:1 + b::conv2:3")).toThrow(
      expect.objectContaining({
        code: "unknown-layer",
        message: 'The model "b" has no layer "conv2" (at character 10 of the target "a:1 + b::conv2:3")',
        hint: expect.stringContaining('"conv1"'),
      }),
    );
    expect(() => parse("diversity:layer=conv9")).toThrow(expect.objectContaining({ code: "unknown-layer" }));
  });

  test("suggests the nearest names", () => {
    const layersAlone = { layers: ["conv1", "scores"] };
    expect(() => parseTarget("conv:3", layersAlone, objectives)).toThrow(
      expect.objectContaining({ hint: 'Did you mean "conv1"? xstar inspect lists all layers' }),
    );
    expect(() => parseTarget("nope:3", layersAlone, objectives)).toThrow(
      expect.objectContaining({ hint: "xstar inspect lists all layers" }),
    );
    expect(() => parse("conv1/2")).toThrow(
      expect.objectContaining({ hint: expect.stringContaining('need spaces: "a * b", "a / b"') }),
    );
    expect(() => parse("conv2:1")).toThrow(
      expect.objectContaining({ hint: expect.stringContaining('Did you mean "conv1"') }),
    );
    expect(() => parse("probabilty:1")).toThrow(
      expect.objectContaining({ hint: expect.stringContaining('"probability"') }),
    );
  });
});

test("layers that PyTorch calls after its operators are no layers of another model", () => {
  const named = { layers: ["onnx::Gemm_24", "onnx::Gemm_11"] };
  expect(parseTarget("onnx::Gemm_24:3", named, objectives)).toEqual(channel("onnx::Gemm_24", 3));
  expect(() => parseTarget("onnx::Gemm_42:3", named, objectives)).toThrow(
    expect.objectContaining({
      code: "unknown-layer",
      message: expect.stringContaining('"onnx::Gemm_42"'),
      hint: expect.stringContaining("onnx::Gemm_24"),
    }),
  );
});
