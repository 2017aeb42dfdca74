import { describe, expect, it } from "vitest";
import { randomTensor, runtime } from "../testing/models.js";
import { writeModel } from "../onnx/write.js";
import { numbers } from "../tensor.js";
import { Graph, Node, Value } from "./graph.js";
import { inline, prune, valuesRead } from "./inline.js";
import { createOps } from "./ops/index.js";
import { print } from "./print.js";

const type = { dtype: "float32", shape: [2] } as const;

/** y = exp(x * 2), z = tanh(y), and a node that only z needs. */
function source() {
  const graph = new Graph("source");
  const op = createOps(graph, "cpu", "s");
  const x = graph.input("x", type);
  const doubled = op.mul(x, 2);
  const y = op.exp(doubled);
  const z = op.tanh(y);
  graph.output(z);
  return { graph, x, doubled, y, z };
}

/** A branch of an If that adds an outer value to itself through a nested If. */
function withBranches() {
  const graph = new Graph("outer");
  const op = createOps(graph, "cpu", "o");
  const x = graph.input("x", type);
  const condition = op.greater(op.reduceSum(x), 0);
  const outer = op.mul(x, 3);
  const innermost = new Graph("innermost");
  const deep = new Value("deep", type);
  innermost.append(new Node("Add", [outer, outer], [deep]));
  innermost.output(deep);
  const inner = new Graph("inner");
  const shallow = new Value("shallow", type);
  const nested = new Map([
    ["then_branch", { kind: "graph", value: innermost }],
    ["else_branch", { kind: "graph", value: innermost }],
  ] as const);
  inner.append(new Node("If", [condition], [shallow], nested));
  inner.output(shallow);
  const other = new Graph("other");
  const negated = new Value("negated", type);
  other.append(new Node("Neg", [outer], [negated]));
  other.output(negated);
  const y = new Value("y", type);
  const branches = new Map([
    ["then_branch", { kind: "graph", value: inner }],
    ["else_branch", { kind: "graph", value: other }],
  ] as const);
  const choice = new Node("If", [condition], [y], branches, "", "choice");
  graph.append(choice);
  graph.output(y);
  return { graph, x, y, outer, choice, condition };
}

async function run(graph: Graph, x: number[]) {
  const session = await runtime.open(writeModel(graph, { opsets: new Map([["", 20]]) }));
  const data = Float32Array.from(x);
  const results = await session.run({ [graph.inputs[0]!.name]: { ...type, data } });
  await session.release();
  return numbers(results[graph.outputs[0]!.name]!);
}

