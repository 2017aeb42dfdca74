import { describe, expect, it } from "vitest";
import {
  adam,
  alpha,
  channel,
  createOps,
  defineAffine,
  defineObjective,
  defineOptimizer,
  defineOverride,
  defineParameterization,
  defineRecipe,
  defineRule,
  defineSchedule,
  defineStart,
  defineTransform,
  fields,
  gradients,
  Graph,
  maximize,
  mul,
  numbers,
  normalized,
  observe,
  pixel,
  schedules,
  readTarget,
  rules,
  size,
  standard,
  sub,
  tensor,
  tv,
  vocabularyOf,
  withDefinitions,
  writeModel,
  ascend,
  prepareBatch,
  prune,
  type AnyDefinition,
  type MaximizeOptions,
} from "../index.js";
import { buildModel, open, runtime, tinyCnn, weights } from "../testing/models.js";

// the examples of define*, as they stand there

const contrast = defineObjective({
  type: "contrast",
  doc: "One channel of a layer more than another",
  params: { layer: fields.layer("the layer"), more: fields.index("this channel"), less: fields.index("not this one") },
  build: ({ layer, more, less }, { op, unit }) =>
    op.sub(op.meanOfEach(unit(layer, more)), op.meanOfEach(unit(layer, less))),
});

const mirrored = defineParameterization({
  type: "mirrored",
  doc: "Pixels whose right half is the mirror image of the left",
  params: {},
  invert: (_, pictures) => ({ pixels: pictures }),
  build: (_, { pixels }, { op }) => op.mul(op.add(pixels!, op.flip(pixels!, [3])), 0.5),
});

const shear = defineAffine({
  type: "shear",
  doc: "Slants the picture by a random share of its height",
  params: { largest: fields.fixed("largest share", { fallback: 0.1 }) },
  sample: ({ largest }, _, rng) => [1, (2 * rng.uniform() - 1) * largest, 0, 0, 1, 0],
});

const darken = defineTransform({
  type: "darken",
  doc: "Multiplies every picture by a random factor",
  params: { least: fields.fixed("least factor", { fallback: 0.5 }) },
  sample: ({ least }, _, rng) => ({ factor: tensor("float32", rng.uniforms(1, least, 1), [1, 1, 1]) }),
  build: (_, picture, { factor }, op) => op.mul(picture, factor!),
});

const cautious = defineOptimizer({
  type: "cautious",
  doc: "The gradient, but no element of the change is larger than a limit",
  params: {
    learningRate: fields.number("step size", { fallback: 1 }),
    limit: fields.number("largest change", { fallback: 0.1 }),
  },
  update: ({ learningRate, limit }, { op, gradient }) => ({
    change: op.max(op.min(op.mul(gradient, learningRate), limit), op.neg(limit)),
    slots: {},
  }),
});

const halfway = defineSchedule({
  type: "halfway",
  doc: "The learning rate, and half of it in the second half of the run",
  params: {},
  build: (_, { op, step, steps }) => op.where(op.less(step, op.mul(steps, 0.5)), op.scalar(1), op.scalar(0.5)),
});

const ramp = defineStart({
  type: "ramp",
  doc: "From black on the left to white on the right",
  params: {},
  fill: (_, shape) => Float32Array.from({ length: size(shape) }, (_, i) => (i % shape.at(-1)!) / (shape.at(-1)! - 1)),
});

const patient = defineRecipe({
  type: "patient",
  doc: "Small steps, many of them",
  params: {},
  options: () => ({ steps: 1024, parameterization: "fourier", optimizer: adam({ learningRate: 0.01 }) }),
});

const swirl = defineRule({
  type: "com.acme::Swirl",
  doc: "x to x * |x|",
  vjp: (g, { op, inputs: [x] }) => [op.mul(g, op.mul(op.abs(x!), 2))],
});

const blind = defineOverride({
  type: "blindSigmoid",
  doc: "everything goes through Sigmoid, as if it were the identity",
  rules: { Sigmoid: (g) => [g] },
});

const own: readonly AnyDefinition[] = [
  contrast,
  mirrored,
  shear,
  darken,
  cautious,
  halfway,
  ramp,
  patient,
  swirl,
  blind,
];

const model = open(tinyCnn());
const target = contrast({ layer: "conv", more: 1, less: 0 });
const plain: MaximizeOptions = { recipe: "none", definitions: own, start: 0.5, steps: 2 };
const rampOf6 = [0, 1, 2, 3, 4, 5].map((x) => Math.fround(x / 5));

