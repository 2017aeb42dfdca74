import { InferenceSession, Tensor as OrtTensor } from "onnxruntime-node";
import { describe, expect, it } from "vitest";
import { compileAscent, exportAscent, maximize } from "../testing/plain.js";
import type { MaximizeOptions } from "../ascend/options.js";
import { isSpec, type Spec } from "../define/spec.js";
import { print } from "../ir/print.js";
import { channel, logit } from "../objectives/activation.js";
import { mul, sub } from "../objectives/combine.js";
import { tv } from "../objectives/penalty.js";
import { readModel } from "../onnx/read.js";
import { adam } from "../optimizers/adaptive.js";
import { momentum } from "../optimizers/gradient.js";
import { cppn } from "../parameterizations/cppn.js";
import { pixel } from "../parameterizations/pixel.js";
import { jitter } from "../transforms/affine.js";
import { noise } from "../transforms/pixelwise.js";
import { buildModel, open, tinyCnn, weights } from "../testing/models.js";
import { numbers } from "../tensor.js";

describe("a compiled step", () => {
  it("is one graph: picture, model, objective, gradient, update", async () => {
    const model = open(
      buildModel(
        (op, x) => {
          const conv = op.conv(x, weights(op, [2, 1, 3, 3]));
          return { conv, relu: op.relu(conv), unused: op.exp(conv) };
        },
        { shape: [1, 1, 4, 4] },
      ),
    );
    const target = channel({ layer: "relu", channel: 1 });
    const options = { parameterization: pixel({ range: [0, 1] }), optimizer: momentum({}) };
    const { step } = await compileAscent(model, target, options);
    expect(print(step.graph)).toMatchInlineSnapshot(`
      "ascent(pixels: float32[1,1,4,4], objective.channel: int64[1], step: float32[], optimizer.learningRate: float32[], optimizer.momentum: float32[], momentum.velocity.pixels: float32[1,1,4,4]) -> (picture: float32[1,1,4,4], objective: float32[1], gradientNorm: float32[1], networkGradientNorm: float32[1], next.pixels: float32[1,1,4,4], next.momentum.velocity.pixels: float32[1,1,4,4], next.step: float32[])
        xstar/Identity: float32[1,1,4,4] = Identity(pixels)
        model/conv: float32[1,2,2,2] = Conv(xstar/Identity, <test/weights: float32[2,1,3,3]>) {kernel_shape=[3,3] group=1}
        model/relu: float32[1,2,2,2] = Relu(model/conv)
        xstar/Reshape: int64[1,1,1,1] = Reshape(objective.channel, [1,1,1,1])
        xstar/Expand: int64[1,1,2,2] = Expand(xstar/Reshape, [1,1,2,2])
        xstar/GatherElements: float32[1,1,2,2] = GatherElements(model/relu, xstar/Expand) {axis=1}
        xstar/Reshape_2: float32[1,2,2] = Reshape(xstar/GatherElements, [1,2,2])
        objective: float32[1] = ReduceMean(xstar/Reshape_2, [1,2]) {keepdims=0}
        xstar/Expand_2: float32[1] = Expand(1, [1])
        xstar/Reshape_3: float32[1,1,1] = Reshape(xstar/Expand_2, [1,1,1])
        xstar/Div: float32[1,1,1] = Div(xstar/Reshape_3, 4)
        xstar/Expand_3: float32[1,2,2] = Expand(xstar/Div, [1,2,2])
        xstar/Reshape_5: float32[1,1,2,2] = Reshape(xstar/Expand_3, [1,1,2,2])
        xstar/ConstantOfShape: float32[1,2,2,2] = ConstantOfShape([1,2,2,2])
        xstar/ScatterElements: float32[1,2,2,2] = ScatterElements(xstar/ConstantOfShape, xstar/Expand, xstar/Reshape_5) {axis=1 reduction=add}
        xstar/HardSigmoid: float32[1,2,2,2] = HardSigmoid(model/relu) {alpha=1e+30 beta=0}
        xstar/Mul: float32[1,2,2,2] = Mul(xstar/ScatterElements, xstar/HardSigmoid)
        xstar/ConvTranspose: float32[1,1,4,4] = ConvTranspose(xstar/Mul, <test/weights: float32[2,1,3,3]>) {kernel_shape=[3,3] strides=[1,1] pads=[0,0,0,0] dilations=[1,1] group=1 output_padding=[0,0]}
        xstar/Mul_2: float32[1,1,4,4] = Mul(xstar/ConvTranspose, xstar/ConvTranspose)
        xstar/ReduceSum: float32[1] = ReduceSum(xstar/Mul_2, [1,2,3]) {keepdims=0}
        gradientNorm: float32[1] = Sqrt(xstar/ReduceSum)
        xstar/Mul_3: float32[1,1,4,4] = Mul(momentum.velocity.pixels, optimizer.momentum)
        next.momentum.velocity.pixels: float32[1,1,4,4] = Add(xstar/Mul_3, xstar/ConvTranspose)
        xstar/Mul_4: float32[1,1,4,4] = Mul(next.momentum.velocity.pixels, optimizer.learningRate)
        xstar/Add_2: float32[1,1,4,4] = Add(pixels, xstar/Mul_4)
        next.pixels: float32[1,1,4,4] = Clip(xstar/Add_2, 0, 1)
        picture: float32[1,1,4,4] = Identity(pixels)
        networkGradientNorm: float32[1] = Identity(gradientNorm)
        next.step: float32[] = Add(step, 1)"
    `);
  });

  it("draws its variables once", async () => {
    const { step, start } = await compileAscent(open(tinyCnn()), logit({ class: 0 }), { parameterization: cppn({}) });
    expect(start).toBeUndefined();
    const [one, again] = [step.begin(), step.begin()];
    expect(one["weights0"]).toBeDefined();
    expect(again["weights0"]).toBe(one["weights0"]);
  });

  it("points at the model's weights instead of holding them", async () => {
    const bytes = buildModel((op, x) => {
      const wide = op.matMul(op.flatten(x), weights(op, [36, 500]));
      return { wide, y: op.matMul(wide, weights(op, [500, 3], 2)) };
    });
    const { step } = await compileAscent(open(bytes), logit({ class: 0 }));
    expect(bytes.length).toBeGreaterThan(78_000);
    expect(step.bytes.length).toBeLessThan(6_000);
    expect([...step.files.keys()]).toEqual(["model.onnx"]);
  });

  it("takes targets, weights and rates as inputs: another target gives the same graph", async () => {
    const model = open(tinyCnn());
    const compiled = (at: number, weight: number) =>
      compileAscent(model, sub(channel({ layer: "conv", channel: at }), mul(weight, tv({}))));
    const [a, b] = [await compiled(0, 0.1), await compiled(3, 7)];
    expect(print(b!.step.graph)).toBe(print(a!.step.graph));
    expect(Object.keys(a!.step.settings).sort()).toEqual(
      ["objective.left.channel", "objective.right.left", "optimizer.learningRate"].sort(),
    );
    expect(b!.step.bytes).toEqual(a!.step.bytes);
  });

  it("builds no more of the model than the target needs, and once for all targets of one structure", async () => {
    const model = open(tinyCnn());
    const ops = async (objective: Spec | Spec[]) =>
      (await compileAscent(model, objective)).step.graph.nodes.filter(({ opType }) => opType === "Conv").length;
    const inside = (await compileAscent(model, channel({ layer: "conv", channel: 0 }))).step.graph;
    expect(inside.nodes.some(({ opType }) => opType === "Gemm")).toBe(false);
    expect(await ops([0, 1, 2, 3].map((at) => channel({ layer: "conv", channel: at })))).toBe(
      await ops(channel({ layer: "conv", channel: 0 })),
    );
  });

  it("reads only the part of a concatenation that has the channels, with the same result", async () => {
    const model = open(
      buildModel((op, x) => {
        const branch = (seed: number) => op.relu(op.conv(x, weights(op, [2, 1, 3, 3], seed), {}));
        return { joined: op.concat([branch(1), op.concat([branch(2), branch(3)], 1)], 1) };
      }),
    );
    const convolutions = async (...channels: number[]) => {
      const targets = channels.map((at) => channel({ layer: "joined", channel: at }));
      const { step } = await compileAscent(model, targets, { transforms: [], start: "random" });
      return step.graph.nodes.filter(({ opType }) => opType === "Conv").length;
    };
    expect(await convolutions(1)).toBe(1);
    expect(await convolutions(2, 3)).toBe(1);
    expect(await convolutions(3, 4)).toBe(2);
    expect(await convolutions(0, 5)).toBe(3);

    const ascent = async (channels: number[], streams: number[]) => {
      const targets = channels.map((at) => channel({ layer: "joined", channel: at }));
      const { curve } = await maximize(model, targets, { steps: 5, start: "random", seed: 2, streams }).result;
      return curve.map((values) => [...values]);
    };
    const together = await ascent([0, 2, 5], [0, 1, 2]);
    expect(await ascent([0], [0])).toEqual(together.map(([first]) => [first]));
    expect(await ascent([5], [2])).toEqual(together.map(([, , last]) => [last]));
    await expect(ascent([6], [0])).rejects.toThrow(
      '6 is out of range: there are 6 channels of layer "joined", from 0 to 5',
    );
  });

  it("records what was run as JSON", async () => {
    const { record } = await compileAscent(open(tinyCnn()), logit({ class: 2 }), {
      start: ["ones", "random"],
      seed: 4,
      steps: 9,
    });
    expect(JSON.parse(JSON.stringify(record))).toEqual(record);
    expect(record).toMatchObject({
      objectives: [
        { type: "logit", class: 2 },
        { type: "logit", class: 2 },
      ],
      start: [
        { type: "constant", value: 1 },
        { type: "uniform", low: 0, high: 1 },
      ],
      seed: 4,
      steps: 9,
      shape: [2, 1, 6, 6],
      contract: null,
    });
  });
});

