import { describe, expect, it } from "vitest";
import { compileAscent } from "../ascend/compile-ascent.js";
import { maximize } from "../ascend/maximize.js";
import type { MaximizeOptions } from "../ascend/options.js";
import type { Spec } from "../define/fields.js";
import { Graph } from "../ir/graph.js";
import { createOps } from "../ir/ops/index.js";
import { channel, logit } from "../objectives/activation.js";
import { gradient } from "../optimizers/table.js";
import { createRng } from "../rng.js";
import { writeModel } from "../onnx/write.js";
import { open, randomTensor, runtime, tinyCnn } from "../testing/models.js";
import { specs } from "../testing/specs.js";
import { numbers, type Tensor } from "../tensor.js";
import { jitter } from "./affine.js";
import { noise } from "./pixelwise.js";
import { transforms } from "./table.js";

const model = open(tinyCnn());
const target = logit({ class: 1 });
const shape = [2, 1, 6, 6];

/** A picture after a transform. */
async function transformed(spec: Spec, picture: Tensor, seed: number): Promise<number[]> {
  const definition = transforms[spec.type]!;
  const graph = new Graph();
  const op = createOps(graph);
  const input = graph.input("picture", picture);
  const drawn = definition.sample(spec, picture.shape, createRng(seed));
  const inputs = Object.fromEntries(Object.entries(drawn).map(([name, t]) => [name, graph.input(name, t)]));
  const result = definition.build(spec, input, inputs, op);
  graph.output(result);
  const session = await runtime.open(writeModel(graph, { opsets: new Map([["", 20]]) }));
  const results = await session.run({ picture, ...drawn });
  await session.release();
  expect(results[result.name]!.shape).toEqual(picture.shape);
  return numbers(results[result.name]!);
}

describe("every transform", () => {
  it.each(specs.transforms.map((spec) => [JSON.stringify(spec), spec] as const))(
    "draws the same for the same seed: %s",
    (_, spec) => {
      const draw = (seed: number) => transforms[spec.type]!.sample(spec, shape, createRng(seed));
      expect(draw(4)).toEqual(draw(4));
    },
  );

  it.each(specs.transforms.map((spec) => [JSON.stringify(spec), spec] as const))(
    "never changes the stored picture: %s",
    async (_, spec) => {
      const options: MaximizeOptions = {
        transforms: [spec],
        steps: 3,
        start: "random",
        optimizer: gradient({ learningRate: 0 }),
      };
      const seen: number[][] = [];
      for await (const { picture } of maximize(model, target, options)) seen.push(numbers(picture));
      expect(seen).toHaveLength(4);
      for (const picture of seen) expect(picture).toEqual(seen[0]);
    },
  );
});

describe("a chain of transforms", () => {
  it("draws by seed, place in the chain and step: none repeats another", async () => {
    const sample = async (seed: number) => {
      const chain = [noise({}), noise({}), noise({})];
      const { step } = await compileAscent(model, target, { transforms: chain, seed, steps: 1 });
      return [0, 1, 2, 3].map((n) => step.sample(n));
    };
    const [first, again, other] = [await sample(1), await sample(1), await sample(2)];
    expect(again).toEqual(first);
    const draws = [...first, ...other].flatMap((drawn) => Object.values(drawn).map((t) => numbers(t).join()));
    expect(draws).toHaveLength(24);
    expect(new Set(draws).size).toBe(24);
  });

  it("is seen by the target, and not by what is watched", async () => {
    const options: MaximizeOptions = { start: "random", steps: 0, seed: 3, watch: { same: target } };
    const bare = await maximize(model, target, options).result;
    const noisy = await maximize(model, target, { ...options, transforms: [noise({ deviation: 0.5 }), jitter({})] })
      .result;
    expect(noisy.last.objective[0]).not.toBeCloseTo(bare.last.objective[0]!, 3);
    expect(noisy.last.watch["same"]![0]).toBeCloseTo(bare.last.objective[0]!, 5);
    expect(numbers(noisy.last.picture)).toEqual(numbers(bare.last.picture));
  });

  it("still lets the target rise", async () => {
    const climbed = channel({ layer: "conv", channel: 1 });
    const options: MaximizeOptions = { transforms: [jitter({ pixels: 1 }), noise({})], steps: 20, watch: { climbed } };
    const { watch } = await maximize(model, climbed, options).result;
    expect(watch["climbed"]!.at(-1)![0]).toBeGreaterThan(watch["climbed"]![0]![0]!);
  });
});

describe("jitter", () => {
  it("shifts rows and columns and repeats the edge", async () => {
    const picture: Tensor = { ...randomTensor([1, 1, 4, 4]), data: Float32Array.from({ length: 16 }, (_, i) => i) };
    const allowed = new Set<string>();
    const clamp = (i: number) => Math.min(Math.max(i, 0), 3);
    for (let dy = -1; dy <= 1; dy++) {
      for (let dx = -1; dx <= 1; dx++) {
        allowed.add(
          Array.from({ length: 16 }, (_, i) => 4 * clamp(Math.floor(i / 4) + dy) + clamp((i % 4) + dx)).join(),
        );
      }
    }
    const seen = new Set<string>();
    for (let seed = 0; seed < 40; seed++) seen.add((await transformed(jitter({ pixels: 1 }), picture, seed)).join());
    for (const one of seen) expect(allowed).toContain(one);
    expect(seen.size).toBeGreaterThan(5);
  });
});

describe("noise", () => {
  it("has the deviation that it is given", async () => {
    const picture = randomTensor([1, 1, 40, 40]);
    const changed = await transformed(noise({ deviation: 0.2 }), picture, 1);
    const added = changed.map((x, i) => x - numbers(picture)[i]!);
    const mean = added.reduce((a, b) => a + b, 0) / added.length;
    const variance = added.reduce((sum, x) => sum + (x - mean) ** 2, 0) / added.length;
    expect(Math.abs(mean)).toBeLessThan(0.02);
    expect(Math.sqrt(variance)).toBeCloseTo(0.2, 1);
  });
});
