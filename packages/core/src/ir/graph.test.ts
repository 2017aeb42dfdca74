import { describe, expect, it } from "vitest";
import { constantNumbers, constantTensor, constantValue, Graph, Node, Value, valueOf } from "./graph.js";

describe("Graph", () => {
  it("gives names that no other value has", () => {
    const graph = new Graph();
    expect(["a", "a", "a_2", "a"].map((base) => graph.uniqueName(base))).toEqual(["a", "a_2", "a_2_2", "a_3"]);
  });

  it("lists its values in the order in which they can be computed", () => {
    const graph = new Graph();
    const x = graph.input("x");
    const [y, z] = [new Value("y"), new Value("z")];
    graph.append(new Node("Split", [x], [y, undefined, z]));
    expect([...graph.values()]).toEqual([x, y, z]);
  });
});

describe("Value", () => {
  it("without a type says so, by name", () => {
    expect(() => new Value("lost").shape).toThrow(
      expect.objectContaining({ code: "bad-graph", message: 'The type and shape of value "lost" are not known' }),
    );
  });
});

describe("Node", () => {
  const attributes = new Map([
    ["axis", { kind: "int", value: 2 }],
    ["alpha", { kind: "float", value: 0.5 }],
  ] as const);
  const node = new Node("Swirl", [], [undefined, new Value("out")], attributes, "com.acme");

  it("reads its attributes by kind, with fallbacks", () => {
    expect([node.int("axis"), node.int("other", 7), node.int("other")]).toEqual([2, 7, undefined]);
    expect([node.float("alpha", 1), node.string("mode", "x"), node.ints("pads", [1])]).toEqual([0.5, "x", [1]]);
    expect(node.floats("scales")).toBeUndefined();
  });

  it("refuses an attribute of another kind, naming the node", () => {
    expect(() => node.float("axis", 1)).toThrow(
      expect.objectContaining({
        code: "bad-graph",
        message: 'Attribute "axis" of node "out" (com.acme::Swirl) is of kind int, not float',
      }),
    );
  });

  it("is named by itself, its first output or its operator", () => {
    expect(node.label).toBe("out");
    expect(new Node("Relu", [], [], new Map(), "", "mine").label).toBe("mine");
    expect(new Node("Relu", [], []).label).toBe("Relu");
    expect(new Node("Relu", [], []).qualifiedType).toBe("Relu");
  });
});

describe("constants", () => {
  it("are views of the tensor that they were made from", () => {
    const data = Float32Array.of(1, 2, 3);
    const value = constantValue("c", { dtype: "float32", shape: [3], data });
    expect((constantTensor(value)!.data as Float32Array).buffer).toBe(data.buffer);
    expect(constantNumbers(value)).toEqual([1, 2, 3]);
  });

  it("have no numbers here when they are strings, lie in another file, or are no constants", () => {
    const source = { location: "w", offset: 0, length: 4 };
    expect(constantNumbers(constantValue("s", { dtype: "string", shape: [1], data: ["a"] }))).toBeUndefined();
    expect(constantNumbers(valueOf("e", { dtype: "float32", shape: [1], source }))).toBeUndefined();
    expect(constantNumbers(new Value("x"))).toBeUndefined();
    expect(constantNumbers(undefined)).toBeUndefined();
  });

  it("with too few bytes are refused, by name", () => {
    const value = valueOf("w", { dtype: "float32", shape: [2], source: { bytes: new Uint8Array(7) } });
    expect(() => constantTensor(value)).toThrow('Constant "w" of shape [2] needs 8 bytes of float32 but has 7');
  });
});
