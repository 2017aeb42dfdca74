import { describe, expect, it } from "vitest";
import { maximize } from "../testing/plain.js";
import { channel } from "../objectives/activation.js";
import { array } from "../starts/starts.js";
import type { Spec } from "../define/spec.js";
import { Graph } from "../ir/graph.js";
import { createOps } from "../ir/ops/index.js";
import { writeModel } from "../onnx/write.js";
import { buildModel, open, runtime } from "../testing/models.js";
import { specs } from "../testing/specs.js";
import { numbers, tensor } from "../tensor.js";
import { adagrad, adam, adamw, hypergradient, nadam, rmsprop, weightSoFar } from "./adaptive.js";
import { gradient, momentum, normalized, signed } from "./gradient.js";
import { lbfgs } from "./lbfgs.js";
import { optimizers } from "./table.js";

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
/** Makes an update in double precision: from the gradient of step 1, 2, ... at x to the change. */
type Reference = (p: Parameters, n: number) => (g: readonly number[], step: number, x: readonly number[]) => number[];

const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, x, i) => sum + x * b[i]!, 0);
const zeros = (n: number): number[] => Array<number>(n).fill(0);

const references: Readonly<Record<string, Reference>> = {
  gradient: (p) => (g) => g.map((x) => p.learningRate! * x),
  momentum(p, n) {
    let velocity = zeros(n);
    return (g) => {
      velocity = velocity.map((v, i) => p.momentum! * v + g[i]!);
      return velocity.map((v, i) => p.learningRate! * (p.nesterov ? g[i]! + p.momentum! * v : v));
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
  signed: (p) => (g) => g.map((x) => p.learningRate! * Math.sign(x)),
  // theta <- theta - eta lambda (theta - around), then Adam (Loshchilov and Hutter, 2019, algorithm 2)
  adamw(p, n) {
    const adamOf = references.adam!(p, n);
    return (g, t, x) => adamOf(g, t, x).map((d, i) => d - p.learningRate! * p.weightDecay! * (x[i]! - p.around!));
  },
  // as documented for torch.optim.NAdam
  nadam(p, n) {
    let [m, v, product] = [zeros(n), zeros(n), 1];
    const mu = (t: number) => p.beta1! * (1 - 0.5 * 0.96 ** (t * p.momentumDecay!));
    return (g, t) => {
      product *= mu(t);
      m = m.map((x, i) => p.beta1! * x + (1 - p.beta1!) * g[i]!);
      v = v.map((x, i) => p.beta2! * x + (1 - p.beta2!) * g[i]! ** 2);
      return m.map((x, i) => {
        const ahead = (mu(t + 1) * x) / (1 - product * mu(t + 1)) + ((1 - mu(t)) * g[i]!) / (1 - product);
        return (p.learningRate! * ahead) / (Math.sqrt(v[i]! / (1 - p.beta2! ** t)) + p.epsilon!);
      });
    };
  },
  // nadam, its rate by hypergradient descent on the logarithm, its elements as in cautious optimizers
  hypergradient(p, n) {
    let [m, v, growth] = [zeros(n), zeros(n), 0];
    const direction = references["nadam"]!({ ...p, learningRate: 1 }, n);
    const length = (x: readonly number[]) => Math.sqrt(dot(x, x));
    return (g, t, x) => {
      v = v.map((old, i) => p.beta2! * old + (1 - p.beta2!) * g[i]! ** 2);
      const scale = v.map((one) => Math.sqrt(one / (1 - p.beta2! ** t)) + p.epsilon!);
      const [now, before] = [g, m].map((one) => one.map((y, i) => y / scale[i]!)) as [number[], number[]];
      const agreement = dot(now, before) / (length(now) * length(before) + 1e-12);
      const bound = Math.log(p.most!);
      growth = Math.max(-bound, Math.min(bound, growth + p.adaptation! * agreement));
      m = m.map((old, i) => p.beta1! * old + (1 - p.beta1!) * g[i]!);
      const whole = direction(g, t, x);
      const isUphill = whole.map((one, i) => one * g[i]! > 0);
      const share = isUphill.filter(Boolean).length / n + 1e-3;
      return whole.map((one, i) => (isUphill[i] ? (p.learningRate! * Math.exp(growth) * one) / share : 0));
    };
  },
  // as documented for torch.optim.RMSprop
  rmsprop(p, n) {
    let v = zeros(n);
    return (g) => {
      v = v.map((x, i) => p.decay! * x + (1 - p.decay!) * g[i]! ** 2);
      return g.map((x, i) => (p.learningRate! * x) / (Math.sqrt(v[i]!) + p.epsilon!));
    };
  },
  // Nocedal and Wright, Numerical Optimization, algorithm 7.4, on the negated objective; the first step as in torch.optim.LBFGS
  lbfgs(p) {
    const pairs: { s: number[]; y: number[] }[] = [];
    let before: { x: readonly number[]; g: readonly number[] } | undefined;
    return (g, _, x) => {
      if (before) {
        const s = x.map((value, i) => value - before!.x[i]!);
        const y = g.map((value, i) => before!.g[i]! - value);
        if (dot(s, y) > 1e-10) pairs.push({ s, y });
        if (pairs.length > p.history!) pairs.shift();
      }
      before = { x, g };
      let q = [...g];
      const alphas = pairs.toReversed().map(({ s, y }) => {
        const alpha = dot(s, q) / dot(s, y);
        q = q.map((value, i) => value - alpha * y[i]!);
        return alpha;
      });
      const latest = pairs.at(-1);
      const scale = latest
        ? dot(latest.s, latest.y) / dot(latest.y, latest.y)
        : Math.min(1, 1 / g.reduce((sum, value) => sum + Math.abs(value), 0));
      q = q.map((value) => scale * value);
      pairs.forEach(({ s, y }, k) => {
        const beta = dot(y, q) / dot(s, y);
        q = q.map((value, i) => value + (alphas[pairs.length - 1 - k]! - beta) * s[i]!);
      });
      return q.map((value) => p.learningRate! * value);
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
  momentum({ learningRate: 0.4, momentum: 0.6, nesterov: true }),
  signed({ learningRate: 0.125 }),
  adamw({ learningRate: 0.3, weightDecay: 0.5, around: -1 }),
  nadam({ learningRate: 0.2, momentumDecay: 1 }),
  hypergradient({ learningRate: 0.2, adaptation: 0.5, most: 1.5 }),
  rmsprop({ learningRate: 0.1, decay: 0.5, epsilon: 1e-3 }),
  adagrad({ learningRate: 0.5, initial: 0 }),
  lbfgs({ history: 1, learningRate: 0.3 }),
];

/** A hill that is steeper in some directions than in others, and no parabola. */
const curved = open(
  buildModel(
    (op, x) => {
      const off = op.sub(x, op.constant(tensor("float32", center, [1, 1, 2, 3])));
      const square = op.mul(off, off);
      const steepness = op.constant(tensor("float32", [1, 4, 0.5, 2, 3, 0.25], [1, 1, 2, 3]));
      return { height: op.neg(op.add(op.mul(square, steepness), op.mul(op.mul(square, square), 0.1))) };
    },
    { shape: [1, 1, 2, 3] },
  ),
);
const steepness = [1, 4, 0.5, 2, 3, 0.25];
const curvedSlope = (x: readonly number[]) =>
  x.map((value, i) => {
    const off = value - center[i]!;
    return -(2 * steepness[i]! * off + 0.4 * off ** 3) / x.length;
  });

describe("optimizers", () => {
  it("all have a reference", () => {
    expect(Object.keys(references).sort()).toEqual(Object.keys(optimizers).sort());
  });

  const hills = [
    ["a parabola", hill, slope],
    ["a curved hill", curved, curvedSlope],
  ] as const;
  it.each(samples.flatMap((spec) => hills.map((one) => [JSON.stringify(spec), one[0], spec, one[1], one[2]] as const)))(
    "move as in double precision, step by step: %s on %s",
    async (_, __, spec, model, slopeAt) => {
      const update = references[spec.type]!(spec as unknown as Parameters, start.length);
      let x = start;
      let step = 0;
      const target = channel({ layer: "height", channel: 0 });
      for await (const { picture } of maximize(model, target, {
        steps: 8,
        optimizer: spec,
        start: array({ values: start }),
      })) {
        numbers(picture).forEach((value, i) => expect(value).toBeCloseTo(x[i]!, 4));
        const change = update(slopeAt(x), ++step, x);
        x = x.map((value, i) => value + change[i]!);
      }
      expect(step).toBe(9);
    },
  );

  it.each(samples.filter(({ weightDecay }) => !weightDecay).map((spec) => [JSON.stringify(spec), spec] as const))(
    "stand still on the top: %s",
    async (_, spec) => {
      const options = { steps: 2, optimizer: spec, start: array({ values: center.map(Math.fround) }) };
      const { last, ended } = await maximize(hill, channel({ layer: "height", channel: 0 }), options).result;
      expect(ended).toBe("steps");
      expect(numbers(last.picture)).toEqual(center.map(Math.fround));
    },
  );

  it.each([1, 2, 3, 10, 255, 256, 257, 1000])("weigh their averages rightly on devices at step %i", async (step) => {
    const graph = new Graph();
    const op = createOps(graph, "webgpu");
    const [beta, at] = ["beta", "at"].map((name) => graph.input(name, { dtype: "float32", shape: [] }));
    const weight = weightSoFar(op, beta!, at!);
    graph.output(weight);
    const session = await runtime.open(writeModel(graph, { opsets: new Map([["", 20]]) }));
    for (const decay of [0, 0.5, 0.9, 0.999].map(Math.fround)) {
      const feeds = { beta: tensor("float32", [decay], []), at: tensor("float32", [step], []) };
      const [found] = numbers((await session.run(feeds))[weight.name]!);
      expect(found! / (1 - decay ** step)).toBeCloseTo(1, 6);
    }
    await session.release();
  });

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

  it("by curvature reach the top of a hill in few steps that plain gradients take many for", async () => {
    const target = channel({ layer: "height", channel: 0 });
    const heightWith = async (optimizer: Spec) => {
      const options = { steps: 25, optimizer, start: array({ values: start }) };
      return (await maximize(curved, target, options).result).last.objective[0]!;
    };
    expect(await heightWith(lbfgs({}))).toBeGreaterThan(-1e-5);
    expect(await heightWith(gradient({ learningRate: 0.5 }))).toBeLessThan(-1e-3);
  });
});
