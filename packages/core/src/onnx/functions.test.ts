import { AttributeProto_AttributeType as Kind } from "onnx-buf";
import { describe, expect, it } from "vitest";
import { print } from "../ir/print.js";
import { inspect } from "../model/inspect.js";
import { inputShapes, openModel } from "../model/load.js";
import { vjp } from "../model/vjp.js";
import { runtime } from "../testing/models.js";
import { declare, encodeModel } from "../testing/protos.js";
import { numbers, tensor } from "../tensor.js";
import { readModel } from "./read.js";

type Model = NonNullable<Parameters<typeof encodeModel>[1]>;
type Graph = Parameters<typeof encodeModel>[0];
type FunctionInit = Extract<NonNullable<Model["functions"]>[number], { $typeName?: never }>;

const acme = "com.acme";
const standard = [{ domain: "", version: 17n }];
const opsetImport = [...standard, { domain: acme, version: 1n }];
const float = (name: string, f: number) => ({ name, type: Kind.FLOAT, f });
const ref = (name: string, refAttrName: string, type = Kind.FLOAT) => ({ name, refAttrName, type });

const fn = (name: string, rest: FunctionInit) => ({
  domain: acme,
  name,
  opsetImport,
  input: ["x"],
  output: ["y"],
  ...rest,
});

const model = (node: Graph["node"], functions: Model["functions"], graph: Graph = {}) =>
  encodeModel(
    { name: "main", input: [declare("x", [2])], output: [declare("y", [2])], ...graph, ...(node && { node }) },
    { opsetImport, ...(functions && { functions }) },
  );

/** y = leaky(x) with the slope as given, or 0.5, or the operator's own where nothing is given. */
const leaky = fn("Leaky", {
  attribute: [],
  attributeProto: [float("slope", 0.5)],
  node: [{ opType: "LeakyRelu", input: ["x"], output: ["y"], attribute: [ref("alpha", "slope")] }],
});

const text = (bytes: Uint8Array) => print(readModel(bytes).graph);

async function gradientAt(bytes: Uint8Array, x: readonly number[]) {
  const opened = openModel(bytes, { runtime });
  const slope = await vjp(opened, { shapes: inputShapes(opened.source.inputs) });
  const { output, gradient } = await slope.run({ x: tensor("float32", x) }, tensor("float32", [1, 1]));
  await slope.release();
  return [numbers(output), numbers(gradient)];
}

describe("model-local functions", () => {
  it("become their nodes, named after the call", () => {
    const bytes = model(
      [
        { opType: "Leaky", domain: acme, name: "first", input: ["x"], output: ["h"] },
        { opType: "Leaky", domain: acme, name: "second", input: ["h"], output: ["y"], attribute: [float("slope", 2)] },
      ],
      [leaky],
    );
    expect(text(bytes)).toBe(
      "main(x: float32[2]) -> (y)\n  h = LeakyRelu(x) {alpha=0.5}\n  y = LeakyRelu(h) {alpha=2}",
    );
    expect(readModel(bytes).graph.nodes.map(({ name }) => name)).toEqual(["first/y", "second/y"]);
  });

  it("take no rule of their own: their operators do", async () => {
    const bytes = model([{ opType: "Leaky", domain: acme, input: ["x"], output: ["y"] }], [leaky]);
    const opened = openModel(bytes, { runtime });
    const shapes = inputShapes(opened.source.inputs);
    await expect(vjp(opened, { shapes, rules: { [`${acme}::Leaky`]: (g) => [g] } })).rejects.toMatchObject({
      code: "bad-argument",
      message: `The rule for "${acme}::Leaky" would not be used: the model defines it as a function of other operators`,
    });
    const passing = await vjp(opened, { shapes, rules: { LeakyRelu: (g) => [g] } });
    const { gradient } = await passing.run({ x: tensor("float32", [-1, 1]) }, tensor("float32", [3, 4]));
    await passing.release();
    expect(numbers(gradient)).toEqual([3, 4]);
  });

  it("may call others, which pass their attributes on", async () => {
    const twice = fn("Twice", {
      attribute: ["outer"],
      node: [
        { opType: "Leaky", domain: acme, name: "a", input: ["x"], output: ["h"], attribute: [ref("slope", "outer")] },
        { opType: "Leaky", domain: acme, name: "b", input: ["h"], output: ["y"] },
      ],
    });
    const call = {
      opType: "Twice",
      domain: acme,
      name: "t",
      input: ["x"],
      output: ["y"],
      attribute: [float("outer", 0.25)],
    };
    const bytes = model([call], [leaky, twice]);
    expect(text(bytes)).toContain("t/h = LeakyRelu(x) {alpha=0.25}\n  y = LeakyRelu(t/h) {alpha=0.5}");
    expect(await gradientAt(bytes, [-8, 3])).toEqual([
      [-1, 3],
      [0.125, 1],
    ]);
  });

  it("leave optional inputs, outputs and attributes out", () => {
    const clip = fn("Limit", {
      input: ["x", "low", "high"],
      output: ["y", "unused", "same"],
      node: [
        { opType: "Clip", input: ["x", "low", "high"], output: ["y"] },
        { opType: "Elu", input: ["y"], output: ["unused"], attribute: [ref("alpha", "nowhere")] },
      ],
    });
    const bytes = model(
      [
        { opType: "Limit", domain: acme, name: "l", input: ["x", "", "top"], output: ["z", "", "same"] },
        { opType: "Add", input: ["z", "same"], output: ["y"] },
      ],
      [{ ...clip, output: ["y", "unused", "x"] }],
      { initializer: [{ name: "top", dataType: 1, floatData: [1] }] },
    );
    expect(text(bytes)).toContain("z = Clip(x, _, 1)\n  l/unused = Elu(z)\n  same = Identity(x)\n  y = Add(z, same)");
  });

  it("keep subgraphs, constants and the overload that is called apart", async () => {
    const branch = (opType: string) => ({
      name: opType,
      node: [{ opType, input: ["x", "k"], output: ["h"] }],
      output: [{ name: "h" }],
    });
    const choose = (overload: string, opType: string) =>
      fn("Choose", {
        overload,
        attribute: ["k", "yes"],
        node: [
          { opType: "Constant", output: ["k"], attribute: [ref("value_float", "k")] },
          { opType: "Constant", output: ["n"], attribute: [ref("value_int", "yes", Kind.INT)] },
          { opType: "Cast", input: ["n"], output: ["c"], attribute: [{ name: "to", type: Kind.INT, i: 9n }] },
          {
            opType: "If",
            input: ["c"],
            output: ["y"],
            attribute: [
              { name: "then_branch", type: Kind.GRAPH, g: branch(opType) },
              { name: "else_branch", type: Kind.GRAPH, g: branch("Add") },
            ],
          },
        ],
      });
    const call = (name: string, overload: string, yes: bigint, input: string, output: string) => ({
      opType: "Choose",
      domain: acme,
      overload,
      name,
      input: [input],
      output: [output],
      attribute: [float("k", 4), { name: "yes", type: Kind.INT, i: yes }],
    });
    const bytes = model(
      [call("a", "times", 1n, "x", "h"), call("b", "minus", 1n, "h", "i"), call("c", "minus", 0n, "i", "y")],
      [choose("times", "Mul"), choose("minus", "Sub")],
    );
    expect(await gradientAt(bytes, [1, 2])).toEqual([
      [4, 8],
      [4, 4],
    ]);
  });

  it("of a name in the standard domain go before the operator", () => {
    const own = fn("Relu", { domain: "ai.onnx", node: [{ opType: "Abs", input: ["x"], output: ["y"] }] });
    expect(text(model([{ opType: "Relu", input: ["x"], output: ["y"] }], [own]))).toContain("y = Abs(x)");
  });
});

