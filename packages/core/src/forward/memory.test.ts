import { expect, it } from "vitest";
import { Graph } from "../ir/graph.js";
import { createOps } from "../ir/ops/index.js";
import { tensor } from "../tensor.js";
import { activationBytes } from "./memory.js";

it("counts what a run computes, not what is folded when a session opens", () => {
  const graph = new Graph("memory");
  const op = createOps(graph);
  const x = graph.input("x", { dtype: "float32", shape: [2, 3] });
  const weights = op.exp(op.constant(tensor("float32", [1, 2, 3]), "weights"));
  const y = op.mul(x, weights);
  graph.output(op.cast(y, "bool"));
  expect(activationBytes(graph)).toBe(2 * 3 * 4 + 2 * 3);
});
