import ort from "onnxruntime-node";
import { describe, expect, it } from "vitest";
import { constantValue, Graph, Node, Value, type Attribute } from "../ir/graph.js";
import { createOps } from "../ir/ops/index.js";
import { writeModel } from "../onnx/write.js";
import { fromOrt } from "../runtime/from-ort.js";
import { numbers, tensor } from "../tensor.js";
import { openModel } from "../model/load.js";
import { vjp } from "../model/vjp.js";

const runtime = fromOrt(ort);

/** A branch that multiplies an outer value by a number. */
function branch(name: string, x: Value, factor: number): Attribute {
  const graph = new Graph(name);
  const constant = constantValue(`${name}_factor`, tensor("float32", [factor], []));
  const y = new Value(`${name}_y`);
  graph.append(new Node("Mul", [x, constant], [y]));
  graph.output(y);
  return { kind: "graph", value: graph };
}

/** y = x * 3 where the rank of x is `rank`, else x * 5, decided by an If; then y * y. */
function model(rank: number): Uint8Array {
  const graph = new Graph();
  const op = createOps(graph);
  const x = graph.input("x", { dtype: "float32", shape: [2, 3] });
  const dims = op.emit("Shape", [x], [{ dtype: "int64", shape: [2] }])[0]!;
  const known = op.emit("Size", [dims], [{ dtype: "int64", shape: [] }])[0]!;
  const condition = op.equal(known, op.scalar(rank, "int64"));
  const y = new Value(graph.uniqueName("y"));
  const branches = new Map([
    ["then_branch", branch("then", x, 3)],
    ["else_branch", branch("else", x, 5)],
  ]);
  graph.append(new Node("If", [condition], [y], branches, "", "choice"));
  const square = new Value(graph.uniqueName("square"));
  graph.append(new Node("Mul", [y, y], [square]));
  graph.output(square);
  return writeModel(graph, { opsets: new Map([["", 17]]) });
}

describe("If with a known condition", () => {
  it.each([
    [2, 3],
    [4, 5],
  ])("of rank %i takes the branch times %i", async (rank, factor) => {
    const opened = openModel(model(rank), { runtime });
    const shapes = new Map([["x", [2, 3]]]);
    const { graph, values } = await opened.at(shapes);
    expect(graph.nodes.map(({ opType }) => opType)).not.toContain("If");
    expect(values.get("y")?.shape).toEqual([2, 3]);
    const run = await vjp(opened, { shapes });
    const x = tensor("float32", [1, 2, 3, 4, 5, 6], [2, 3]);
    const { output, gradient } = await run.run({ x }, tensor("float32", [1, 1, 1, 1, 1, 1], [2, 3]));
    await run.release();
    expect(numbers(output)).toEqual(numbers(x).map((value) => (factor * value) ** 2));
    expect(numbers(gradient)).toEqual(numbers(x).map((value) => 2 * factor * factor * value));
  });
});
