import { describe, expect, it } from "vitest";
import { limits } from "../autodiff/limits.js";
import type { Value } from "../ir/graph.js";
import type { Ops } from "../ir/ops/index.js";
import { tensor } from "../tensor.js";
import { buildModel, open } from "../testing/models.js";
import { allEntries } from "../families.js";
import { rewriteTable, upgradeTable } from "../normalize/table.js";
import { vjp } from "./vjp.js";

interface Limited {
  readonly shape: readonly number[];
  readonly opset?: number;
  readonly net: (op: Ops, x: Value) => Value;
  readonly reason: string;
}

/** A whole number that depends on the input. */
const place = (op: Ops, x: Value) => op.argMax(op.reshape(x, [4]), 0);

const limited: readonly Limited[] = [
  {
    shape: [2, 2],
    opset: 26,
    net: (op, x) => op.emit("CumProd", [x, op.sub(place(op, x), place(op, x))], [x.type])[0]!,
    reason: "CumProd is not differentiated with an axis that the model computes from its input",
  },
  {
    shape: [1025],
    opset: 26,
    net: (op, x) => op.emit("CumProd", [x, op.constant(tensor("int64", [0], []))], [x.type])[0]!,
    reason: "CumProd is not differentiated with 0 or more than 1024 elements along the axis",
  },
];

describe("operators that are rewritten", () => {
  it("are those of which limits are told", async () => {
    const [rewrites, upgrades] = [await allEntries(rewriteTable), await allEntries(upgradeTable)];
    expect(Object.keys(limits).filter((name) => !rewrites[name] && !upgrades[name])).toEqual([]);
  });

  it.each(limited)("tell what is in the way: $reason", async ({ shape, opset = 20, net, reason }) => {
    const model = open(buildModel((op, x) => ({ y: net(op, x) }), { shape, opset }));
    await expect(vjp(model, { shapes: new Map([["x", shape]]) })).rejects.toMatchObject({
      code: "missing-vjp-rule",
      hint: expect.stringContaining(`${reason}. `),
    });
  });
});
