import { describe, expect, it } from "vitest";
import { channel, logit } from "../objectives/activation.js";
import { add } from "../objectives/combine.js";
import { buildModel, open, tinyCnn, tinyTransformer } from "../testing/models.js";
import { compile } from "../compile/step.js";
import { prepare } from "../forward/prepare.js";
import { readTarget } from "../ascents.js";
import { standard } from "../standard.js";

const models = { vit: { model: open(tinyTransformer()), labels: ["cat", "dog", "owl"] } };
const labels = ["duck", "flamingo", "crane"];

describe("a target", () => {
  it("is read with the layers and the labels of all models", async () => {
    const prepared = await prepare(open(tinyCnn()), 1, { vocabulary: standard, models });
    const read = (target: Parameters<typeof readTarget>[0]) => readTarget(target, prepared, { labels, models });
    expect(read("logit:flamingo + vit::logit:owl")).toEqual(
      add(logit({ class: 1 }), logit({ class: 2, model: "vit" })),
    );
    expect(read(logit({ class: "crane" }))).toEqual(logit({ class: 2 }));
    expect(read("vit::mlp:7")).toEqual(channel({ layer: "mlp", channel: 7, model: "vit" }));
    expect(() => read("vit::relu:1")).toThrow('The model "vit" has no layer "relu"');
    expect(() => read("vit::logit:duck")).toThrow('There is no class "duck" among the 3 labels of the model "vit"');
  });

  it("is told why what it names is no layer", async () => {
    const source = buildModel((op, x) => ({ y: op.relu(x), winner: op.argMax(x, 1) }), { shape: [1, 4] });
    const prepared = await prepare(open(source), 1, { vocabulary: standard });
    expect(() => readTarget("winner", prepared)).toThrow(
      '"winner" is a value of the model but no layer: it holds whole numbers (int64), so it has no gradient',
    );
    expect(() => readTarget("x:0", prepared)).toThrow("but no layer: it is an input of the model");
  });

  it("has to be read before it is compiled, where it has labels", async () => {
    const prepared = await prepare(open(tinyCnn()), 1, { vocabulary: standard });
    const spec = {
      objectives: [logit({ class: "duck" })],
      watch: {},
      parameterization: { type: "pixel" },
      transforms: [],
      optimizer: { type: "gradient" },
      schedule: { type: "constant" },
      clip: null,
      attribution: false,
      steps: 1,
      seed: 0,
      streams: [0],
    };
    await expect(compile(prepared, spec)).rejects.toThrow('"class" must be a number here: current value is "duck"');
  });
});
