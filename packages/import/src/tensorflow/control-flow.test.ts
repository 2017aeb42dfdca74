import { numbers, readModel, tensor } from "@xstar/core";
import { describe, expect, it } from "vitest";
import { readGraph } from "./graph.js";
import { run } from "../testing/run.js";
import { importTensorflow } from "./import.js";

const float = { type: "DT_FLOAT" };
const node = (name: string, op: string, input: readonly string[] = [], attr: object = {}) => ({
  name,
  op,
  input,
  attr,
});
const shape = { shape: { dim: [{ size: 1 }, { size: 4 }] } };
const picture = node("x", "Placeholder", [], { dtype: float, shape });
const before = node("before", "Relu", ["x"]);
const axes = node("axes", "Const", [], {
  value: { tensor: { dtype: "DT_INT32", tensorShape: { dim: [{ size: 2 }] }, intVal: [0, 1] } },
});
const isLarge = [
  node("sum", "Sum", ["x", "axes"]),
  node("zero", "Const", [], constant(0)),
  node("large", "Greater", ["sum", "zero"]),
];

function constant(value: number) {
  return { value: { tensor: { dtype: "DT_FLOAT", tensorShape: {}, floatVal: [value] } } };
}

/** A function of one value, `body` of which has the argument `a`. */
const functionOf = (name: string, body: object, result: string) => ({
  signature: { name, inputArg: [{ name: "a" }], outputArg: [{ name: "r" }] },
  nodeDef: [body],
  ret: { r: result },
});

const importOf = (nodes: readonly object[], functions: readonly object[] = []) =>
  importTensorflow({ graph: readGraph({ node: nodes, library: { function: functions } }), producer: "test" });

describe("what is decided by the input is cut", () => {
  it("If", () => {
    const branches = [
      functionOf("yes", node("n", "Neg", ["a"]), "n:y:0"),
      functionOf("no", node("n", "Abs", ["a"]), "n:y:0"),
    ];
    const then = { then_branch: { func: { name: "yes" } }, else_branch: { func: { name: "no" } } };
    const nodes = [
      picture,
      before,
      axes,
      ...isLarge,
      node("choice", "If", ["large", "before"], then),
      node("end", "Relu", ["choice"]),
    ];
    const { onnx, cuts } = importOf(nodes, branches);
    expect(readModel(onnx).graph.outputs.map(({ name }) => name)).toContain("before");
    expect(cuts).toMatchObject([
      { why: '"choice" (If) decides by the input what is computed, which is not supported', lost: ["choice", "end"] },
    ]);
  });

  it("While", () => {
    const parts = [
      functionOf("cond", node("n", "Identity", ["a"]), "n:output:0"),
      functionOf("body", node("n", "Neg", ["a"]), "n:y:0"),
    ];
    const names = { cond: { func: { name: "cond" } }, body: { func: { name: "body" } } };
    const nodes = [picture, before, node("turns", "While", ["before"], names), node("end", "Relu", ["turns"])];
    const { onnx, cuts } = importOf(nodes, parts);
    expect(readModel(onnx).graph.outputs.map(({ name }) => name)).toContain("before");
    expect(cuts[0]!.why).toMatch(/decides by the input/);
  });

  it("a loop of TensorFlow 1", () => {
    const nodes = [
      picture,
      before,
      node("enter", "Identity", ["before"]),
      node("merge", "Merge", ["enter", "next"]),
      node("double", "Add", ["merge", "merge"]),
      node("next", "Identity", ["double"]),
      node("end", "Relu", ["merge"]),
    ];
    const { onnx, cuts } = importOf(nodes);
    expect(readModel(onnx).graph.outputs.map(({ name }) => name)).toEqual(["before"]);
    expect(cuts).toMatchObject([{ why: expect.stringMatching(/^The graph has a loop/) }]);
    expect(cuts[0]!.lost).toContain("end");
  });

  it("a loop that would never end", () => {
    const parts = [
      functionOf(
        "cond",
        node("n", "Const", [], { value: { tensor: { dtype: "DT_BOOL", tensorShape: {}, boolVal: [true] } } }),
        "n:output:0",
      ),
      functionOf("body", node("n", "Neg", ["a"]), "n:y:0"),
    ];
    const names = { cond: { func: { name: "cond" } }, body: { func: { name: "body" } } };
    const { cuts } = importOf(
      [picture, before, node("turns", "While", ["before"], names), node("end", "Relu", ["turns"])],
      parts,
    );
    expect(cuts).toMatchObject([{ why: 'The loop "turns" is too long to be written out' }]);
  });
});