describe("a stand-alone ascent", () => {
  it.each<readonly [string, Spec | Spec[], MaximizeOptions]>([
    ["plain gradient", logit({ class: 1 }), { start: "zeros" }],
    [
      "Adam in a range, with a penalty",
      sub(logit({ class: 1 }), mul(0.01, tv({}))),
      { optimizer: adam({}), parameterization: pixel({ range: [0, 1] }) },
    ],
    [
      "a batch of targets",
      [logit({ class: 0 }), channel({ layer: "conv", channel: 2 })],
      { parameterization: pixel({ range: [-1, 1], squash: "sigmoid" }), optimizer: momentum({}) },
    ],
    ["the best of several restarts", [logit({ class: 0 }), logit({ class: 1 })], { restarts: 8 }],
  ])("gives the same pictures in a bare ONNX Runtime: %s", async (_, objective, given) => {
    const model = open(tinyCnn());
    const options = { ...given, steps: 10, seed: 3 };
    const { step, start } = await compileAscent(model, objective, options);
    const bytes = await exportAscent(model, objective, options);
    const expected: number[][] = [];
    for await (const { picture } of maximize(model, objective, options)) expected.push(numbers(picture));

    const session = await InferenceSession.create(bytes);
    const shapes = Object.entries(step.begin(start)).map(([name, { shape }]) => [name, shape] as const);
    expect([...session.inputNames].sort()).toEqual(shapes.map(([name]) => name).sort());
    /** All inputs filled with one number, but `step`. */
    const filled = (number: number, at: number): Record<string, OrtTensor> =>
      Object.fromEntries(
        shapes.map(([name, shape]) => {
          const length = shape.reduce((a, b) => a * b, 1);
          const data = new Float32Array(length).fill(name === "step" ? at : number);
          return [name, new OrtTensor("float32", data, shape)];
        }),
      );
    const ascent = async (feeds: Record<string, OrtTensor>) => {
      const pictures: number[][] = [];
      let state = feeds;
      for (let step = 0; step < expected.length; step++) {
        const results = await session.run(state);
        pictures.push(Array.from(results["picture"]!.data as Float32Array));
        state = Object.fromEntries(session.inputNames.map((name) => [name, results[`next.${name}`] as OrtTensor]));
      }
      return pictures;
    };
    const found = await ascent(filled(0, 0));
    const furthest = found.flatMap((picture, i) => picture.map((x, p) => Math.abs(x - expected[i]![p]!)));
    expect(Math.max(...furthest)).toBeLessThan(1e-5);
    // at step 0 nothing else counts; from step 1 on what is fed does
    expect(await ascent(filled(Number.NaN, 0))).toEqual(found);
    const own = await ascent(filled(0.25, 1));
    if (!isSpec(given.parameterization) || !("squash" in given.parameterization))
      expect(new Set(own[0])).toEqual(new Set([0.25]));
    await session.release();
  });

  it("begins with the first step of a run with transforms, too", async () => {
    const model = open(tinyCnn());
    const options = {
      transforms: [jitter({ pixels: 2 }), noise({ deviation: 0.1 })],
      start: "random",
      seed: 2,
      steps: 1,
    };
    const { step, start } = await compileAscent(model, logit({ class: 1 }), options);
    const { curve } = await maximize(model, logit({ class: 1 }), options).result;
    const session = await InferenceSession.create(step.standalone(step.begin(start)));
    const inputs = session.inputMetadata.map((input) => {
      if (!input.isTensor) throw new Error("no tensor");
      const shape = input.shape as number[];
      return [input.name, new OrtTensor("float32", new Float32Array(shape.reduce((a, b) => a * b, 1)), shape)] as const;
    });
    const { objective } = await session.run(Object.fromEntries(inputs));
    expect((objective!.data as Float32Array)[0]).toBeCloseTo(curve[0]![0]!, 5);
    await session.release();
  });

  it("holds its weights and settings itself", async () => {
    const { step } = await compileAscent(open(tinyCnn()), logit({ class: 1 }));
    const { graph, inputs } = readModel(step.standalone(step.begin()));
    expect(inputs.map(({ name }) => name)).toEqual(["pixels", "step"]);
    const constants = graph.nodes.flatMap((node) => node.inputs).flatMap((input) => input?.constant ?? []);
    expect(constants.every(({ source }) => !("location" in source))).toBe(true);
  });
});
