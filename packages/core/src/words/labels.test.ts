import { describe, expect, it } from "vitest";
import { standard } from "../standard.js";
import type { Spec } from "../define/spec.js";
import { logit, probability } from "../objectives/activation.js";
import { add, mul, sub } from "../objectives/combine.js";
import { resolveLabels } from "./labels.js";
import { accentuation } from "../objectives/image.js";

const labels = [
  "tench, Tinca tinca",
  "n02007558 flamingo",
  "crane",
  "polar bear, ice bear",
  "crane",
  "bear",
  "bell, cot",
  "cot",
];
const others = ["cat", "dog"];
const models: Readonly<Record<string, readonly string[]>> = { b: others };
const resolve = (spec: Spec) =>
  resolveLabels(standard, spec, (model) => (model === undefined ? labels : models[model]));
const classOf = (label: string | number) => resolve(logit({ class: label }))["class"];

describe("a class", () => {
  it.each([
    ["flamingo", 1],
    ["n02007558 flamingo", 1],
    ["Flamingo", 1],
    ["polar bear", 3],
    ["ice_bear", 3],
    ["Tinca  tinca", 0],
    ["tench, Tinca tinca", 0],
    ["bear", 5],
    ["cot", 7],
    ["5", 5],
    ['"bear"', 5],
    [2, 2],
  ])("%j is found by its label or its number", (label, index) => {
    expect(classOf(label)).toBe(index);
  });

  it("is found in every part of an objective, and in the model that it is of", () => {
    const inner = sub(logit({ class: "flamingo" }), mul(2, probability({ class: "dog", model: "b" })));
    const whole = add(accentuation({ target: inner, layer: "a", image: "x" }), 1);
    const number = sub(logit({ class: 1 }), mul(2, probability({ class: 1, model: "b" })));
    expect(resolve(whole)).toEqual(add(accentuation({ target: number, layer: "a", image: "x" }), 1));
    expect(whole).toEqual(add(accentuation({ target: inner, layer: "a", image: "x" }), 1));
  });

  it.each([
    ["flamenco", {}, 'There is no class "flamenco" among the 8 labels of the model', '"flamingo"'],
    ["flamingo^2", {}, 'There is no class "flamingo^2" among the 8 labels of the model', '"(logit:flamingo)^2"'],
    ["crane", {}, 'The class "crane" is ambiguous: 2 (crane), 4 (crane)', "number of the class"],
    ["bear", { model: "b" }, 'There is no class "bear" among the 2 labels of the model "b"', '"cat" or "dog"'],
    ["cat", { model: "c" }, 'The class "cat" cannot be found: no labels of the model "c" are given', "Give the labels"],
  ])("%j is refused when it cannot be told: %j", (label, of, message, hint) => {
    expect(() => resolve(logit({ class: label, ...of }))).toThrow(
      expect.objectContaining({ code: "bad-argument", message, hint: expect.stringContaining(hint) }),
    );
  });

  it("is a label in quotation marks, even where it is a number", () => {
    const digits = (label: string | number) =>
      resolveLabels(standard, logit({ class: label }), () => ["1", "2", "10"])["class"];
    expect([digits('"10"'), digits('"1"'), digits("1"), digits(1)]).toEqual([2, 0, 1, 1]);
  });

  it("is not looked for in what is no objective", () => {
    expect(() => resolve({ type: "logits", class: "flamingo" })).toThrow('There is no objective of type "logits"');
  });
});
