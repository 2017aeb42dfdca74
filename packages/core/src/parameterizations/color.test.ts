import { describe, expect, it } from "vitest";
import { compileAscent } from "../testing/plain.js";
import type { Spec } from "../define/spec.js";
import { logit } from "../objectives/activation.js";
import { createRng } from "../rng.js";
import { open, randomTensor, tinyCnn } from "../testing/models.js";
import { beginning, invert, show } from "../testing/show.js";
import { numbers, tensor } from "../tensor.js";
import { alpha } from "./alpha.js";
import { colorCorrelation } from "./color-axes.js";
import { fourier } from "./fourier.js";
import { pixel } from "./pixel.js";
import { shared } from "./shared.js";

/** Pixels whose colours are `mix` times independent numbers of variance 1. */
function photograph(mix: readonly (readonly number[])[], seed = 1) {
  const [channels, side] = [mix.length, 128];
  const rng = createRng(seed);
  const sources = mix[0]!.map(() => rng.normals(side * side));
  const data = Float32Array.from({ length: channels * side * side }, (_, i) => {
    const row = mix[Math.floor(i / (side * side))]!;
    return row.reduce((sum, x, j) => sum + x * sources[j]![i % (side * side)]!, 0.5);
  });
  return tensor("float32", data, [channels, side, side]);
}

const lucid = [
  [0.56282858, 0.19482528, 0.04329451],
  [0.58447583, 0, -0.10823626],
  [0.58447583, -0.19482528, 0.06494176],
];

/** What a picture of one pixel gets from the colour variables. */
const mixed = async (spec: ReturnType<typeof pixel>, colors: readonly number[]) =>
  numbers(await show(spec, { pixels: tensor("float32", colors, [1, 3, 1, 1]) }, [1, 3, 1, 1]));

