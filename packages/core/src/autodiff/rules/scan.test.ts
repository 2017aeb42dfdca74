import ort from "onnxruntime-node";
import { describe, expect, it } from "vitest";
import { Graph, type Value } from "../../ir/graph.js";
import { createOps, type Ops } from "../../ir/ops/index.js";
import { scan } from "../../ir/scan.js";
import { writeModel } from "../../onnx/write.js";
import { fromOrt } from "../../runtime/from-ort.js";
import { numbers, tensor } from "../../tensor.js";
import { gradients } from "../gradients.js";

const runtime = fromOrt(ort);
const given = { x: tensor("float32", [0.5, -1, 2, 0.3, 1.5, -0.7], [3, 2]), w: tensor("float32", [0.8, -1.2]) };

/** s -> tanh(s w + x) for each row of x; what is seen is s x, so that everything has a way to the end. */
function written(op: Ops, x: Value, w: Value, isReversed: boolean): Value {
  const rows = Array.from({ length: 3 }, (_, i) => op.reshape(op.sliceAxis(x, 0, i, i + 1), [2]));
  let state = op.fill([2], 0.1);
  const seen: Value[] = [];
  for (const row of isReversed ? rows.toReversed() : rows) {
    seen.push(op.mul(state, row));
    state = op.tanh(op.add(op.mul(state, w), row));
  }
  return op.add(op.reduceSum(op.concat(isReversed ? seen.toReversed() : seen, 0)), op.reduceSum(op.mul(state, w)));
}

function scanned(op: Ops, x: Value, w: Value, isReversed: boolean): Value {
  const { states, stacks } = scan(op, {
    states: [op.fill([2], 0.1)],
    slices: [{ value: x, isReversed }],
    backwards: [isReversed],
    build: (inner, [state], [row]) => ({
      states: [inner.tanh(inner.add(inner.mul(state!, w), row!))],
      stacks: [inner.mul(state!, row!)],
    }),
  });
  return op.add(op.reduceSum(stacks[0]!), op.reduceSum(op.mul(states[0]!, w)));
}

/** The gradients by x and w, and those of the sum of their squares. */
async function slopes(build: typeof scanned, isReversed: boolean): Promise<Record<string, number[]>> {
  const graph = new Graph();
  const op = createOps(graph);
  const [x, w] = [
    graph.input("x", { dtype: "float32", shape: [3, 2] }),
    graph.input("w", { dtype: "float32", shape: [2] }),
  ];
  const once = (await gradients(op, { of: build(op, x, w, isReversed), wrt: [x, w] })) as [Value, Value];
  const squares = op.add(...(once.map((g) => op.reduceSum(op.mul(g, g))) as [Value, Value]));
  const twice = (await gradients(op, { of: squares, wrt: [x, w] })) as Value[];
  [...once, ...twice].forEach((value, i) => graph.publish(value, ["dx", "dw", "ddx", "ddw"][i]!));
  const session = await runtime.open(writeModel(graph, { opsets: new Map([["", 20]]) }));
  const results = await session.run(given);
  await session.release();
  return Object.fromEntries(Object.entries(results).map(([name, value]) => [name, numbers(value)]));
}

describe.each([false, true])("a Scan, backwards: %s", (isReversed) => {
  it("has the gradients of its steps, of what they read from outside too, once and twice", async () => {
    const [expected, found] = [await slopes(written, isReversed), await slopes(scanned, isReversed)];
    for (const name of ["dx", "dw", "ddx", "ddw"]) {
      expect(Math.hypot(...expected[name]!), name).toBeGreaterThan(0.1);
      found[name]!.forEach((value, i) => expect(value, name).toBeCloseTo(expected[name]![i]!, 4));
    }
  });
});
