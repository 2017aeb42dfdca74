import { AttributeProto_AttributeType as Kind } from "onnx-buf";
import { describe, expect, it } from "vitest";
import { numbers, size, tensor, type Tensor } from "../tensor.js";
import { runtime } from "../testing/models.js";
import { declare, encodeModel } from "../testing/protos.js";
import { inspect } from "../model/inspect.js";
import { inputShapes, openModel } from "../model/load.js";
import { vjp } from "../model/vjp.js";

type Graph = Parameters<typeof encodeModel>[0];
type Nodes = NonNullable<Graph["node"]>;

const graph = (name: string, g: Graph) => ({ name, type: Kind.GRAPH, g: { name, ...g } });
const int = (name: string, i: number) => ({ name, type: Kind.INT, i: BigInt(i) });
const ints = (name: string, values: readonly number[]) => ({ name, type: Kind.INTS, ints: values.map(BigInt) });
const constant = (name: string, dataType: number, values: object, dims: readonly bigint[] = []) => ({
  name,
  dataType,
  dims: [...dims],
  ...values,
});

const initializer = [
  constant("zero", 1, { floatData: [0] }),
  constant("zeros", 1, { floatData: [0, 0] }, [2n]),
  constant("three", 7, { int64Data: [3n] }),
  constant("many", 7, { int64Data: [5000n] }),
  constant("yes", 9, { int32Data: [1] }),
];

/** x -> Relu -> h -> the nodes -> y, both of two elements unless said otherwise. */
const open = (node: Nodes, { x = [2], y = [2], opset = 17n, given = [] as NonNullable<Graph["input"]> } = {}) =>
  openModel(
    encodeModel(
      {
        name: "main",
        input: [declare("x", x), ...given],
        output: [declare("y", y)],
        initializer,
        node: [{ opType: "Relu", name: "before", input: ["x"], output: ["h"] }, ...node],
      },
      { opsetImport: [{ domain: "", version: opset }] },
    ),
    { runtime },
  );

async function differentiate(
  model: ReturnType<typeof open>,
  values: readonly number[],
  options: { inputs?: Readonly<Record<string, Tensor>>; of?: string } = {},
): Promise<{ y: number[]; slope: number[] }> {
  const shapes = inputShapes(model.source.inputs);
  const { graph: found, values: named } = await model.at(shapes, new Map(Object.entries(options.inputs ?? {})));
  const { shape } = options.of === undefined ? found.outputs[0]! : named.get(options.of)!;
  const run = await vjp(model, { shapes, ...options });
  const ones = tensor("float32", Array<number>(size(shape)).fill(1), shape);
  const { output, gradient } = await run.run({ x: tensor("float32", values, shapes.get("x")!) }, ones);
  await run.release();
  return { y: numbers(output), slope: numbers(gradient) };
}

const branch = (opType: string, dims = [2]) => ({
  node: [{ opType, input: ["h"], output: ["b"] }],
  output: [declare("b", dims)],
});

/** y = the first operator of h where its sum is above 0, else the second. */
const choose = (condition: string, [then, otherwise]: readonly [Graph, Graph]): Nodes => [
  {
    opType: "If",
    name: "control",
    input: [condition],
    output: ["y"],
    attribute: [graph("then_branch", then), graph("else_branch", otherwise)],
  },
];

const onSum: Nodes = [
  { opType: "ReduceSum", input: ["h"], output: ["m"], attribute: [int("keepdims", 0)] },
  { opType: "Greater", input: ["m", "zero"], output: ["c"] },
];

