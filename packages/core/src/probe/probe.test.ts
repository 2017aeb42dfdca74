import { describe, expect, it } from "vitest";
import { constantNumbers } from "../ir/graph.js";
import { numbers, size, tensor } from "../tensor.js";
import { buildModel, open, randomTensor, tinyCnn, weights } from "../testing/models.js";
import { channel, logit } from "../objectives/activation.js";
import { sub } from "../objectives/combine.js";
import { classify } from "./classify.js";
import { probe } from "../ascents.js";
import type { Tensors } from "../define/definition.js";

const pictures = randomTensor([3, 1, 6, 6]);

async function look(batch: "N" | 1 = "N") {
  const opened = await probe(open(tinyCnn({ batch })), { batch: 3 }, (look) => ({
    mean: look.objective(look.parse("relu:2")),
    difference: look.objective(sub(logit({ class: 1 }), channel({ layer: "relu", channel: 2 }))),
    map: look.unit("relu", 2),
    features: look.features("relu"),
    dense: look.features("scores"),
    scores: look.logits(),
  }));
  const [count] = opened.shape as [number];
  const runs: Tensors[] = [];
  for (let from = 0; from < 3; from += count) {
    const one = numbers(pictures).slice(from * 36, (from + count) * 36);
    runs.push(await opened.run(tensor("float32", one, [count, 1, 6, 6])));
  }
  await opened.release();
  const joined = Object.keys(runs[0]!).map((name) => [name, runs.flatMap((run) => numbers(run[name]!))] as const);
  return { count, shapes: runs[0]!, values: Object.fromEntries(joined) };
}