describe("functions that cannot be", () => {
  const call = (opType: string, rest = {}) => [
    { opType, domain: acme, name: "n", input: ["x"], output: ["y"], ...rest },
  ];
  const calls = (name: string, ...others: string[]) =>
    fn(name, {
      node: others.map((opType, i) => ({
        opType,
        domain: acme,
        name: `n${i}`,
        input: [i === 0 ? "x" : `h${i - 1}`],
        output: [i === others.length - 1 ? "y" : `h${i}`],
      })),
    });

  it.each<[string, ReturnType<typeof call>, FunctionInit[], string, string]>([
    [
      "recursive",
      call("A"),
      [calls("A", "B"), calls("B", "A")],
      "bad-model",
      "calls itself (com.acme::A -> com.acme::B -> com.acme::A)",
    ],
    [
      "missing",
      call("Leaky", { overload: "v2" }),
      [leaky],
      "bad-model",
      'Node "n" calls function com.acme::Leaky:v2, which the model does not hold',
    ],
    [
      "short of an attribute",
      call("Leaky"),
      [{ ...leaky, attribute: ["gain"] }],
      "bad-model",
      'without its attribute "gain"',
    ],
    ["given too much", call("Leaky", { input: ["x", "x"] }), [leaky], "bad-model", "with 2 inputs, but it has 1"],
    [
      "older",
      call("Leaky"),
      [{ ...leaky, opsetImport: [{ domain: "", version: 12n }] }],
      "unsupported-model",
      "version 12 of the operators",
    ],
    [
      "endless",
      call("F0"),
      [...Array.from({ length: 30 }, (_, i) => calls(`F${i}`, `F${i + 1}`, `F${i + 1}`)), fn("F30", { output: ["x"] })],
      "unsupported-model",
      "stand for more than 100000 nodes",
    ],
  ])("%s", (_, node, functions, code, message) => {
    expect(() => readModel(model(node, functions))).toThrowError(
      expect.objectContaining({ code, message: expect.stringContaining(message) }),
    );
  });
});

describe("operators of other domains", () => {
  const bytes = model(
    [
      { opType: "Relu", name: "r", input: ["x"], output: ["h"] },
      { opType: "Swirl", domain: acme, name: "s", input: ["h"], output: ["i"] },
      { opType: "Relu", name: "t", input: ["i"], output: ["y"] },
    ],
    [leaky],
  );

  it("are refused by one error that names them", async () => {
    const opened = openModel(bytes, { runtime });
    await expect(opened.at(inputShapes(opened.source.inputs))).rejects.toMatchObject({
      code: "unsupported-model",
      message: 'ONNX Runtime has no operator com.acme::Swirl, which the model uses at node "s" (com.acme::Swirl)',
      details: { nodes: [{ node: "s", domain: acme, opType: "Swirl" }] },
    });
  });

  it("are listed by inspect", async () => {
    const { missingRules, layers } = await inspect(openModel(bytes, { runtime }));
    expect(missingRules).toMatchObject([{ opType: "com.acme::Swirl", nodes: ["s"], layers: ["i", "y"] }]);
    expect(layers.map(({ name, differentiable }) => [name, differentiable])).toEqual([
      ["h", false],
      ["i", false],
      ["y", false],
    ]);
  });
});
