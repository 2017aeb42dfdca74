import ort from "onnxruntime-node";
import { describe, expect, test } from "vitest";
import type { VjpRules } from "../autodiff/vjp.js";
import { Graph, type Value } from "../ir/graph.js";
import { createOps, type Ops } from "../ir/ops/index.js";
import { writeModel } from "../onnx/write.js";
import { fromOrt } from "../runtime/from-ort.js";
import { tensor } from "../tensor.js";
import { inspect } from "./inspect.js";
import { openModel } from "./load.js";

/** A model of one input [1, 2, 4, 4] whose values have the given names. */
function build(make: (op: Ops, x: Value) => Record<string, Value>) {
  const graph = new Graph("test");
  const op = createOps(graph);
  const x = graph.input("x", { dtype: "float32", shape: [1, 2, 4, 4] });
  const layers = make(op, x);
  for (const [name, value] of Object.entries(layers)) value.name = name;
  graph.output(Object.values(layers).at(-1)!);
  return openModel(writeModel(graph, { opsets: new Map([["", 20]]) }), { runtime: fromOrt(ort) });
}

const weights = (op: Ops) => op.constant(tensor("float32", new Float32Array(3 * 2).fill(0.1), [3, 2, 1, 1]));
const small = () =>
  build((op, x) => {
    const conv = op.conv(x, weights(op));
    const relu = op.relu(conv);
    const pooled = op.reduceMean(relu, [2, 3], false);
    return { conv, relu, scores: op.softmax(pooled, 1) };
  });

describe("inspect", () => {
  test("reads the classes at the end, where layers inside are outputs, too", async () => {
    const dense = (op: Ops, x: Value, width: number) =>
      op.matMul(
        x,
        op.constant(tensor("float32", new Float32Array(x.shape[1]! * width).fill(0.1), [x.shape[1]!, width])),
      );
    const classesOf = async (last: (op: Ops, x: Value) => Value) => {
      const graph = new Graph("net");
      const op = createOps(graph);
      const hidden = op.relu(dense(op, graph.input("x", { dtype: "float32", shape: [1, 4] }), 6));
      for (const value of [hidden, last(op, dense(op, hidden, 3))]) graph.output(value);
      const model = openModel(writeModel(graph, { opsets: new Map([["", 20]]) }), { runtime: fromOrt(ort) });
      return (await inspect(model)).classes?.count;
    };
    expect(await classesOf((op, x) => op.softmax(x, 1))).toBe(3);
    // nothing tells that these are classes rather than the first ones
    expect(await classesOf((_, x) => x)).toBe(6);
  });

  test("takes one score a place for no classes", async () => {
    const anchors = build((op, x) => {
      const places = op.reshape(x, [1, 32, 1]);
      return { anchors: op.concat([places, op.relu(places)], 1) };
    });
    expect((await inspect(anchors)).classes).toBeNull();
    const moved = build((op, x) => ({ places: op.reshape(op.transpose(x, [0, 2, 3, 1]), [1, 32, 1]) }));
    expect((await inspect(moved)).classes).toBeNull();
    const series = build((op, x) => ({ scores: op.reduceMean(op.reshape(x, [1, 2, 16]), [2], true) }));
    expect((await inspect(series)).classes).toMatchObject({ count: 2 });
  });

  test("gives file, inputs, outputs, classes and layers as plain JSON", async () => {
    const model = small();
    const found = await inspect(model);
    expect(JSON.parse(JSON.stringify(found))).toEqual(found);
    expect(found).toMatchObject({
      file: { producer: "xstar", opsets: { "ai.onnx": 20 }, parameters: 6, bytes: model.source.bytes.length },
      inputs: [{ name: "x", dtype: "float32", dims: [1, 2, 4, 4] }],
      outputs: [{ name: "scores", shape: [1, 3] }],
      classes: { count: 3 },
      missingRules: [],
      cuts: [],
    });
    expect(found.layers[0]).toEqual({
      name: "conv",
      node: "",
      opType: "Conv",
      dtype: "float32",
      shape: [1, 3, 4, 4],
      units: { count: 3, axis: 1, why: "made by Conv" },
      axes: [
        { size: 1, holds: "batch" },
        { size: 3, holds: "units" },
        { size: 4, holds: "places" },
        { size: 4, holds: "places" },
      ],
      differentiable: true,
      reason: null,
    });
    expect(found.layers.every(({ differentiable }) => differentiable)).toBe(true);
  });

  test("names the missing rules and the layers that they cut off", async () => {
    const rules = { Relu: undefined } as unknown as VjpRules;
    const { layers, missingRules } = await inspect(small(), { rules });
    expect(layers.map(({ differentiable }) => differentiable)).toEqual([true, false, false, false]);
    expect(layers[1]!.reason).toBe('node "relu" (Relu): it has no vjp rule');
    expect(missingRules).toEqual([
      {
        opType: "Relu",
        problem: "it has no vjp rule",
        nodes: ["relu"],
        layers: layers.slice(1).map(({ name }) => name),
      },
    ]);
  });

  test("repeats what a rule says against a node", async () => {
    const rules = {
      Relu: () => {
        throw new Error("only below 7 channels");
      },
    };
    const { layers } = await inspect(small(), { rules });
    expect(layers[1]!.reason).toBe('node "relu" (Relu): only below 7 channels');
  });

  test("tells where a gradient becomes zero", async () => {
    const model = build((op, x) => {
      const floor = op.floor(x);
      const conv = op.conv(floor, weights(op));
      return { floor, conv, around: op.add(op.conv(x, weights(op)), conv) };
    });
    const { layers } = await inspect(model);
    const reasons = Object.fromEntries(layers.map(({ name, reason }) => [name, reason]));
    expect(reasons).toMatchObject({
      floor: 'the gradient is zero behind node "floor" (Floor)',
      conv: 'the gradient is zero behind node "floor" (Floor)',
      around: null,
    });
  });

  test("tells whole numbers, what is computed from them, and constants", async () => {
    const model = build((op, x) => {
      const whole = op.cast(x, "int64");
      const back = op.cast(whole, "float32");
      const fixed = op.relu(op.constant(tensor("float32", [1, 2]), "c"));
      return { whole, back, fixed, sum: op.relu(x) };
    });
    const { layers } = await inspect(model);
    expect(layers.map(({ reason }) => reason)).toEqual([
      "it holds int64, which has no gradient",
      'the gradient is zero behind node "whole" (Cast)',
      "it does not depend on the input",
      null,
    ]);
  });

  test("leaves the model as it is", async () => {
    const model = small();
    const first = await inspect(model);
    expect(await inspect(model)).toEqual(first);
  });
});