const whole = (value: number) => ({ value: { tensor: { dtype: "DT_INT32", tensorShape: {}, intVal: [value] } } });
const inFrame = { frame_name: { s: btoa("frame") } };

/** A loop as TensorFlow 1 has it: x is doubled `turns` times, `steps` counts. */
const framed = (turns: number) => [
  picture,
  before,
  node("none", "Const", [], whole(0)),
  node("one", "Const", [], whole(1)),
  node("turns", "Const", [], whole(turns)),
  node("i/enter", "Enter", ["none"], inFrame),
  node("x/enter", "Enter", ["before"], inFrame),
  node("factor", "Const", [], constant(2)),
  node("factor/enter", "Enter", ["factor"], { ...inFrame, is_constant: { b: true } }),
  node("turns/enter", "Enter", ["turns"], { ...inFrame, is_constant: { b: true } }),
  node("i", "Merge", ["i/enter", "i/next"]),
  node("y", "Merge", ["x/enter", "y/next"]),
  node("less", "Less", ["i", "turns/enter"]),
  node("goes on", "LoopCond", ["less"]),
  node("i/switch", "Switch", ["i", "goes on"]),
  node("y/switch", "Switch", ["y", "goes on"]),
  node("more", "Add", ["i/switch:1", "one"]),
  node("doubled", "Mul", ["y/switch:1", "factor/enter"]),
  node("i/next", "NextIteration", ["more"]),
  node("y/next", "NextIteration", ["doubled"]),
  node("left", "Exit", ["y/switch"]),
  node("end", "Relu", ["left"]),
];

describe("loops of TensorFlow 1", () => {
  it.each([0, 1, 3])("are written out, with %s turns", async (turns) => {
    const { onnx, cuts } = importOf(framed(turns));
    expect(cuts).toEqual([]);
    const x = tensor("float32", [1, -1, 2, 0.5], [1, 4]);
    const { end } = await run(onnx, { x });
    expect(numbers(end!)).toEqual([1, 0, 2, 0.5].map((value) => value * 2 ** turns));
  });

  it("that the input ends are cut", () => {
    const nodes = framed(3)
      .filter(({ name }) => !name.startsWith("turns"))
      .map((one) => (one.name === "less" ? node("less", "Greater", ["sum", "zero"]) : one));
    const { onnx, cuts } = importOf([...nodes, axes, node("sum", "Sum", ["y", "axes"]), isLarge[1]!]);
    expect(cuts[0]!.why).toMatch(/decides by the input/);
    expect(readModel(onnx).graph.outputs.map(({ name }) => name)).toContain("before");
  });
});

describe("inputs that say what is computed", () => {
  const open = { shape: { unknownRank: true } };
  const branched = (settings: readonly object[], predicate: string) => [
    picture,
    ...settings,
    node("switch", "Switch", ["x", predicate]),
    node("yes", "Neg", ["switch:1"]),
    node("no", "Abs", ["switch"]),
    node("end", "Merge", ["no", "yes"]),
  ];
  const negative = tensor("float32", [-1, -2, -3, -4], [1, 4]);

  it("whether a network is trained: it is not", async () => {
    const training = node("training", "Placeholder", [], { dtype: { type: "DT_BOOL" } });
    const { onnx, cuts, notes } = importOf(branched([training, node("not", "LogicalNot", ["training"])], "not"));
    expect(cuts).toEqual([]);
    expect(notes).toEqual(['Input "training" says what is computed: it is no here']);
    expect(numbers((await run(onnx, { x: negative }))["end"]!)).toEqual([1, 2, 3, 4]);
  });

  it("at which size: it is 1", async () => {
    const ratio = node("ratio", "Placeholder", [], { dtype: float, shape: open });
    const one = node("unit", "Const", [], constant(1));
    const { onnx, cuts } = importOf(branched([ratio, one, node("is", "Equal", ["ratio", "unit"])], "is"));
    expect(cuts).toEqual([]);
    expect(readModel(onnx).inputs.map(({ name }) => name)).toEqual(["x"]);
    expect(numbers((await run(onnx, { x: negative }))["end"]!)).toEqual([1, 2, 3, 4]);
  });

  it("others of no shape are one number, and a picture of none is cut", () => {
    const state = node("state", "Placeholder", [], { dtype: float, shape: open });
    const { onnx } = importOf([picture, state, node("end", "Add", ["x", "state"])]);
    expect(readModel(onnx).inputs.map(({ name, dims }) => [name, dims])).toEqual([
      ["x", [1, 4]],
      ["state", []],
    ]);
    expect(() =>
      importOf([node("any", "Placeholder", [], { dtype: float, shape: open }), node("end", "Relu", ["any"])]),
    ).toThrow('The file does not say the shape of input "any"');
  });
});
