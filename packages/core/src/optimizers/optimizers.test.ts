import { describe, expect, it } from "vitest";
import { maximize } from "../ascend/maximize.js";
import { channel } from "../objectives/activation.js";
import { array } from "../parameterizations/starts.js";
import { buildModel, open } from "../testing/models.js";
import { specs } from "../testing/specs.js";
import { numbers, tensor } from "../tensor.js";
import { adagrad, adam, gradient, momentum, normalized, optimizers } from "./table.js";

const center = [0.3, -1, 2, 0.5, -0.25, 1.5];
const start = [0, 1, -1, 0.25, 3, 0.1];

/** A hill: the mean of -(x - center)^2 over a picture, whose slope is -2 (x - center) / n. */
const hill = open(
  buildModel(
    (op, x) => {
      const off = op.sub(x, op.constant(tensor("float32", center, [1, 1, 2, 3])));
      return { height: op.neg(op.mul(off, off)) };
    },
    { shape: [1, 1, 2, 3] },
  ),
);
const slope = (x: readonly number[]) => x.map((value, i) => (-2 * (value - center[i]!)) / x.length);

type Parameters = Readonly<Record<string, number>>;
/** Makes an update in double precision: from the gradient of step 1, 2, ... to the change. */
type Reference = (p: Parameters, n: number) => (g: readonly number[], step: number) => number[];

const zeros = (n: number): number[] => Array<number>(n).fill(0);

const references: Readonly<Record<string, Reference>> = {
  gradient: (p) => (g) => g.map((x) => p.learningRate! * x),
  momentum(p, n) {
    let velocity = zeros(n);
    return (g) => {
      velocity = velocity.map((v, i) => p.momentum! * v + g[i]!);
      return velocity.map((v) => p.learningRate! * v);
    };
  },
  normalized: (p) => (g) => {
    const rms = Math.sqrt(g.reduce((sum, x) => sum + x * x, 0) / g.length);
    return g.map((x) => (p.learningRate! * x) / rms);
  },
  adam(p, n) {
    let [m, v] = [zeros(n), zeros(n)];
    return (g, t) => {
      m = m.map((x, i) => p.beta1! * x + (1 - p.beta1!) * g[i]!);
      v = v.map((x, i) => p.beta2! * x + (1 - p.beta2!) * g[i]! ** 2);
      return m.map((x, i) => {
        const unbiased = Math.sqrt(v[i]! / (1 - p.beta2! ** t)) + p.epsilon!;
        return (p.learningRate! * (x / (1 - p.beta1! ** t))) / unbiased;
      });
    };
  },
  adagrad(p, n) {
    let sum = zeros(n);
    return (g) => {
      sum = sum.map((x, i) => x + g[i]! ** 2);
      return g.map((x, i) => (p.learningRate! * x) / Math.sqrt(sum[i]! + p.initial!));
    };
  },
};

const samples = [
  ...specs.optimizers,
  gradient({ learningRate: 0.3 }),
  momentum({}),
  normalized({ learningRate: 0.7 }),
  adam({ learningRate: 0.2, beta2: 0.9, epsilon: 1e-3 }),
  adagrad({ learningRate: 0.5, initial: 0 }),
];

describe("optimizers", () => {
  it("all have a reference", () => {
    expect(Object.keys(references).sort()).toEqual(Object.keys(optimizers).sort());
  });

  it.each(samples.map((spec) => [JSON.stringify(spec), spec] as const))(
    "move as in double precision, step by step: %s",
    async (_, spec) => {
      const update = references[spec.type]!(spec as unknown as Parameters, start.length);
      let x = start;
      let step = 0;
      const target = channel({ layer: "height", channel: 0 });
      for await (const { picture } of maximize(hill, target, {
        steps: 5,
        optimizer: spec,
        start: array({ values: start }),
      })) {
        numbers(picture).forEach((value, i) => expect(value).toBeCloseTo(x[i]!, 4));
        const change = update(slope(x), ++step);
        x = x.map((value, i) => value + change[i]!);
      }
      expect(step).toBe(6);
    },
  );

  it.each(samples.map((spec) => [JSON.stringify(spec), spec] as const))(
    "stand still on the top: %s",
    async (_, spec) => {
      const options = { steps: 2, optimizer: spec, start: array({ values: center.map(Math.fround) }) };
      const { last, ended } = await maximize(hill, channel({ layer: "height", channel: 0 }), options).result;
      expect(ended).toBe("steps");
      expect(numbers(last.picture)).toEqual(center.map(Math.fround));
    },
  );

  it("treat the pictures of a batch each on its own", async () => {
    const target = channel({ layer: "height", channel: 0 });
    for (const optimizer of specs.optimizers) {
      const options = { steps: 3, optimizer };
      const one = async (values: readonly number[]) =>
        numbers((await maximize(hill, target, { ...options, start: array({ values }) }).result).last.picture);
      const far = start.map((x) => 100 * x);
      const both = await maximize(hill, target, {
        ...options,
        start: [array({ values: start }), array({ values: far })],
      }).result;
      const expected = [...(await one(start)), ...(await one(far))];
      numbers(both.last.picture).forEach((x, i) => expect(x).toBeCloseTo(expected[i]!, 4));
    }
  });
});