describe("colour axes", () => {
  it("of ImageNet are Lucid's: rgb = N t", async () => {
    for (let j = 0; j < 3; j++) {
      const unit = [0, 1, 2].map((i) => Number(i === j));
      const rgb = await mixed(pixel({ color: "imagenet" }), unit);
      rgb.forEach((x, i) => expect(x).toBeCloseTo(lucid[i]![j]!, 6));
      expect(await mixed(pixel({ color: "auto" }), unit)).toEqual(rgb);
    }
  });

  it("I1I2I3 are intensity, red against blue, and green against both", () => {
    const axes = (rgb: readonly number[]) =>
      numbers(invert(pixel({ color: "i1i2i3" }), tensor("float32", rgb, [1, 3, 1, 1]))["pixels"]!).map(
        (x) => x / Math.sqrt(3),
      );
    for (const [r, g, b] of [
      [1, 0, 0],
      [0, 1, 0],
      [0.2, 0.5, 0.9],
    ] as const) {
      const found = axes([r, g, b]);
      [(r + g + b) / 3, (r - b) / 2, (2 * g - r - b) / 4].forEach((x, i) => expect(found[i]).toBeCloseTo(x, 5));
    }
  });

  it("of one's own pictures are the square root of their covariance, the strongest 1 long", () => {
    const found = colorCorrelation([photograph(lucid), photograph(lucid, 2)]);
    const strongest = Math.hypot(found[0]!, found[3]!, found[6]!);
    expect(strongest).toBeCloseTo(1, 6);
    const square = (matrix: readonly number[], scale: number) =>
      matrix.flatMap((_, at) => {
        const [i, j] = [Math.floor(at / 3), at % 3];
        return [0, 1, 2].reduce((sum, k) => sum + scale * matrix[i * 3 + k]! * matrix[j * 3 + k]!, 0);
      });
    const [own, known] = [square(found, 1), square(lucid.flat(), 1)];
    own.forEach((x, i) => expect(x / own[0]!).toBeCloseTo(known[i]! / known[0]!, 1.5));
    // columns are orthogonal, the longest first
    const columns = [0, 1, 2].map((j) => [0, 1, 2].map((i) => found[i * 3 + j]!));
    const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, x, i) => sum + x * b[i]!, 0);
    expect(dot(columns[0]!, columns[1]!)).toBeCloseTo(0, 6);
    expect(dot(columns[1]!, columns[2]!)).toBeCloseTo(0, 6);
    expect(dot(columns[1]!, columns[1]!)).toBeGreaterThan(dot(columns[2]!, columns[2]!));
  });

  it("of one's own pictures fit any number of channels, also where one never varies", async () => {
    const bands = photograph([
      [1, 0, 0, 0, 0],
      [0.5, 0.5, 0, 0, 0],
      [0, 0, 0.2, 0, 0],
      [0, 0, 0, 0.1, 0],
      [0, 0, 0, 0, 0],
    ]);
    const colorMatrix = colorCorrelation([bands]);
    expect(colorMatrix).toHaveLength(25);
    const shape = [1, 5, 4, 4];
    const spec = fourier({ colorMatrix });
    const start = tensor("float32", createRng(1).uniforms(80, 0.3, 0.7), shape);
    const shown = numbers(await show(spec, invert(spec, start), shape));
    shown.forEach((x, i) => expect(x).toBeCloseTo(numbers(start)[i]!, 2));
  });

  it("are left out by themselves where a picture is not red, green and blue, but not where they were asked for", async () => {
    const shape = [1, 4, 2, 2];
    const shown = await show(fourier({}), beginning(fourier({}), shape), shape);
    expect(shown.shape).toEqual(shape);
    const pictures = tensor("float32", new Float32Array(16).fill(0.5), shape);
    for (const color of ["imagenet", "i1i2i3"] as const) {
      expect(() => invert(fourier({ color }), pictures)).toThrow(
        expect.objectContaining({
          code: "bad-argument",
          message: `The colour axes "${color}" are for red, green and blue: the picture has 4 channels`,
        }),
      );
    }
    expect(() => invert(fourier({ colorMatrix: [1, 2, 3] }), pictures)).toThrow(
      '"colorMatrix" has 3 numbers: a picture of 4 channels needs 16',
    );
    expect(() => invert(fourier({ colorMatrix: Array(16).fill(1) }), pictures)).toThrow('"colorMatrix" has no inverse');
  });

  it("cannot be had from no pictures, or from those of different channels", () => {
    const grey = photograph([[1]]);
    expect(() => colorCorrelation([])).toThrow("No pictures were given");
    expect(() => colorCorrelation([photograph(lucid), grey])).toThrow(
      "A picture of shape [1,128,128] is among those of shape [3,128,128]",
    );
  });

  it("of pixels are clipped in the picture, not in the variables", async () => {
    const spec = pixel({ color: "imagenet", range: [0, 1] });
    const shape = [1, 3, 1, 1];
    const start = tensor("float32", [-0.5, 0.25, 2], shape);
    const shown = numbers(await show(spec, invert(spec, start), shape));
    [0, 0.25, 1].forEach((x, i) => expect(shown[i]).toBeCloseTo(x, 5));
  });
});

describe("colorImages", () => {
  const images = { mine: [randomTensor([3, 5, 4], 1), randomTensor([3, 6, 6], 2)] };
  const bytes = async (parameterization: Spec) => {
    const { step, record } = await compileAscent(open(tinyCnn({ channels: 3 })), logit({ class: 1 }), {
      parameterization,
      images,
    });
    return { graph: step.bytes, spec: record.parameterization };
  };

  it("are pictures of whose colours the axes are made, also deep inside", async () => {
    const colorMatrix = colorCorrelation(images.mine);
    const named = await bytes(fourier({ colorImages: "mine" }));
    expect(named.graph).toEqual((await bytes(fourier({ colorMatrix }))).graph);
    expect(named.graph).not.toEqual((await bytes(fourier({}))).graph);
    // the record names them
    expect(named.spec).toEqual(fourier({ colorImages: "mine" }));
    const inside = (inner: Spec) => alpha({ inner: shared({ inner }) });
    expect((await bytes(inside(fourier({ colorImages: "mine" })))).graph).toEqual(
      (await bytes(inside(fourier({ colorMatrix })))).graph,
    );
  });

  it("must be given", async () => {
    await expect(bytes(fourier({ colorImages: "yours" }))).rejects.toThrow('There is no picture "yours"');
  });
});
