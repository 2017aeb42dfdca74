import { describe, expect, it } from "vitest";
import { constantValue, Graph, Node, Value, valueOf } from "./graph.js";
import { createOps } from "./ops/index.js";
import { print } from "./print.js";

describe("print", () => {
  it("shows inputs, outputs and one node a line, small constants by their numbers", () => {
    const graph = new Graph("small");
    const op = createOps(graph);
    const x = graph.input("x", { dtype: "float32", shape: [2, 3, 8, 8] });
    const w = op.constant({ dtype: "float32", shape: [4, 3, 3, 3], data: new Float32Array(108) }, "w");
    const conv = op.conv(x, w, { strides: [2, 2], pads: [1, 1, 1, 1] });
    const flat = op.reshape(op.relu(conv), [2, 64]);
    graph.output(op.clip(op.mul(flat, 1 / 3), undefined, 6));
    expect(print(graph)).toMatchInlineSnapshot(`
      "small(x: float32[2,3,8,8]) -> (xstar/Clip: float32[2,64])
        xstar/Conv: float32[2,4,4,4] = Conv(x, <xstar/w: float32[4,3,3,3]>) {kernel_shape=[3,3] strides=[2,2] pads=[1,1,1,1] group=1}
        xstar/Relu: float32[2,4,4,4] = Relu(xstar/Conv)
        xstar/Reshape: float32[2,64] = Reshape(xstar/Relu, [2,64])
        xstar/Mul: float32[2,64] = Mul(xstar/Reshape, 0.333333)
        xstar/Clip: float32[2,64] = Clip(xstar/Mul, _, 6)"
    `);
  });

  it("shows what has no type, optional outputs, other domains, subgraphs, strings and weights in other files", () => {
    const graph = new Graph("odd");
    const x = graph.input("x");
    const branch = new Graph("then");
    branch.append(new Node("Identity", [x], [new Value("inner")]));
    const external = valueOf("far", {
      dtype: "float32",
      shape: [2],
      source: { location: "weights.bin", offset: 0, length: 8 },
    });
    const words = constantValue("words", { dtype: "string", shape: [1], data: ["a"] });
    const attributes = new Map([
      ["branch", { kind: "graph", value: branch }],
      ["alpha", { kind: "float", value: 0.5 }],
      ["words", { kind: "strings", value: ["p", "q"] }],
      ["table", { kind: "tensor", value: external.constant! }],
      ["rest", { kind: "opaque", value: {} }],
    ] as const);
    const y = new Value("y");
    graph.append(new Node("Swirl", [x, undefined, external, words], [undefined, y], attributes, "com.acme"));
    graph.output(y);
    expect(print(graph)).toMatchInlineSnapshot(`
      "odd(x) -> (y)
        _, y = com.acme::Swirl(x, _, <far: float32[2]>, <words: string[1]>) {branch=graph then alpha=0.5 words=[p,q] table=tensor[2] rest=...}"
    `);
  });
});
