import { readModel } from "@xstar/core";
import { describe, expect, it } from "vitest";
import { readGraph } from "./graph.js";
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
