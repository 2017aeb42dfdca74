import { describe, expect, it } from "vitest";
import { accentuation, alpha, channel, logit, masked, mul, pixel, standard, sub, tv } from "../index.js";
import { innerObjective, innerParameterization, number } from "./fields.js";
import { defineObjective } from "./objective.js";
import type { Spec } from "./spec.js";
import { kindIn, mapSpecs, specsIn } from "./walk.js";
import { withDefinitions } from "./vocabulary.js";

const twice = defineObjective({
  type: "twice",
  doc: "An objective, doubled",
  params: { of: innerObjective("the objective") },
  build: ({ of }, { op }) => op.mul(of, 2),
});
const vocabulary = withDefinitions(standard, [twice]);

const types = (kind: "objective" | "parameterization", spec: Spec) =>
  [...specsIn(vocabulary, kind, spec)].map((node) => node.spec.type);

const one = logit({ class: 1 });
const whole = sub(accentuation({ target: twice({ of: one }), layer: "a", image: "x" }), mul(0.1, tv({})));

describe("the specs in a spec", () => {
  it("are itself, then those inside it, in the order of its parameters; numbers are none", () => {
    expect(types("objective", one)).toEqual(["logit"]);
    expect(types("objective", whole)).toEqual(["sub", "accentuation", "twice", "logit", "mul", "tv"]);
    expect(types("parameterization", alpha({ inner: masked({ image: "a", mask: "b" }) }))).toEqual([
      "alpha",
      "masked",
      masked.params.inner.fallback.type,
      alpha.params.opacity.fallback.type,
    ]);
  });

  it("come with their kind and definition", () => {
    for (const { kind, spec, definition } of specsIn(vocabulary, "objective", whole)) {
      expect(kind).toBe("objective");
      expect(definition).toBe(vocabulary.objective[spec.type]);
    }
  });

  it("of a type that the vocabulary does not have are refused, also deep inside", () => {
    const refused = expect.objectContaining({
      code: "bad-argument",
      message: 'There is no objective of type "twice"',
    });
    expect(() => [...specsIn(standard, "objective", whole)]).toThrow(refused);
    expect(() => mapSpecs(standard, "objective", whole, ({ spec }) => spec)).toThrow(refused);
    expect(() => types("parameterization", one)).toThrow('There is no parameterization of type "logit"');
  });
});

describe("a spec with every one in it changed", () => {
  it("is the same where nothing changes, and leaves what was given alone", () => {
    const before = structuredClone(whole);
    expect(mapSpecs(vocabulary, "objective", whole, ({ spec }) => spec)).toEqual(whole);
    const other = mapSpecs(vocabulary, "objective", whole, ({ spec }) => ({ ...spec, seen: true }));
    expect(JSON.stringify(other).match(/"seen":true/g)).toHaveLength(6);
    expect(whole).toEqual(before);
  });

  it("is changed from the inside out", () => {
    const order: string[] = [];
    const changed = mapSpecs(vocabulary, "objective", whole, ({ spec }) => {
      order.push(spec.type);
      return spec.type === "logit" ? channel({ layer: "b", channel: 2 }) : spec;
    });
    expect(order).toEqual(["logit", "twice", "accentuation", "tv", "mul", "sub"]);
    expect(changed).toEqual(
      sub(
        accentuation({ target: twice({ of: channel({ layer: "b", channel: 2 }) }), layer: "a", image: "x" }),
        mul(0.1, tv({})),
      ),
    );
  });
});

it("a field says which kind of spec it holds", () => {
  expect(kindIn(innerObjective("x"))).toBe("objective");
  expect(kindIn(innerParameterization("x", pixel({})))).toBe("parameterization");
  expect(kindIn(number("x"))).toBeUndefined();
});
