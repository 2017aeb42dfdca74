import { describe, expect, it } from "vitest";
import { Graph } from "../graph.js";
import { createOps } from "./index.js";

describe("attributes", () => {
  it("are of the kind of what is given", () => {
    const op = createOps(new Graph());
    const [y] = op.emit("Any", [], [{ dtype: "float32", shape: [] }], {
      a: 1,
      b: "x",
      c: [1, 2],
      d: ["x", "y"],
      e: [],
      f: undefined,
    });
    expect(Object.fromEntries(y!.node!.attributes)).toEqual({
      a: { kind: "int", value: 1 },
      b: { kind: "string", value: "x" },
      c: { kind: "ints", value: [1, 2] },
      d: { kind: "strings", value: ["x", "y"] },
      e: { kind: "ints", value: [] },
    });
  });
});
