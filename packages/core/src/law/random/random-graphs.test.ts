import { describe, expect, it } from "vitest";
import { allRules } from "../../autodiff/rules/table.js";
import { runtime } from "../../testing/models.js";
import { listOperators } from "../operators-page.js";
import { checkGraph } from "./check.js";
import { drawGraph, makers } from "./graph.js";

const [count, parts] = [300, 6];

/** Differentiated, and not drawn: what they give is no function of numbers alone, or a case of their own says enough. */
const notDrawn = new Set(
  `Bernoulli CastLike Col2Im CumProd DeformConv DequantizeLinear Det DynamicQuantizeLinear EyeLike MaxUnpool MelWeightMatrix
  OneHot QLinearMatMul QuantizeLinear RandomNormalLike RandomUniformLike RotaryEmbedding STFT Scan Scatter SoftmaxCrossEntropyLoss
  TensorScatter`.split(/\s+/),
);

describe("random graphs", () => {
  // in parts, so that a slow machine is not taken for a hang
  it.each(Array.from({ length: parts }, (_, part) => part))(
    "give what finite differences give, part %i",
    async (part) => {
      const problems: string[] = [];
      let compared = 0;
      for (let i = part; i < count; i += parts) {
        const verdict = await checkGraph(await drawGraph(i, runtime), runtime, { seed: i });
        problems.push(...verdict.problems.map((problem) => `graph ${i}: ${problem}`));
        compared += verdict.compared;
      }
      expect(problems).toEqual([]);
      expect(compared).toBeGreaterThan(6 * (count / parts));
    },
  );

  it("do not end the process, as one of float64 did where ONNX Runtime looked for layouts", async () => {
    const verdict = await checkGraph(await drawGraph(48_611_903_002_806, runtime), runtime, { seed: 2806 });
    expect(verdict.problems).toEqual([]);
    expect(verdict.compared).toBeGreaterThan(5);
  });

  it("are the same for the same seed", async () => {
    const [one, other, different] = await Promise.all([7, 7, 8].map((seed) => drawGraph(seed, runtime)));
    const types = ({ graph }: NonNullable<typeof one>) => graph.nodes.map(({ opType }) => opType);
    expect(types(one!)).toEqual(types(other!));
    expect(one!.feeds).toEqual(other!.feeds);
    expect(types(different!)).not.toEqual(types(one!));
  });

  it("find a rule that is wrong", async () => {
    const rules = await allRules();
    const wrong = {
      Tanh: ((g, about) => [about.op.mul(2, rules["Tanh"]!(g, about)[0]!)]) satisfies (typeof rules)[string],
    };
    const problems: string[] = [];
    for (let seed = 0; problems.length === 0 && seed < 100; seed++) {
      const random = await drawGraph(seed, runtime);
      if (!random.graph.nodes.some(({ opType }) => opType === "Tanh")) continue;
      problems.push(...(await checkGraph(random, runtime, { seed, rules: wrong })).problems);
    }
    expect(problems[0]).toMatch(/instead of/);
  });

  it("are made of every operator of the standard that is differentiated", async () => {
    const ruled = (await listOperators()).filter(
      ({ since, status }) => since.length > 0 && ["rule", "rewritten"].includes(status),
    );
    const missing = ruled.flatMap(({ name }) => (name in makers ? [] : [name]));
    expect(missing.toSorted()).toEqual([...notDrawn].toSorted());
  });
});