describe("inline", () => {
  it("copies what is wanted and nothing else, in the place of the inputs what they are bound to", () => {
    const { graph, x, doubled, y } = source();
    const target = new Graph("target");
    const own = target.input("own", type);
    const map = inline(target, graph, new Map([[x, own]]), [y]);
    expect(target.nodes.map(({ opType }) => opType)).toEqual(["Mul", "Exp"]);
    expect(target.nodes[0]!.inputs[0]).toBe(own);
    expect(map.get(y)!.node).toBe(target.nodes[1]);
    expect(map.get(doubled)).not.toBe(doubled);
    expect(graph.nodes.map(({ outputs }) => outputs[0]!.node)).toEqual(graph.nodes);
  });

  it("does not look behind bound values", () => {
    const { graph, y, z } = source();
    const target = new Graph("target");
    const own = target.input("own", type);
    inline(target, graph, new Map([[y, own]]), [z]);
    expect(target.nodes.map(({ opType }) => opType)).toEqual(["Tanh"]);
    inline(target, graph, new Map([[z, own]]), [z]);
    expect(target.nodes).toHaveLength(1);
  });

  it("puts a prefix before names, and makes them unique", () => {
    const { graph, x, z } = source();
    const target = new Graph("target");
    const own = target.input("own", type);
    const names = ["a/", "a/", ""].map(
      (prefix) => inline(target, graph, new Map([[x, own]]), [z], { prefix }).get(z)!.name,
    );
    expect(names).toEqual(["a/s/Tanh", "a/s/Tanh_2", "s/Tanh"]);
    const all = [...target.values()].map(({ name }) => name);
    expect(new Set(all).size).toBe(all.length);
  });

  it("puts other nodes in the place of some", () => {
    const { graph, x, z } = source();
    const target = new Graph("target");
    const op = createOps(target, "cpu", "t");
    const own = target.input("own", type);
    inline(target, graph, new Map([[x, own]]), [z], {
      rewrite: (node, [first]) => (node.opType === "Exp" ? [op.neg(first!)] : undefined),
    });
    expect(target.nodes.map(({ opType }) => opType)).toEqual(["Mul", "Neg", "Tanh"]);
    expect(target.nodes[2]!.inputs[0]).toBe(target.nodes[1]!.outputs[0]);
  });

  it("copies subgraphs, which then read the copies of the outer values", async () => {
    const { graph, x, y } = withBranches();
    const target = new Graph("target");
    const op = createOps(target, "cpu", "t");
    const own = target.input("own", type);
    const map = inline(target, graph, new Map([[x, op.add(own, 1)]]), [y], { prefix: "in/" });
    target.output(map.get(y)!);
    const originals = new Set<Value>(graph.values());
    const reads = target.nodes.flatMap(valuesRead);
    expect(reads.some((value) => originals.has(value))).toBe(false);
    expect(await run(target, [0, 1])).toEqual([6, 12]);
    expect(await run(target, [-3, -5])).toEqual([6, 12]);
    expect(await run(graph, [1, 2])).toEqual([6, 12]);
  });

  it("gives every copy a name of its own, of its node too", () => {
    const source = new Graph("source");
    const x = source.input("x", type);
    const y = new Value("y", type);
    source.append(new Node("Neg", [x], [y], new Map(), "", "negate"));
    source.output(y);
    const target = new Graph("target");
    const own = target.input("own", type);
    for (let i = 0; i < 3; i++) inline(target, source, new Map([[x, own]]), source.outputs, { prefix: "in/" });
    expect(target.nodes.map(({ name }) => name)).toEqual(["in/negate", "in/negate_2", "in/negate_3"]);
    expect(new Set(target.nodes.map(({ outputs }) => outputs[0]!.name)).size).toBe(3);
  });

  it("shares constants with the source", () => {
    const graph = new Graph("source");
    const op = createOps(graph);
    const x = graph.input("x", { dtype: "float32", shape: [100] });
    const w = op.constant(randomTensor([100]), "w");
    graph.output(op.add(x, w));
    const target = new Graph("target");
    inline(target, graph, new Map([[x, target.input("x", x.type)]]));
    expect(target.nodes[0]!.inputs[1]).toBe(w);
    expect(print(target).split("\n")[1]).toBe(print(graph).split("\n")[1]);
  });
});

describe("prune", () => {
  it("drops what no output is computed from, of graphs of any size", () => {
    const { graph, z } = source();
    createOps(graph, "cpu", "u").exp(graph.inputs[0]!);
    prune(graph);
    expect(graph.nodes.map(({ opType }) => opType)).toEqual(["Mul", "Exp", "Tanh"]);
    const long = new Graph("long");
    let last: Value = long.input("x", type);
    for (let i = 0; i < 300_000; i++) {
      const next = new Value(`v${i}`, type);
      long.append(new Node("Neg", [last], [next]));
      last = next;
    }
    long.output(last);
    prune(long);
    expect(long.nodes).toHaveLength(300_000);
    expect(graph.outputs).toEqual([z]);
  });
});

describe("valuesRead", () => {
  it("finds what a node reads, through its subgraphs too", () => {
    const { choice, condition, outer } = withBranches();
    const read = valuesRead(choice);
    expect(read).toContain(condition);
    expect(read.filter((value) => value === outer)).toHaveLength(2 + 2 + 1);
  });
});