describe("observe", () => {
  it("reads objectives, units and features of every picture", async () => {
    const { values, shapes } = await look();
    expect([shapes["map"]!.shape, shapes["features"]!.shape]).toEqual([
      [3, 6, 6],
      [3, 4],
    ]);
    const mean = (from: readonly number[]) => from.reduce((a, b) => a + b) / from.length;
    for (const i of [0, 1, 2]) {
      expect(values["mean"]![i]).toBeCloseTo(mean(values["map"]!.slice(36 * i, 36 * (i + 1))), 5);
      expect(values["features"]![4 * i + 2]).toBeCloseTo(values["mean"]![i]!, 5);
      expect(values["difference"]![i]).toBeCloseTo(values["scores"]![3 * i + 1]! - values["mean"]![i]!, 4);
    }
    expect(values["dense"]).toEqual(values["scores"]);
  });

  it("agrees with classify", async () => {
    const { values } = await look();
    const [first] = (await classify(open(tinyCnn()), pictures))!;
    const exponents = values["scores"]!.slice(0, 3).map(Math.exp);
    const total = exponents.reduce((a, b) => a + b);
    exponents.forEach((x, i) => expect(x / total).toBeCloseTo(first![i]!, 5));
  });

  it("takes one picture at a time where the model was made for one", async () => {
    const [one, many] = [await look(1), await look()];
    expect([one.count, many.count]).toEqual([1, 3]);
    for (const [name, values] of Object.entries(many.values))
      values.forEach((x, i) => expect(one.values[name]![i]).toBeCloseTo(x, 4));
  });

  it("knows the field of a layer", async () => {
    await probe(open(tinyCnn()), {}, ({ field, logits }) => {
      expect(field("pool").height).toEqual({ stride: 3, size: 5, offset: -1 });
      expect(field("scores").width).toEqual({ stride: 0, size: 6, offset: 0 });
      return { scores: logits() };
    }).then((probe) => probe.release());
    const lastChannels = buildModel(
      (op, x) => {
        const conv = op.conv(x, weights(op, [4, 1, 3, 3]), { strides: [2, 1] });
        return { conv, last: op.transpose(conv, [0, 2, 3, 1]) };
      },
      { shape: [1, 1, 7, 6] },
    );
    await probe(open(lastChannels), {}, ({ field, places, layer }) => {
      expect(field("last")).toEqual(field("conv"));
      expect(field("last").height).toEqual({ stride: 2, size: 3, offset: 0 });
      expect([places("last"), places("conv")]).toEqual([
        [3, 4],
        [3, 4],
      ]);
      return { last: layer("last") };
    }).then((probe) => probe.release());
  });

  it("reads all units of a layer, and how much they add to a score", async () => {
    const opened = await probe(open(tinyCnn()), { batch: 3 }, (look) => {
      const { op } = look;
      const scores = look.logits();
      const [ofRelu, ofScores] = look.contributions(op.reduceMax(scores, [1]), ["relu", "scores"]);
      const [ofUnit] = look.contributions(look.objective(look.parse("relu:2")), ["relu"]);
      return {
        byUnit: look.byUnit("relu"),
        map: look.unit("relu", 2),
        scores,
        ofRelu: ofRelu!.added,
        slopes: ofRelu!.slope,
        ofScores: ofScores!.added,
        ofUnit: ofUnit!.added,
      };
    });
    const values = await opened.run(pictures);
    await opened.release();
    const read = (name: string) => numbers(values[name]!);
    const gemm = open(tinyCnn()).source.graph.nodes.find(({ opType }) => opType === "Gemm")!;
    const biases = constantNumbers(gemm.inputs[2]!)!;
    expect(values["byUnit"]!.shape).toEqual([3, 4, 36]);
    for (const i of [0, 1, 2]) {
      const unit = read("byUnit").slice((4 * i + 2) * 36, (4 * i + 3) * 36);
      expect(unit).toEqual(read("map").slice(36 * i, 36 * (i + 1)));
      const scores = read("scores").slice(3 * i, 3 * i + 3);
      const best = Math.max(...scores);
      expect(
        read("ofScores")
          .slice(3 * i, 3 * i + 3)
          .map((x) => x + 0),
      ).toEqual(scores.map((x) => (x === best ? x : 0)));
      // behind the layer all is linear but for the bias: what units add is the score without it
      const bias = biases[scores.indexOf(best)]!;
      expect(
        read("ofRelu")
          .slice(4 * i, 4 * i + 4)
          .reduce((a, b) => a + b) + bias,
      ).toBeCloseTo(best, 4);
      const mean = unit.reduce((a, b) => a + b) / 36;
      read("ofUnit")
        .slice(4 * i, 4 * i + 4)
        .forEach((x, at) => expect(x).toBeCloseTo(at === 2 ? mean : 0, 5));
    }
  });

  it("finds the weights of units, behind what only scales, bounds or pools them", async () => {
    const model = open(tinyCnn());
    const names = ["conv", "relu", "pool", "scores"];
    const opened = await probe(model, {}, ({ weights: of, logits }) => {
      expect([of("flat"), of("probabilities")]).toEqual([undefined, undefined]);
      return { logits: logits(), ...Object.fromEntries(names.map((name) => [name, of(name)!])) };
    });
    const values = await opened.run(randomTensor([1, 1, 6, 6]));
    await opened.release();
    expect(names.map((name) => values[name]!.shape)).toEqual([
      [4, 9],
      [4, 9],
      [4, 9],
      [3, 16],
    ]);
    const byType = (type: string) => model.source.graph.nodes.find(({ opType }) => opType === type)!.inputs[1]!;
    expect(numbers(values["pool"]!)).toEqual(constantNumbers(byType("Conv")));
    const columns = constantNumbers(byType("Gemm"))!;
    expect(numbers(values["scores"]!)).toEqual([0, 1, 2].flatMap((unit) => columns.filter((_, at) => at % 3 === unit)));
  });

  it("takes the names of classes", async () => {
    const labels = ["cat", "dog", "owl"];
    const opened = await probe(open(tinyCnn()), { labels }, ({ parse, objective }) => {
      expect(parse("logit:dog")).toEqual(logit({ class: 1 }));
      return { owl: objective(parse("logit:owl")) };
    });
    await opened.release();
  });

  it("says what is wrong", async () => {
    const model = open(tinyCnn());
    await expect(probe(model, {}, ({ unit }) => ({ a: unit("relu", 4) }))).rejects.toThrow(
      '4 is out of range: there are 4 channels of layer "relu", from 0 to 3',
    );
    await expect(probe(model, {}, ({ features }) => ({ a: features("rleu") }))).rejects.toThrow("no layer");
    await expect(probe(model, {}, () => ({}))).rejects.toThrow("There is nothing to read");
    const opened = await probe(model, {}, ({ logits }) => ({ a: logits() }));
    const wrong = { ...pictures, shape: [3, 1, 4, 9] };
    expect(size(wrong.shape)).toBe(size(pictures.shape));
    await expect(opened.run(wrong)).rejects.toThrow("looks at pictures of shape [1,1,6,6], not [3,1,4,9]");
    await opened.release();
  });
});
