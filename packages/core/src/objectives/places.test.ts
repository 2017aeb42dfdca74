import { objectives } from "./table.js";
import { describe, expect, it } from "vitest";
import { prepareModel } from "../forward/prepare-model.js";
import { maximize } from "../testing/plain.js";
import { targetNames, unitCounts } from "../model/layers.js";
import { inspect } from "../model/inspect.js";
import { array } from "../starts/starts.js";
import { buildModel, open, randomTensor, weights } from "../testing/models.js";
import { numbers } from "../tensor.js";
import { channel, neuron, spatial } from "./activation.js";
import { expandTargets } from "../words/expand-targets.js";
import { parseTarget } from "../words/target.js";

const shape = [1, 1, 6, 8];
const picture = numbers(randomTensor(shape, 3));

/** 4 numbers of a box and 3 classes for each of 12 + 48 boxes of two scales, [1, 7, 60]. */
const detector = () =>
  open(
    buildModel(
      (op, x) => {
        const coarse = op.conv(x, weights(op, [7, 1, 2, 2]), { strides: [2, 2] });
        const fine = op.conv(x, weights(op, [7, 1, 1, 1], 2));
        const boxes = op.concat([op.reshape(coarse, [1, 7, 12]), op.reshape(fine, [1, 7, 48])], 2);
        return { coarse, boxes };
      },
      { shape },
    ),
  );

/** 3 classes for every pixel, [1, 3, 6, 8]. */
const segmenter = () => open(buildModel((op, x) => ({ mask: op.conv(x, weights(op, [3, 1, 1, 1])) }), { shape }));

/** 5 characters at 8 times, [8, 1, 5]. */
const reader = () =>
  open(
    buildModel(
      (op, x) => {
        const time = op.transpose(op.reshape(op.conv(x, weights(op, [4, 1, 6, 1])), [1, 4, 8]), [2, 0, 1]);
        return { text: op.matMul(time, weights(op, [4, 5], 2)) };
      },
      { shape },
    ),
  );

/** What targets are on the picture, and the output in one row. */
async function measure(model: ReturnType<typeof open>, layer: string, targets: readonly string[]) {
  const watch = Object.fromEntries(targets.map((target) => [target, target]));
  const options = { start: array({ values: picture }), steps: 0, watch };
  const { last } = await maximize(model, `${layer}:0`, options).result;
  const session = await model.runtime.open(model.source.bytes, { files: model.files });
  const output = numbers(
    (await session.run({ x: { dtype: "float32", shape, data: Float32Array.from(picture) } }))[layer]!,
  );
  await session.release();
  return { values: targets.map((target) => last.watch[target]![0]!), output };
}

const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;

/** Tensor numbers at [i, j, k] of [a, b, c]. */
const at = (output: readonly number[], [, b, c]: readonly [number, number, number], i: number, j: number, k: number) =>
  output[(i * b + j) * c + k]!;

const expectClose = (found: readonly number[], wanted: readonly number[]) =>
  found.forEach((value, i) => expect(value).toBeCloseTo(wanted[i]!, 4));

