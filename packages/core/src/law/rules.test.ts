import ort from "onnxruntime-node";
import { describe, expect, it } from "vitest";
import { allEntries } from "../families.js";
import {
  dynamicallyQuantizedOperators,
  packedOperators,
  quantizedOperators,
} from "../normalize/quantized-operators.js";
import { rewriteTable, upgradeTable } from "../normalize/table.js";
import { fromOrt } from "../runtime/from-ort.js";
import { cases } from "./cases.js";
import { checkCase } from "./gradient-check.js";
import { allRules } from "../autodiff/rules/table.js";

const runtime = fromOrt(ort);
const [rules, rewrites, upgrades] = [await allRules(), await allEntries(rewriteTable), await allEntries(upgradeTable)];

/** What ONNX Runtime's WebGPU provider leaves to the CPU, or fails on. */
const notOnWebGpu = new Set(
  `Sign Round Selu Celu Softsign Mod Or Xor IsNaN IsInf Sum Mean LogSoftmax FusedMatMul ArgMax ArgMin MaxUnpool
  SpaceToDepth LpPool Upsample GroupNormalization LRN MeanVarianceNormalization RoiAlign OneHot Col2Im QuantizeLinear
  DequantizeLinear Attention DeformConv`.split(/\s+/),
);

describe("the tables", () => {
  const covered = new Set([...Object.keys(rules), ...Object.keys(upgrades), ...Object.keys(rewrites)]);
  // they have no float inputs, and cases of their own
  for (const name of Object.keys({ ...quantizedOperators, ...dynamicallyQuantizedOperators, ...packedOperators }))
    covered.delete(name);

  it("have a case for every operator with a rule", () => {
    expect([...covered].filter((name) => !cases[name])).toEqual([]);
  });

  it("have a rule for every operator with a case", () => {
    expect(Object.keys(cases).filter((name) => !covered.has(name))).toEqual([]);
  });
});

describe.each(Object.entries(cases))("%s", (name, rows) => {
  it.each(rows.map((row, i) => ({ row, i })))("agrees with finite differences, case $i", async ({ row, i }) => {
    const law = await checkCase(name, row, runtime, i + 1);
    const tolerance = law.precision === "float64" ? 1e-4 : 1e-3;
    if (!row.random) expect(law.forwardError, "the normalized forward pass").toBeLessThan(1e-4);
    for (const { input, expected, actual, scale } of law.derivatives) {
      const error = Math.abs(actual - expected) / (0.1 + scale);
      expect(error, `${input}: ${actual} instead of ${expected}`).toBeLessThan(tolerance);
    }
    expect(law.loweringError, "twice the gradient, by the webgpu lowering").toBeLessThan(1e-4);
    expect(law.emitted.filter((type) => notOnWebGpu.has(type))).toEqual([]);
  });
});