describe("an If on a computed value", () => {
  it("is differentiated along the branch that is taken", async () => {
    const model = open([...onSum, ...choose("c", [branch("Neg"), branch("Exp")])]);
    expect(await differentiate(model, [1, 2])).toEqual({ y: [-1, -2], slope: [-1, -1] });
    expect(await differentiate(model, [-1, -2])).toEqual({ y: [1, 1], slope: [0, 0] });
  });

  it("gets nothing from the other one, where that would be no number", async () => {
    const model = open([...onSum, ...choose("c", [branch("Identity"), branch("Log")])]);
    expect(await differentiate(model, [3, -1])).toEqual({ y: [3, 0], slope: [1, 0] });
  });

  it("ends its way where the branches give different shapes, and leaves what is before and beside it", async () => {
    const longer = {
      node: [{ opType: "Concat", input: ["h", "h"], output: ["b"], attribute: [int("axis", 0)] }],
      output: [declare("b", [4])],
    };
    const beside: Nodes = [{ opType: "Exp", input: ["h"], output: ["beside"] }];
    const behind: Nodes = [{ opType: "Exp", input: ["y"], output: ["behind"] }];
    const model = open([...onSum, ...choose("c", [branch("Neg"), longer]), ...behind, ...beside], {
      y: [undefined] as never,
    });
    const shapes = inputShapes(model.source.inputs);
    await expect(vjp(model, { shapes, of: "behind" })).rejects.toMatchObject({
      code: "missing-vjp-rule",
      message: expect.stringMatching(/^Cannot differentiate "behind": it lies behind node "control" \(If\): /),
      details: { nodes: [{ node: "control", opType: "If" }] },
    });
    const { layers, missingRules } = await inspect(model, { shapes });
    const differentiable = layers.filter((layer) => layer.differentiable).map(({ name }) => name);
    expect(differentiable).toEqual(["h", "m", "beside"]);
    expect(missingRules).toMatchObject([{ opType: "If", nodes: ["control"], layers: ["y", "behind"] }]);
    await (await vjp(model, { shapes, of: "beside", precision: "float64" })).release();
    expect(await differentiate(model, [1, 2], { of: "beside" })).toMatchObject({
      slope: [Math.fround(Math.E), Math.fround(Math.E ** 2)],
    });
  });
});

describe("an If on an input that is given", () => {
  const model = open(choose("flag", [branch("Neg"), branch("Identity")]), { given: [declare("flag", [], 9)] });

  it("is the branch that it takes", async () => {
    const flag = (on: number) => ({ inputs: { flag: tensor("bool", [on], []) } });
    expect(await differentiate(model, [1, 2], flag(1))).toEqual({ y: [-1, -2], slope: [-1, -1] });
    expect(await differentiate(model, [1, 2], flag(0))).toEqual({ y: [1, 2], slope: [1, 1] });
  });
});

describe("an If of which a branch is one constant", () => {
  it("can be run and differentiated", async () => {
    const value = { name: "value", type: Kind.TENSOR, t: constant("", 1, { floatData: [7, 8] }, [2n]) };
    const held = { node: [{ opType: "Constant", output: ["k"], attribute: [value] }], output: [declare("k", [2])] };
    const model = open([...onSum, ...choose("c", [held, branch("Neg")])]);
    expect(await differentiate(model, [1, 2])).toEqual({ y: [7, 8], slope: [0, 0] });
    expect(await differentiate(model, [-1, -2])).toMatchObject({ y: [-0, -0] });
  });

  it("stays as it is where it cannot be joined", async () => {
    const value = { name: "value", type: Kind.TENSOR, t: constant("", 1, { floatData: [7] }, [1n]) };
    const held = { node: [{ opType: "Constant", output: ["k"], attribute: [value] }], output: [declare("k", [1])] };
    const model = open([...onSum, ...choose("c", [held, branch("Neg")])], { y: [undefined] as never });
    expect(await differentiate(model, [1, -2], { of: "h" })).toEqual({ y: [1, 0], slope: [1, 0] });
  });
});

/** s -> 2 s, keeping every s. */
const doubling: Graph = {
  input: [declare("i", [], 7), declare("go", [], 9), declare("s", [2])],
  node: [
    { opType: "Add", input: ["s", "s"], output: ["t"] },
    { opType: "Identity", input: ["go"], output: ["on"] },
    { opType: "Identity", input: ["s"], output: ["kept"] },
  ],
  output: [declare("on", [], 9), declare("t", [2]), declare("kept", [2])],
};

const loop = (count: string, output: readonly string[], body = doubling): Nodes => [
  {
    opType: "Loop",
    name: "control",
    input: [count, "yes", "h"],
    output: [...output],
    attribute: [graph("body", body)],
  },
];

