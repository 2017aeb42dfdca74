import { describe, expect, it } from "vitest";
import { createOps } from "../ir/ops/index.js";
import { Graph } from "../ir/graph.js";
import type { LoadedModel } from "../model/load.js";
import { writeModel } from "../onnx/write.js";
import { createRng } from "../rng.js";
import type { InputKind } from "../model/input-kind.js";
import { pixel } from "../parameterizations/pixel.js";
import { pyramid } from "../parameterizations/pyramid.js";
import { standard } from "../standard.js";
import { normal } from "../starts/starts.js";
import { numbers, type Shape } from "../tensor.js";
import { jitter } from "../transforms/affine.js";
import { useRecipe } from "./use-recipe.js";
import { maximize } from "../testing/plain.js";
import { open, publish } from "../testing/models.js";

const [length, filters, width] = [512, 8, 33];

/** Cycles a sample that each filter of the networks here listens to. */
const toneOf = (filter: number) => 0.02 * 1.4 ** filter;

/** A convolution of tones, with a ripple over each that only this network has, as training leaves one. */
function listener(seed: number): LoadedModel {
  const rng = createRng(seed);
  const graph = new Graph("listener");
  const op = createOps(graph, "cpu", "test");
  const data = Float32Array.from({ length: filters * width }, (_, at) => {
    const t = (at % width) - 16;
    const bell = Math.exp((-t * t) / 128);
    return Math.cos(2 * Math.PI * toneOf(Math.floor(at / width)) * t) * bell * 0.25 + 0.08 * rng.normal();
  });
  const x = graph.input("x", { dtype: "float32", shape: [1, 1, length] });
  const weights = op.constant({ dtype: "float32", shape: [filters, 1, width], data });
  const [c] = op.emit("Conv", [x, weights], [{ dtype: "float32", shape: [1, filters, length - width + 1] }]);
  publish(graph, { y: op.relu(c!) });
  return open(writeModel(graph, { opsets: new Map([["", 20]]) }));
}

interface Heard {
  readonly own: number;
  /** What other networks of the same tones and another ripple hear in it, on average. */
  readonly others: number;
}

async function hear(recipe: "auto" | "none", filter: number): Promise<Heard> {
  const settings = {
    optimizer: { type: "adam", learningRate: 0.1 },
    schedule: { type: "linear" },
    steps: 256,
  } as const;
  const pixels = { parameterization: { type: "pixel", range: [-3, 3] } } as const;
  const target = `y:${filter}`;
  const { picture } = await maximize(listener(1), target, { recipe, ...settings, ...(recipe === "none" && pixels) });
  const start = { type: "array", values: numbers(picture) } as const;
  const heardBy = async (seed: number) => (await maximize(listener(seed), target, { start, steps: 0 })).curve[0]![0]!;
  return { own: await heardBy(1), others: ((await heardBy(2)) + (await heardBy(3))) / 2 };
}

describe("auto, for a signal", () => {
  it.each([2, 3, 4])(
    "gets as far as single samples do, in what other networks hear as well (filter %i)",
    async (filter) => {
      const [auto, plain] = [await hear("auto", filter), await hear("none", filter)];
      expect(auto.own).toBeGreaterThan(0.95 * plain.own);
      expect(auto.others).toBeGreaterThan(1.15 * plain.others);
    },
  );

  const chosen = (shape: Shape, holds: InputKind) => useRecipe(standard, "auto", { shape, holds }).options;

  it("keeps sound where speakers can play it, and other signals within three deviations", () => {
    const { parameterization, transforms } = chosen([1, 16000], { kind: "audio", time: 2 });
    expect(parameterization).toEqual(pyramid({ range: [-1, 1], color: "none" }));
    expect(transforms).toEqual([jitter({ pixels: 128 })]);
    expect(chosen([64, 2], { kind: "series", time: 1 })).toMatchObject({
      parameterization: pyramid({ range: [-3, 3], color: "none" }),
      transforms: [jitter({ pixels: 1 })],
    });
  });

  it("climbs vectors and lists as they are, and moves the frames of videos", () => {
    expect(chosen([16, 96], { kind: "embedding", time: 1 })).toMatchObject({
      parameterization: pixel({}),
      start: normal({ mean: 0, deviation: 0.1 }),
    });
    expect(chosen([5], { kind: "table" }).parameterization).toEqual(pixel({}));
    const video = chosen([3, 16, 112, 112], { kind: "video", time: 2, channels: 1 });
    expect(video.transforms?.map(({ type }) => type)).toEqual(["pad", "jitter", "scale", "rotate"]);
  });
});
