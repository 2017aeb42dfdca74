import { describe, expect, it } from "vitest";
import {
  alpha,
  ascend,
  channel,
  createOps,
  defineRule,
  gradients,
  Graph,
  maximize,
  mul,
  numbers,
  probe,
  prepareModel,
  prune,
  readTarget,
  standard,
  sub,
  tensor,
  tv,
  writeModel,
  type MaximizeOptions,
} from "../index.js";
import { buildModel, open, runtime, tinyCnn } from "../testing/models.js";
import { blind, cautious, contrast, darken, mirrored, own, ramp, shear, swirl } from "../testing/own-definitions.js";

const model = open(tinyCnn());
const target = contrast({ layer: "conv", more: 1, less: 0 });
const plain: MaximizeOptions = { recipe: "none", definitions: own, start: 0.5, steps: 2 };
const rampOf6 = [0, 1, 2, 3, 4, 5].map((x) => Math.fround(x / 5));

/** The picture of a run, row by row. */
async function rows(options: MaximizeOptions, maximized: Parameters<typeof maximize>[1] = target): Promise<number[][]> {
  const { picture } = await maximize(model, maximized, { ...plain, ...options });
  const values = numbers(picture);
  return Array.from({ length: values.length / 6 }, (_, y) => values.slice(6 * y, 6 * (y + 1)));
}

