import { describe, expect, it } from "vitest";
import { formatConfidence, ninesOf, oneMinus, softmax } from "./confidence.js";

describe("softmax", () => {
  it("sums to 1 and does not overflow", () => {
    const p = softmax([1000, 999, -1000]);
    expect(p[0]).toBeCloseTo(1 / (1 + Math.exp(-1)), 15);
    expect(p.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 15);
  });
});

describe("oneMinus", () => {
  it("keeps all digits where 1 - p has none", () => {
    const logits = [50, 0, 1];
    expect(1 - softmax(logits)[0]!).toBe(0);
    expect(oneMinus(logits, 0) / (Math.exp(-50) + Math.exp(-49))).toBeCloseTo(1, 12);
  });

  it("is 1 - p where that is exact enough, for every class", () => {
    const logits = [0.3, -2, 5];
    const p = softmax(logits);
    for (const target of [0, 1, 2]) expect(oneMinus(logits, target)).toBeCloseTo(1 - p[target]!, 15);
  });

  it("refuses a class that is not there", () => {
    expect(() => oneMinus([1, 2], 2)).toThrow("There is no class 2: the logits have 2");
  });
});

describe("ninesOf", () => {
  it("counts the nines", () => {
    expect(ninesOf(1e-5)).toBeCloseTo(5, 12);
    expect(ninesOf(0.1)).toBeCloseTo(1, 12);
    expect(ninesOf(1)).toBe(0);
    expect(ninesOf(0)).toBeNull();
    expect(() => ninesOf(Number.NaN)).toThrow("A probability is from 0 to 1");
  });
});

describe("formatConfidence", () => {
  it.each([
    [0, "1"],
    [3.2e-12, "1 - 3.2e-12"],
    [9.96e-9, "1 - 1e-8"],
    [1.3e-6, "0.9999987"],
    [1e-5, "0.99999"],
    [9.999e-6, "0.99999"],
    [0.0011, "0.9989"],
    [0.016, "0.984"],
    [0.766, "0.234"],
    [0.99987, "0.00013"],
    [1, "0"],
  ])("shows p of 1 - p = %s as %s", (oneMinusP, text) => {
    expect(formatConfidence(oneMinusP)).toBe(text);
  });

  it("never shows as 1 what is not 1", () => {
    for (let exponent = 0.05; exponent < 300; exponent += 0.05) expect(formatConfidence(10 ** -exponent)).not.toBe("1");
  });

  it("refuses what is not a probability", () => {
    expect(() => formatConfidence(-0.1)).toThrow("A probability is from 0 to 1, not -0.1");
  });
});