describe("targets at places", () => {
  it("are a class over all boxes, of one box, and of some", async () => {
    const { values, output } = await measure(detector(), "boxes", [
      "boxes:5",
      "boxes:5@30",
      "boxes:5@0-11",
      "logit:5",
      "boxes@30",
    ]);
    const row = output.slice(5 * 60, 6 * 60);
    const column = Array.from({ length: 7 }, (_, c) => output[c * 60 + 30]!);
    expectClose(values, [mean(row), row[30]!, mean(row.slice(0, 12)), mean(row), mean(column)]);
  });

  it("are a class's mask in a region, in a row, and over all", async () => {
    const { values, output } = await measure(segmenter(), "mask", [
      "mask:2@1-3,4-7",
      "mask:2@*,5",
      "mask:2@4,*",
      "mask:2@0-5,0-7",
      "logit:2",
    ]);
    const pixel = (y: number, x: number) => at(output, [3, 6, 8], 2, y, x);
    const region = (ys: readonly number[], xs: readonly number[]) =>
      mean(ys.flatMap((y) => xs.map((x) => pixel(y, x))));
    const [ys, xs] = [
      [0, 1, 2, 3, 4, 5],
      [0, 1, 2, 3, 4, 5, 6, 7],
    ];
    const whole = region(ys, xs);
    expectClose(values, [region([1, 2, 3], [4, 5, 6, 7]), region(ys, [5]), region([4], xs), whole, whole]);
  });

  it("are a character at a time, and along an axis that is said", async () => {
    const { values, output } = await measure(reader(), "text", [
      "text:3@6",
      "text:3",
      "text[axis=0]:6@3",
      "text[axis=-3]:6",
      "logit:3",
    ]);
    const of = (time: number, character: number) => at(output, [8, 1, 5], time, 0, character);
    const times = [0, 1, 2, 3, 4, 5, 6, 7].map((time) => of(time, 3));
    expectClose(values, [of(6, 3), mean(times), of(6, 3), mean([0, 1, 2, 3, 4].map((c) => of(6, c))), mean(times)]);
  });

  it("of a signal are channels, not times", async () => {
    const signal = open(
      buildModel((op, x) => ({ heard: op.conv(op.reshape(x, [1, 1, 48]), weights(op, [32, 1, 5])) }), { shape }),
    );
    const { values, output } = await measure(signal, "heard", ["heard:31", "heard:31@40"]);
    expect(output).toHaveLength(32 * 44);
    expectClose(values, [mean(output.slice(31 * 44)), output[31 * 44 + 40]!]);
    await expect(measure(signal, "heard", ["heard:40"])).rejects.toThrow(
      '40 is out of range: there are 32 channels of layer "heard"',
    );
  });

  it("are one of any number of axes, the centre when none is given", async () => {
    const video = open(
      buildModel((op, x) => ({ frames: op.reshape(op.conv(x, weights(op, [2, 1, 1, 1])), [1, 2, 2, 3, 8]) }), {
        shape,
      }),
    );
    const { values, output } = await measure(video, "frames", ["frames:1@", "frames:1@1,2,3", "frames:1@*,0-1,3"]);
    const of = (t: number, y: number, x: number) => output[((2 + t) * 3 + y) * 8 + x]!;
    expectClose(values, [of(1, 1, 4), of(1, 2, 3), mean([of(0, 0, 3), of(0, 1, 3), of(1, 0, 3), of(1, 1, 3)])]);
  });

  it.each([
    ["boxes:5@60", '60 is out of range: there are 60 rows of layer "boxes", from 0 to 59'],
    ["boxes:5@50-60", '60 is out of range: axis 0 of the places of layer "boxes" goes from 0 to 59'],
    ["boxes:5@1-2,3", 'Layer "boxes" has 1 axis of places'],
    ["coarse:5@1-2", 'Layer "coarse" has 2 axes of places'],
    ["coarse:5@1,2,3", 'Layer "coarse" has 2 axes of places'],
    ["boxes[axis=3]:5", 'Layer "boxes" of shape [1,7,60] has no axis 3 of units'],
    ["boxes[axis=0]:0", 'Layer "boxes" of shape [1,7,60] has no axis 0 of units'],
  ])("are refused where there are none: %s", async (target, message) => {
    await expect(measure(detector(), "boxes", [target])).rejects.toMatchObject({ code: "bad-argument", message });
  });
});