describe("a definition of one's own", () => {
  it("of an objective is what it says, alone and in algebra", async () => {
    const parts = [1, 0].map((at) => channel({ layer: "conv", channel: at }));
    const watch = { more: parts[0]!, less: parts[1]!, whole: sub(target, mul(0.1, tv({}))), tv: tv({}) };
    const { curve, watch: seen } = await maximize(model, target, { ...plain, start: "random", watch });
    expect(curve[0]![0]).toBeCloseTo(seen["more"]![0]![0]! - seen["less"]![0]![0]!, 5);
    expect(seen["whole"]![0]![0]).toBeCloseTo(curve[0]![0]! - 0.1 * seen["tv"]![0]![0]!, 5);
    expect(curve.at(-1)![0]).toBeGreaterThan(curve[0]![0]!);
  });

  it("of an objective is a word of targets", async () => {
    const words = "contrast:layer=conv,more=1,less=0 - 0.1*tv";
    const prepared = { first: await prepareModel(model, 1), further: new Map() };
    const spec = sub(target, mul(0.1, tv({})));
    expect(readTarget(words, prepared, { definitions: own })).toEqual(spec);
    expect(await rows({ start: "random" }, words)).toEqual(await rows({ start: "random" }, spec));
    await expect(maximize(model, words, { recipe: "none" })).rejects.toMatchObject({ code: "unknown-layer" });
  });

  it("of an objective is read by probe", async () => {
    const opened = await probe(model, { definitions: own }, ({ objective, parse, features }) => ({
      contrast: objective(parse("contrast:layer=conv,more=1,less=0")),
      features: features("conv"),
    }));
    const values = await opened.run(tensor("float32", new Float32Array(36).fill(0.3), [1, 1, 6, 6]));
    await opened.release();
    const [less, more] = numbers(values["features"]!) as [number, number];
    expect(numbers(values["contrast"]!)[0]).toBeCloseTo(more - less, 5);
  });

  it("of an objective serves ascend, too", async () => {
    const { recipe, start, steps } = plain;
    const { picture } = await ascend(model, target, { recipe, start, steps, vocabulary: standard, definitions: own });
    expect(numbers(picture)).toEqual((await rows({})).flat());
  });

  it("of a parameterization makes the picture, inside another one too", async () => {
    for (const row of await rows({ parameterization: "mirrored", start: "random", steps: 3 }))
      expect(row).toEqual(row.toReversed());
    const both = alpha({ inner: mirrored({}), opacity: mirrored({}) });
    const all = await rows({ parameterization: both, start: "random", steps: 3 });
    expect(all).toHaveLength(12);
    for (const row of all) row.forEach((x, i) => expect(x).toBeCloseTo(row.toReversed()[i]!, 6));
    expect(new Set(all.flat()).size).toBeGreaterThan(18);
  });

  it.each([
    ["moves pixels", shear],
    ["changes values", darken],
  ])("of a transform %s of what the model sees, and not of the picture", async (_, one) => {
    const seen = async (transforms: MaximizeOptions["transforms"]) => {
      const { curve, picture } = await maximize(model, target, { ...plain, start: "random", steps: 0, transforms });
      return { value: curve[0]![0]!, picture: numbers(picture) };
    };
    const [without, short, twice] = [await seen([]), await seen([one.type]), await seen([one({}), one({})])];
    expect(short.value).not.toBeCloseTo(without.value, 5);
    expect(twice.value).not.toBeCloseTo(short.value, 5);
    expect(short.picture).toEqual(without.picture);
  });

  it("of an optimizer moves the picture", async () => {
    const steep = cautious({ learningRate: 1e6, limit: 0.25 });
    const first = (await rows({ optimizer: steep, steps: 1 }, [target, mul(-1, target)])).flat();
    expect(new Set(first)).toEqual(new Set([0.25, 0.75]));
  });

  it("of a schedule changes the learning rate", async () => {
    const run = maximize(model, target, {
      ...plain,
      optimizer: { type: "signed", learningRate: 0.5 },
      schedule: "halfway",
      steps: 4,
    });
    const pictures: number[][] = [];
    for await (const { picture } of run) pictures.push(numbers(picture));
    const changes = pictures.slice(1).map((one, k) => Math.max(...one.map((x, i) => Math.abs(x - pictures[k]![i]!))));
    [0.5, 0.25, 0.25, 0.25].forEach((wanted, i) => expect(changes[i]).toBeCloseTo(wanted, 5));
  });

  it("of a start is the first picture, by its type alone too", async () => {
    expect(await rows({ start: ramp({}), steps: 0 })).toEqual(Array(6).fill(rampOf6));
    expect(await rows({ start: "ramp", steps: 0 })).toEqual(Array(6).fill(rampOf6));
  });

  it("of a recipe gives the options that are not given", async () => {
    const { recipe: _, start: __, ...rest } = plain;
    const { record } = await maximize(model, target, { ...rest, recipe: "patient" });
    expect(record).toMatchObject({
      steps: 2,
      parameterization: { type: "fourier" },
      optimizer: { type: "adam", learningRate: 0.01 },
    });
  });

  it("of a rule is the gradient of an operator of another domain", async () => {
    const graph = new Graph();
    const op = createOps(graph);
    const x = graph.input("x", { dtype: "float32", shape: [3] });
    const [y] = op.emit("Swirl", [x], [{ dtype: "float32", shape: [3] }], {}, "com.acme") as [typeof x];
    const [slope] = await gradients(op, { of: op.reduceSum(y), wrt: [x], rules: { [swirl.type]: swirl.vjp } });
    graph.publish(slope!, "slope");
    prune(graph);
    const session = await runtime.open(
      writeModel(graph, {
        opsets: new Map([
          ["", 20],
          ["com.acme", 1],
        ]),
      }),
    );
    const { slope: found } = await session.run({ x: tensor("float32", [-3, 0, 2]) });
    await session.release();
    expect(numbers(found!)).toEqual([6, 0, 4]);
  });

  it("of a rule goes before the standard one, and the option before it", async () => {
    const half = defineRule({ type: "Relu", doc: "Half of everything", vjp: (g, { op }) => [op.mul(g, 0.5)] });
    const slope = async (options: MaximizeOptions) => {
      const wanted = channel({ layer: "relu", channel: 0 });
      const { last, record } = await maximize(model, wanted, { recipe: "none", steps: 0, start: 0.5, ...options });
      return { value: last.gradientNorm[0]!, rules: record.rules };
    };
    const all = await slope({ overrides: ["linearRelu"] });
    const halved = await slope({ definitions: [half] });
    expect(halved.value).toBeCloseTo(all.value / 2, 6);
    expect(halved.rules).toEqual(["Relu"]);
    const given = await slope({ definitions: [half], rules: { Relu: (g, { op }) => [op.mul(g, 0.25)] } });
    expect(given.value).toBeCloseTo(all.value / 4, 6);
  });

  it("of an override is used where a run names it", async () => {
    const sigmoid = open(buildModel((op, x) => ({ y: op.sigmoid(x) }), { shape: [1, 1, 2, 2] }));
    const slope = async (options: MaximizeOptions) => {
      const { last } = await maximize(sigmoid, "y:0", { recipe: "none", start: 0, steps: 0, ...options });
      return last.gradientNorm[0];
    };
    // the mean over four pixels of the identity, and of a sigmoid at 0
    expect(await slope({ definitions: [blind] })).toBeCloseTo(0.125, 6);
    expect(await slope({ definitions: [blind], overrides: ["blindSigmoid"] })).toBeCloseTo(0.5, 6);
    await expect(slope({ overrides: ["blindSigmoid"] })).rejects.toMatchObject({
      code: "bad-argument",
      message: 'There is no override "blindSigmoid"',
    });
  });
});
