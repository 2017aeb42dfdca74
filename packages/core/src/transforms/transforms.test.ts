import { describe, expect, it } from "vitest";
import { standard } from "../standard.js";
import { compileAscent, maximize } from "../testing/plain.js";
import type { MaximizeOptions } from "../ascend/options.js";
import type { Affine } from "../define/transform.js";
import type { Tensors } from "../define/definition.js";
import type { Spec } from "../define/spec.js";
import { Graph } from "../ir/graph.js";
import { createOps } from "../ir/ops/index.js";
import { channel, logit, neuron } from "../objectives/activation.js";
import { gradient } from "../optimizers/gradient.js";
import { createRng } from "../rng.js";
import { writeModel } from "../onnx/write.js";
import { open, randomTensor, runtime, tinyCnn } from "../testing/models.js";
import { alpha } from "../parameterizations/alpha.js";
import { array } from "../starts/starts.js";
import { mirror } from "../testing/measure.js";
import { specs } from "../testing/specs.js";
import { numbers, tensor, type Tensor } from "../tensor.js";
import { crops, jitter, pad, scale } from "./affine.js";
import { background, blur, lighting, noise } from "./pixelwise.js";

const model = open(tinyCnn());
const target = logit({ class: 1 });
const shape = [2, 1, 6, 6];

/** The numbers that a transform draws. */
function draw(spec: Spec, seed: number): Affine | Tensors {
  const definition = standard.transform[spec.type]!;
  const rng = createRng(seed);
  if (definition.form === "pixelwise") return definition.sample(spec, shape.slice(1), rng);
  return definition.sample(spec, { height: 6, width: 6 }, rng, { index: 0, count: 1 });
}

/** A picture [channels, height, width] after a transform of its values. */
async function changed(spec: Spec, picture: Tensor, seed = 0): Promise<number[]> {
  const definition = standard.transform[spec.type]!;
  if (definition.form !== "pixelwise") throw new Error(`${spec.type} moves pixels`);
  const drawn = Object.entries(definition.sample(spec, picture.shape, createRng(seed)));
  const feeds = Object.fromEntries(drawn.map(([name, t]) => [name, { ...t, shape: [1, ...t.shape] }]));
  const batch = { ...picture, shape: [1, ...picture.shape] };
  const graph = new Graph();
  const op = createOps(graph);
  const input = graph.input("picture", batch);
  const inputs = Object.fromEntries(Object.entries(feeds).map(([name, t]) => [name, graph.input(name, t)]));
  const output = graph.publish(definition.build(spec, input, inputs, op), "changed");
  const session = await runtime.open(writeModel(graph, { opsets: new Map([["", 20]]) }));
  const results = await session.run({ picture: batch, ...feeds });
  await session.release();
  return numbers(results[output.name]!);
}

