import { describe, expect, it } from "vitest";
import { createOps } from "../ir/ops/index.js";
import { Graph } from "../ir/graph.js";
import { writeModel } from "../onnx/write.js";
import { numbers, type Shape, type Tensor } from "../tensor.js";
import { maximize } from "../testing/plain.js";
import { open, publish, randomTensor, weights } from "../testing/models.js";

/** A signal -> what a convolution of 4 channels reads, whatever the layout -> relu. */
function signalModel(shape: Shape): Uint8Array {
  const graph = new Graph("signal");
  const op = createOps(graph, "cpu", "test");
  const x = graph.input("x", { dtype: "float32", shape });
  const isLast = shape.length === 3 && shape[1]! > shape[2]!;
  const turned = isLast ? op.transpose(x, [0, 2, 1]) : x;
  const laid = shape.length === 2 ? op.reshape(x, [1, 1, shape[1]!]) : turned;
  const [, channels, length] = laid.shape as [number, number, number];
  const filters = weights(op, [4, channels, 5]);
  const c = op.emit("Conv", [laid, filters], [{ dtype: "float32", shape: [1, 4, length - 4] }])[0]!;
  publish(graph, { c, y: op.relu(c) });
  return writeModel(graph, { opsets: new Map([["", 20]]) });
}

const shapes: readonly Shape[] = [
  [1, 40],
  [1, 1, 40],
  [1, 40, 1],
  [1, 2, 40],
  [1, 40, 2],
];

describe.each(shapes.map((shape) => [shape]))("a signal of shape [%s]", (...shape) => {
  const own = shape.flat();
  it("ascends in the frequencies that it has, moved along its one axis, and keeps its shape", async () => {
    const { picture, curve, ended } = await maximize(open(signalModel(own)), "c:1", {
      parameterization: { type: "fourier", decay: 0.5, range: [-1, 1], color: "none" },
      transforms: [
        { type: "jitter", pixels: 2 },
        { type: "scale", factors: [0.95, 1, 1.05] },
        { type: "noise", deviation: 0.01 },
        { type: "lowPass", cutoff: 0.3 },
      ],
      optimizer: { type: "adam", learningRate: 0.1 },
      steps: 30,
    });
    expect(ended).toBe("steps");
    expect(picture.shape).toEqual(own);
    expect(numbers(picture).every((x) => Math.abs(x) <= 1)).toBe(true);
    expect(curve.at(-1)![0]).toBeGreaterThan(curve[0]![0]! + 0.1);
  });

  it("begins at the numbers that are given, and takes the penalties of pictures", async () => {
    const given = randomTensor(own);
    const start = { type: "array", values: numbers(given) } as const;
    const at = async (target: string) => maximize(open(signalModel(own)), target, { start, steps: 0 });
    expect((await at("c:0")).picture).toEqual(given);
    expect((await at("tv")).curve[0]![0]).toBeCloseTo(variation(given), 3);
  });
});

/** Of neighbouring samples of each channel. */
function variation({ shape, data }: Tensor): number {
  const values = data as Float32Array;
  const isLast = shape.length === 3 && shape[1]! > shape[2]!;
  const channels = isLast ? shape[2]! : shape.length === 3 ? shape[1]! : 1;
  const length = values.length / channels;
  let sum = 0;
  for (let c = 0; c < channels; c++) {
    const at = (i: number) => values[isLast ? i * channels + c : c * length + i]!;
    for (let i = 1; i < length; i++) sum += Math.abs(at(i) - at(i - 1));
  }
  return sum;
}

describe("what does not fit a signal", () => {
  it.each([
    ["a turn", { transforms: [{ type: "rotate" }] }, 'The transform "rotate" does not fit a signal: it has one axis'],
    [
      "an opacity",
      { parameterization: { type: "alpha" } },
      'The parameterization "alpha" does not fit an input of shape [1,1,40]',
    ],
  ] as const)("%s is refused", async (_, options, message) => {
    const run = maximize(open(signalModel([1, 1, 40])), "c:1", { ...options, steps: 1 });
    await expect(run.result).rejects.toMatchObject({ code: "bad-argument", message, hint: expect.any(String) });
  });
});

describe("the frames of a video", () => {
  it.each([[[1, 3, 4, 8, 8]], [[1, 4, 3, 8, 8]]])("[%s] are moved and drawn as pictures are", async (shape) => {
    const graph = new Graph("video");
    const op = createOps(graph, "cpu", "test");
    const x = graph.input("x", { dtype: "float32", shape });
    publish(graph, { y: op.reduceMean(op.mul(x, op.constant(randomTensor(shape), "w")), [2, 3, 4]) });
    const model = open(writeModel(graph, { opsets: new Map([["", 20]]) }));
    const { picture, curve, record } = await maximize(model, "y:1", {
      recipe: "auto",
      steps: 6,
    });
    expect(picture.shape).toEqual(shape);
    expect(record.holds?.kind).toBe("video");
    expect(record.parameterization.type).toBe("fourier");
    expect(curve.at(-1)![0]).toBeGreaterThan(curve[0]![0]!);
  });
});
