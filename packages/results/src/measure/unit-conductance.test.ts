import { createOps, Graph, openModel, tensor, writeModel } from "@xstar/core";
import { describe, expect, it } from "vitest";
import { nodeRuntime } from "../../../xstar/src/runtime.js";
import { measureUnits } from "./unit-conductance.js";

/** x [1, 1, 2, 2] -> three units, of which the last sees nothing -> relu -> two scores. */
function threeUnits(): Uint8Array {
  const graph = new Graph("units");
  const op = createOps(graph);
  const x = graph.input("x", { dtype: "float32", shape: [1, 1, 2, 2] });
  const first = tensor("float32", [1, 2, 0, 1, -1, 0, 0, 1, 0, 0, 0, 0], [4, 3]);
  const bias = tensor("float32", [0, -0.5, 0]);
  const hidden = op.relu(op.gemm(op.flatten(x), op.constant(first), { c: op.constant(bias) }));
  const scores = op.matMul(hidden, op.constant(tensor("float32", [3, 0, -2, 1, 5, 5], [3, 2])));
  hidden.name = graph.uniqueName("hidden");
  scores.name = graph.uniqueName("scores");
  graph.output(scores);
  return writeModel(graph, { opsets: new Map([["", 20]]), freeBatch: "N" });
}

const model = openModel(threeUnits(), { runtime: nodeRuntime({ threads: 1 }), contract: { mean: [0], std: [1] } });
const picture = tensor("float32", [1, 0.5, 0.25, 0], [1, 2, 2]);

describe("the units of a layer", () => {
  it("share the rise of a target from black among them, the strongest first", async () => {
    // units 1 + 0.5 = 1.5, 2 - 0.5 + 0.25 - 0.5 = 1.25 and 0, read with 3, -2 and 5
    const { units, rise, gap } = await measureUnits(model, picture, "logit:0", "hidden", { steps: 64 });
    expect(units.map(({ unit }) => unit)).toEqual([0, 2, 1]);
    expect(rise).toBeCloseTo(4.5 - 2.5, 5);
    expect(units.map(({ conductance }) => conductance)).toEqual([
      expect.closeTo(4.5, 4),
      0,
      // the step in which the unit wakes is counted by halves
      expect.closeTo(-2.5, 1),
    ]);
    expect(units.map(({ activation }) => activation)).toEqual([expect.closeTo(1.5, 5), 0, expect.closeTo(1.25, 5)]);
    expect(units.map(({ attribution }) => attribution)).toEqual([expect.closeTo(4.5, 5), 0, expect.closeTo(-2.5, 5)]);
    expect(gap).toBeLessThan(0.01);
  });

  it("are refused by name where there is no such layer", async () => {
    await expect(measureUnits(model, picture, "logit:0", "hiden")).rejects.toMatchObject({ code: "unknown-layer" });
  });
});