/** The picture of a run, row by row. */
async function rows(options: MaximizeOptions, climbed: Parameters<typeof maximize>[1] = target): Promise<number[][]> {
  const { picture } = await maximize(model, climbed, { ...plain, ...options });
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
    const prepared = { first: await prepareBatch(model, 1), further: new Map() };
    const spec = sub(target, mul(0.1, tv({})));
    expect(readTarget(words, prepared, { definitions: own })).toEqual(spec);
    expect(await rows({ start: "random" }, words)).toEqual(await rows({ start: "random" }, spec));
    await expect(maximize(model, words, { recipe: "none" })).rejects.toMatchObject({ code: "unknown-layer" });
  });

  it("of an objective is read by observe", async () => {
    const observer = await observe(model, { definitions: own }, ({ objective, parse, features }) => ({
      contrast: objective(parse("contrast:layer=conv,more=1,less=0")),
      features: features("conv"),
    }));
    const values = await observer.run(tensor("float32", new Float32Array(36).fill(0.3), [1, 1, 6, 6]));
    await observer.release();
    const [less, more] = numbers(values["features"]!) as [number, number];
    expect(numbers(values["contrast"]!)[0]).toBeCloseTo(more - less, 5);
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
    const [slope] = gradients(op, { of: op.reduceSum(y), wrt: [x], rules: { ...rules, [swirl.type]: swirl.vjp } });
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
      return { value: last.slope[0]!, rules: record.rules };
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
      return last.slope[0];
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

describe("a vocabulary", () => {
  it("with definitions has them beside its own, which stay as they were", () => {
    const all = withDefinitions(standard, own);
    for (const { kind, type } of own) {
      expect(all[kind][type]).toBe(own.find((one) => one.type === type));
      expect(standard[kind]).not.toHaveProperty([type]);
    }
    expect(all.objective["logit"]).toBe(standard.objective["logit"]);
    expect(withDefinitions(standard, [])).toBe(standard);
  });

  it("may be given the same definition twice", () => {
    expect(Object.keys(withDefinitions(standard, [ramp, ramp]).start)).toHaveLength(
      Object.keys(standard.start).length + 1,
    );
    expect(withDefinitions(standard, [adam]).optimizer["adam"]).toBe(adam);
  });

  it("refuses another definition of a type that it has, of the same kind alone", () => {
    const other = defineStart({ ...ramp, type: "normal" });
    const clash = expect.objectContaining({
      code: "bad-argument",
      message: 'There is already a start of type "normal"',
      hint: "Give your own another type",
    });
    expect(() => withDefinitions(standard, [other])).toThrow(clash);
    expect(() => withDefinitions(standard, [ramp, defineStart({ ...ramp })])).toThrow('a start of type "ramp"');
    const penalty = defineObjective({ ...contrast, type: "adam" });
    expect(withDefinitions(standard, [penalty]).objective["adam"]).toBe(penalty);
  });

  it.each([
    ["a spec", ramp({}), '{"type":"ramp"}'],
    ["a function", () => 1, "undefined"],
    ["null", null, "null"],
    ["text", "ramp", '"ramp"'],
    ["nothing", undefined, "undefined"],
    ["another kind", { kind: "toString", type: "x" }, '{"kind":"toString","type":"x"}'],
  ])("refuses what is no definition: %s", async (_, wrong, shown) => {
    const refused = {
      code: "bad-argument",
      message: `A definition is what defineObjective and the like return, not ${shown}`,
      hint: "Give the definitions themselves, not what they return when they are called",
    };
    expect(() => withDefinitions(standard, [wrong as AnyDefinition])).toThrow(expect.objectContaining(refused));
    await expect(maximize(model, target, { definitions: [wrong as AnyDefinition] })).rejects.toMatchObject(refused);
  });

  it("of a few definitions is enough for a run that names no others", async () => {
    const vocabulary = vocabularyOf([channel, pixel, normalized, schedules.constant, ramp]);
    const wanted = channel({ layer: "conv", channel: 1 });
    const options = { recipe: "none", start: ramp({}), steps: 3 } as const;
    const { picture } = await ascend(model, wanted, { ...options, vocabulary });
    const { picture: same } = await maximize(model, wanted, { ...options, definitions: own });
    expect(numbers(picture)).toEqual(numbers(same));
    await expect(ascend(model, wanted, { ...options, vocabulary, optimizer: "adam" })).rejects.toMatchObject({
      code: "bad-argument",
      message: 'There is no optimizer of type "adam"',
      hint: 'Did you mean "normalized"?',
    });
    const given = await maximize(model, wanted, { ...options, vocabulary });
    expect(numbers(given.picture)).toEqual(numbers(picture));
  });
});