describe("words for places", () => {
  const parse = (text: string) => parseTarget(text, { layers: ["a", "b", "2"] }, objectives);

  it("are numbers, ranges and stars, and the axis of the units", () => {
    const a = { layer: "a", channel: 3 };
    expect(parse("a:3@4")).toEqual(neuron({ ...a, y: 4 }));
    expect(parse("a:3@4,5")).toEqual(neuron({ ...a, y: 4, x: 5 }));
    expect(parse("a:3@4-6,*")).toEqual(neuron({ ...a, at: [[4, 6], "*"] }));
    expect(parse("a:3@*,5")).toEqual(neuron({ ...a, at: ["*", 5] }));
    expect(parse("a:3@1,2,3")).toEqual(neuron({ ...a, at: [1, 2, 3] }));
    expect(parse("a@0-6")).toEqual(spatial({ layer: "a", at: [[0, 6]] }));
    expect(parse("a[axis=2]:3")).toEqual(channel({ ...a, axis: 2 }));
    expect(parse("a[axis=-1]:3@*,0-2")).toEqual(neuron({ ...a, axis: -1, at: ["*", [0, 2]] }));
    expect(neuron({ ...a, at: "3,0-6,*" as never })).toEqual(neuron({ ...a, at: [3, [0, 6], "*"] }));
    expect(parse("direction:layer=a,vector=1,0,at=4-5" as string)).toMatchObject({ at: [[4, 5]] });
  });

  it("leave differences, products and further parameters as they were", () => {
    expect(parse("a:3@4 - b:1")).toMatchObject({ type: "sub" });
    expect(parse("a:3@4-b:1")).toMatchObject({ type: "sub" });
    expect(parse("a:3@4-2*b:1")).toMatchObject({ type: "sub", right: { type: "mul", left: 2 } });
    expect(parse("a:3@4-2:7")).toMatchObject({ type: "sub", right: { layer: "2" } });
    expect(parse("a:3@ * 2")).toMatchObject({ type: "mul" });
    expect(parse("a:3@*b:1")).toMatchObject({ type: "mul" });
    expect(parse("accentuation:target=a:3@4,layer=b,image=x.png")).toMatchObject({
      target: neuron({ layer: "a", channel: 3, y: 4 }),
    });
  });

  it.each([
    ["a:3@4-2,1", "The range 4-2 ends before it begins (at character 8 of the target"],
    ["a:3@4,", "Expected a column number at the end"],
    ["a[axis=2]", 'Expected ":" and a channel number, or "@" at the end'],
    ["a[axis=x]:3", 'Expected "+", "-" or the end at character 2'],
  ])("have to be whole: %s", (text, message) => {
    expect(() => parse(text)).toThrow(message);
  });

  it("stand behind each of many units", async () => {
    const model = reader();
    const { normalized } = await prepareModel(model, 1);
    const counts = unitCounts(model.source, normalized);
    expect(expandTargets(["text:*@6", "text[axis=0]:0-1@2-3"], counts)).toEqual([
      ...[0, 1, 2, 3, 4].map((c) => `text:${c}@6`),
      "text[axis=0]:0@2-3",
      "text[axis=0]:1@2-3",
    ]);
    const { layers } = await inspect(model);
    expect(layers.at(-1)).toMatchObject({
      units: { count: 5, axis: 2, why: "made by MatMul" },
      axes: [
        { size: 8, holds: "places" },
        { size: 1, holds: "batch" },
        { size: 5, holds: "units" },
      ],
    });
  });
});

describe("names that are no layers", () => {
  it("are refused with what is wrong with them", async () => {
    const model = open(buildModel((op, x) => ({ scores: op.mul(x, 2), y: op.argMax(x, 1) }), { shape: [1, 4] }));
    const { normalized } = await prepareModel(model, 1);
    const names = targetNames(model.source, normalized);
    expect(() => parseTarget("y:1", names, objectives)).toThrow(
      '"y" is a value of the model but no layer: it holds whole numbers (int64), so it has no gradient',
    );
    expect(() => parseTarget("x:1", names, objectives)).toThrow(
      '"x" is a value of the model but no layer: it is an input of the model',
    );
  });

  it("are not likened to nothing", async () => {
    const whole = open(buildModel((op, x) => ({ y: op.argMax(x, 1) }), { shape: [1, 4] }));
    for (const target of ["z:1", channel({ layer: "z", channel: 1 })])
      await expect(maximize(whole, target).result).rejects.toMatchObject({
        code: "unknown-layer",
        hint: expect.not.stringMatching(/Did you mean \?/),
      });
    expect(() => parseTarget("z:1", { layers: [] }, objectives)).toThrow('The model has no layer "z"');
    expect(() => expandTargets(["z:*"], new Map())).toThrow('The model has no layer "z" with channels');
  });
});
