import { add, channel, div, logit, mul, neg, pow, probability, sub, tv } from "@xstar/core";
import { describe, expect, test } from "vitest";
import { classOf, isWeightedSum, termsOf } from "./terms.js";

const [one, three] = [logit({ class: 1 }), logit({ class: 3 })];
const variation = tv({});

describe("terms", () => {
  test("are the leaves of the algebra with their direction", () => {
    const spec = sub(add(one, neg(three)), mul(0.1, variation));
    expect(termsOf(spec)).toEqual([
      { spec: one, isWanted: true },
      { spec: three, isWanted: false },
      { spec: variation, isWanted: false },
    ]);
    expect(termsOf(div(pow(one, 2), variation)).map(({ isWanted }) => isWanted)).toEqual([true, false]);
    expect(termsOf(neg(neg(one)))).toEqual([{ spec: one, isWanted: true }]);
  });
});

describe("a weighted sum", () => {
  test.each([one, neg(one), sub(add(one, mul(2, three)), mul(0.1, variation)), div(sub(one, 3), 2)])(
    "%#: %o",
    (spec) => {
      expect(isWeightedSum(spec)).toBe(true);
    },
  );

  test.each([
    mul(one, sub(1, variation)),
    div(one, variation),
    pow(one, 2),
    sub(one, mul(variation, variation)),
    div(2, one),
  ])("is not %#: %o", (spec) => {
    expect(isWeightedSum(spec)).toBe(false);
  });
});

describe("the class of an objective", () => {
  test.each([
    [one, 1],
    [sub(three, mul(0.5, one)), 3],
    [sub(add(three, probability({ class: 3 })), mul(0.1, variation)), 3],
    [add(one, three), undefined],
    [neg(one), undefined],
    [channel({ layer: "conv", channel: 1 }), undefined],
    [{ ...one, model: "second" }, undefined],
  ])("%#: %o", (spec, index) => {
    expect(classOf(spec)).toBe(index);
  });
});