describe("a Loop", () => {
  it.each([11n, 17n])("of a known number of rounds is written out, opset %i", async (opset) => {
    expect(await differentiate(open(loop("three", ["y", "all"]), { opset }), [1, 2])).toEqual({
      y: [8, 16],
      slope: [8, 8],
    });
    expect(await differentiate(open(loop("three", ["last", "y"]), { opset, y: [3, 2] }), [1, 2])).toEqual({
      y: [1, 2, 2, 4, 4, 8],
      slope: [7, 7],
    });
  });

  it("may read its number and what is outside", async () => {
    const body: Graph = {
      input: [declare("i", [], 7), declare("go", [], 9), declare("s", [2])],
      node: [
        { opType: "Cast", input: ["i"], output: ["f"], attribute: [int("to", 1)] },
        { opType: "Mul", input: ["h", "f"], output: ["p"] },
        { opType: "Add", input: ["s", "p"], output: ["t"] },
      ],
      output: [declare("yes", [], 9), declare("t", [2])],
    };
    // h + 0 h + 1 h + 2 h
    expect(await differentiate(open(loop("three", ["y"], body)), [1, 2])).toEqual({ y: [4, 8], slope: [4, 4] });
  });

  it.each([
    ["of too many rounds", "many"],
    ["of a number of rounds that the input decides", "rounds"],
  ])("%s ends its way, and leaves the layers before it", async (_, count) => {
    const rounds: Nodes = [
      { opType: "ReduceSum", input: ["h"], output: ["m"], attribute: [int("keepdims", 0)] },
      { opType: "Cast", input: ["m"], output: ["rounds"], attribute: [int("to", 7)] },
    ];
    const model = open([...rounds, ...loop(count, ["y"], { ...doubling, output: doubling.output!.slice(0, 2) })]);
    const shapes = inputShapes(model.source.inputs);
    await expect(vjp(model, { shapes })).rejects.toMatchObject({
      code: "missing-vjp-rule",
      message: expect.stringMatching(/^Cannot differentiate "y": .*node "control" \(Loop\)/),
      details: { nodes: [{ node: "control", opType: "Loop" }] },
    });
    const { layers, missingRules } = await inspect(model, { shapes });
    expect(layers.find(({ name }) => name === "h")!.differentiable).toBe(true);
    expect(missingRules).toMatchObject([{ opType: "Loop", nodes: ["control"], layers: ["y"] }]);
    expect(await differentiate(model, [1, -2], { of: "h" })).toEqual({ y: [1, 0], slope: [1, 0] });
  });
});

describe("a Scan", () => {
  /** Sums from the front, or from the back, along an axis. */
  const scan = (
    attribute: NonNullable<Nodes[number]["attribute"]>,
    { input = ["zero", "h"] }: { input?: string[] } = {},
  ): Nodes => [
    {
      opType: "Scan",
      name: "control",
      input,
      output: ["last", "y"],
      attribute: [
        int("num_scan_inputs", 1),
        graph("body", {
          input: [declare("s", []), declare("e", [])],
          node: [
            { opType: "Add", input: ["s", "e"], output: ["t"] },
            { opType: "Mul", input: ["t", "t"], output: ["u"] },
          ],
          output: [declare("t", []), declare("u", [])],
        }),
        ...attribute,
      ],
    },
  ];

  it.each([11n, 17n])("of known lengths is written out, opset %i", async (opset) => {
    const { y, slope } = await differentiate(open(scan([]), { opset, x: [3], y: [3] }), [1, 2, 3]);
    expect(y).toEqual([1, 9, 36]);
    expect(slope).toEqual([2 * (1 + 3 + 6), 2 * (3 + 6), 2 * 6]);
  });

  it("may go backwards", async () => {
    const back = [ints("scan_input_directions", [1]), ints("scan_output_directions", [1])];
    const { y, slope } = await differentiate(open(scan(back), { x: [3], y: [3] }), [1, 2, 3]);
    expect(y).toEqual([36, 25, 9]);
    expect(slope).toEqual([2 * 6, 2 * (6 + 5), 2 * (6 + 5 + 3)]);
  });

  it("of opset 8 takes every element of a batch by itself", async () => {
    const back = [ints("directions", [1])];
    const model = open(scan(back, { input: ["", "zeros", "h"] }), { opset: 8n, x: [2, 3], y: [2, 3] });
    const { y, slope } = await differentiate(model, [1, 2, 3, 4, 0, 1]);
    expect(y).toEqual([9, 25, 36, 1, 1, 25]);
    expect(slope).toEqual([2 * 6, 2 * (6 + 5), 2 * (6 + 5 + 3), 2 * 5, 0, 2 * (5 + 1 + 1)]);
  });
});