describe("every transform", () => {
  it.each(specs.transforms.map((spec) => [JSON.stringify(spec), spec] as const))(
    "draws the same for the same seed: %s",
    (_, spec) => {
      expect(draw(spec, 4)).toEqual(draw(spec, 4));
    },
  );

  it.each(specs.transforms.map((spec) => [JSON.stringify(spec), spec] as const))(
    "never changes the stored picture: %s",
    async (_, spec) => {
      const options: MaximizeOptions = {
        transforms: [spec],
        steps: 3,
        ...(spec.type === "background" ? { parameterization: alpha({}) } : { start: "random" }),
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
    const maximized = channel({ layer: "conv", channel: 1 });
    const options: MaximizeOptions = {
      transforms: [jitter({ pixels: 1 }), noise({})],
      steps: 20,
      watch: { maximized },
    };
    const { watch } = await maximize(model, maximized, options).result;
    expect(watch["maximized"]!.at(-1)![0]).toBeGreaterThan(watch["maximized"]![0]![0]!);
  });
});

describe("noise", () => {
  it("has the deviation that it is given", async () => {
    const picture = { ...randomTensor([1, 1, 40, 40]), shape: [1, 40, 40] };
    const noisy = await changed(noise({ deviation: 0.2 }), picture, 1);
    const added = noisy.map((x, i) => x - numbers(picture)[i]!);
    const mean = added.reduce((a, b) => a + b, 0) / added.length;
    const variance = added.reduce((sum, x) => sum + (x - mean) ** 2, 0) / added.length;
    expect(Math.abs(mean)).toBeLessThan(0.02);
    expect(Math.sqrt(variance)).toBeCloseTo(0.2, 1);
  });
});

describe("noise of several views", () => {
  it("is another for each view, picture and step, the same for the same seed, and as strong", async () => {
    const noiseOf = async (step: number) => {
      const { step: compiled } = await compileAscent(open(tinyCnn()), [target, target], {
        transforms: [crops({ count: 24 }), noise({ deviation: 0.2 })],
        seed: 3,
      });
      return Object.entries(compiled.sample(step)).find(([name]) => name.endsWith(".noise"))![1];
    };
    const [drawn, again, next] = [await noiseOf(1), await noiseOf(1), await noiseOf(2)];
    expect(drawn.shape).toEqual([48, 1, 6, 6]);
    expect(again).toEqual(drawn);
    expect(next).not.toEqual(drawn);
    const values = numbers(drawn);
    const views = Array.from({ length: 48 }, (_, i) => values.slice(36 * i, 36 * i + 36));
    const [first, second] = [0, 1].map((picture) => views.filter((_, i) => i % 2 === picture));
    // 24 windows of 7 x 7 places: some are at the same, most are not, and pictures have no field in common
    expect(new Set(first!.map(String)).size).toBeGreaterThan(12);
    expect(new Set(first!.flat()).size + new Set(second!.flat()).size).toBe(new Set(values).size);
    const variance = values.reduce((sum, x) => sum + x * x, 0) / values.length;
    expect(Math.sqrt(variance)).toBeCloseTo(0.2, 1);
  });

  it("is not alike in views that overlap in their field", () => {
    const shape = [1, 64, 64];
    const rng = createRng(8);
    const field = noise.share!(noise({ deviation: 1 }), shape, rng);
    const views = Array.from({ length: 8 }, (_, view) =>
      numbers(noise.sample(noise({ deviation: 1 }), shape, rng.split(view), field)["noise"]!),
    );
    views.forEach((one, i) =>
      views.slice(i + 1).forEach((other) => {
        const product = one.reduce((sum, x, k) => sum + x * other[k]!, 0) / one.length;
        expect(Math.abs(product)).toBeLessThan(5 / Math.sqrt(one.length));
      }),
    );
  });
});

describe("noise with an even part", () => {
  it("stays between its bounds, and fills them", async () => {
    const picture = { ...randomTensor([1, 1, 40, 40]), shape: [1, 40, 40] };
    const noisy = await changed(noise({ deviation: 0, uniform: 0.1 }), picture, 1);
    const added = noisy.map((x, i) => x - numbers(picture)[i]!);
    const mean = added.reduce((a, b) => a + b, 0) / added.length;
    const variance = added.reduce((sum, x) => sum + (x - mean) ** 2, 0) / added.length;
    expect(Math.max(...added.map(Math.abs))).toBeLessThan(0.1 + 1e-6);
    expect(Math.abs(mean)).toBeLessThan(0.01);
    expect(Math.sqrt(variance)).toBeCloseTo(0.1 / Math.sqrt(3), 2);
  });
});

describe("blur", () => {
  it("spreads one pixel as a Gaussian: 3 x 3, standard deviation 1", async () => {
    const spot = tensor(
      "float32",
      Array.from({ length: 25 }, (_, i) => (i === 12 ? 1 : 0)),
      [1, 5, 5],
    );
    const found = await changed(blur({ smallest: 1, largest: 1, radius: 1 }), spot);
    const [side, corner] = [Math.exp(-0.5), Math.exp(-1)];
    const kernel = [corner, side, corner, side, 1, side, corner, side, corner].map(
      (x) => x / (1 + 4 * side + 4 * corner),
    );
    const middle = found.filter((_, i) => Math.abs((i % 5) - 2) < 2 && Math.abs(Math.floor(i / 5) - 2) < 2);
    middle.forEach((x, i) => expect(x).toBeCloseTo(kernel[i]!, 6));
    expect(found.filter((x) => x !== 0)).toHaveLength(9);
  });

  it("keeps what is even, up to the edge, and every channel apart", async () => {
    const even = tensor("float32", [...Array<number>(16).fill(0.3), ...Array<number>(16).fill(0.9)], [2, 4, 4]);
    const found = await changed(blur({ smallest: 2, largest: 2 }), even);
    found.forEach((x, i) => expect(x).toBeCloseTo(i < 16 ? 0.3 : 0.9, 6));
  });

  it("draws its width between its bounds, and is three deviations wide", () => {
    const spec = blur({ smallest: 0.5, largest: 2 });
    const widths = Array.from({ length: 50 }, (_, seed) => {
      const { weights } = blur.sample(spec, [1, 4, 4], createRng(seed));
      const values = numbers(weights!);
      expect(values).toHaveLength(13);
      expect(values.reduce((a, b) => a + b)).toBeCloseTo(1, 6);
      return Math.sqrt(-0.5 / Math.log(values[7]! / values[6]!));
    });
    expect(Math.min(...widths)).toBeGreaterThan(0.499);
    expect(Math.max(...widths)).toBeLessThan(2.001);
    expect(Math.max(...widths) - Math.min(...widths)).toBeGreaterThan(1);
  });
});

describe("lighting", () => {
  const picture = tensor("float32", [0, 0.25, 0.5, 1], [1, 2, 2]);

  it("adds one number to all values, or spreads them about the middle grey", async () => {
    const brighter = await changed(lighting({ brightness: 0.2, contrast: 0 }), picture, 5);
    const shift = brighter[0]!;
    expect(Math.abs(shift)).toBeGreaterThan(1e-3);
    brighter.forEach((x, i) => expect(x).toBeCloseTo(numbers(picture)[i]! + shift, 6));
    const stronger = await changed(lighting({ brightness: 0, contrast: 0.4 }), picture, 5);
    const factor = stronger[3]! - stronger[0]!;
    expect(Math.abs(factor - 1)).toBeGreaterThan(1e-3);
    stronger.forEach((x, i) => expect(x).toBeCloseTo((numbers(picture)[i]! - 0.5) * factor + 0.5, 6));
  });

  it("stays within its bounds", async () => {
    for (let seed = 0; seed < 30; seed++) {
      const [low, , middle, high] = await changed(lighting({ brightness: 0.1, contrast: 0.3 }), picture, seed);
      expect(Math.abs(middle! - 0.5)).toBeLessThan(0.1 + 1e-6);
      expect(Math.abs(high! - low! - 1)).toBeLessThan(0.3 + 1e-6);
    }
  });
});

describe("background", () => {
  it("is seen where the picture is transparent, the colours where it is opaque", async () => {
    const colours = [0.1, 0.2, 0.3, 0.4];
    const picture = tensor("float32", [...colours, 1, 1, 0, 0], [2, 2, 2]);
    const [first, second] = [await changed(background({}), picture, 1), await changed(background({}), picture, 2)];
    expect(first).toHaveLength(4);
    first.slice(0, 2).forEach((x, i) => expect(x).toBeCloseTo(colours[i]!, 6));
    expect(first.slice(2)).not.toEqual(second.slice(2));
    for (const x of first) expect(x >= 0 && x <= 1).toBe(true);
  });

  it("varies as much as it is told about grey, and smoothly", () => {
    const fields = Array.from({ length: 20 }, (_, seed) =>
      numbers(background.sample(background({}), [4, 32, 32], createRng(2).split(seed))["background"]!),
    ).flat();
    expect(fields).toHaveLength(20 * 3 * 32 * 32);
    const mean = fields.reduce((a, b) => a + b, 0) / fields.length;
    const variance = fields.reduce((sum, x) => sum + (x - mean) ** 2, 0) / fields.length;
    expect(mean).toBeCloseTo(0.5, 1);
    expect(Math.sqrt(variance)).toBeCloseTo(0.2, 1);
    const steps = fields.flatMap((x, i) => (i % 32 === 31 ? [] : [(fields[i + 1]! - x) ** 2]));
    expect(steps.reduce((a, b) => a + b) / steps.length).toBeLessThan(variance / 3);
  });

  it("of a picture without an opacity is refused", async () => {
    await expect(maximize(model, target, { transforms: [background({})] }).result).rejects.toMatchObject({
      code: "bad-argument",
      message: 'The transform "background" needs a picture that has an opacity',
    });
  });
});

describe("scale", () => {
  it("of 0.33 keeps the centre of 3 x 3 pixels, as Lucent tests it", async () => {
    const spec = scale({ factors: [0.33] });
    const map = scale.sample(spec, { height: 3, width: 3 }, createRng(1), { index: 0, count: 1 });
    [1 / 0.33, 0, 1 - 1 / 0.33, 0, 1 / 0.33, 1 - 1 / 0.33].forEach((x, i) => expect(map[i]).toBeCloseTo(x, 9));
    const options: MaximizeOptions = {
      start: array({ values: [1, 2, 3, 4, 9, 6, 7, 8, 5] }),
      transforms: [pad({ pixels: 0, value: 0.5 }), spec],
      steps: 0,
    };
    const places = [0, 1, 2].flatMap((y) => [0, 1, 2].map((x) => neuron({ layer: "same", channel: 0, y, x })));
    const seen = await Promise.all(places.map((one) => maximize(mirror([1, 1, 3, 3]), one, options).result));
    seen.forEach(({ curve }, i) => expect(curve[0]![0]).toBeCloseTo(i === 4 ? 9 : 0.5, 5));
  });
});
