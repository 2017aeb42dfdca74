import { describe, expect, it } from "vitest";
import { XstarError } from "../errors.js";
import { objectives } from "../objectives/table.js";
import { optimizers, schedules } from "../optimizers/table.js";
import { starts } from "../starts/starts.js";
import { parameterizations } from "../parameterizations/table.js";
import { specs } from "../testing/specs.js";
import { transforms } from "../transforms/table.js";
import { lookUp, type Definition } from "./definition.js";
import type { Fields } from "./fields.js";
import type { Spec } from "./spec.js";

type AnyDefinition = Definition<Record<string, never>> & ((given: unknown) => Spec);

const tables = { objectives, parameterizations, transforms, optimizers, schedules, starts } as unknown as Readonly<
  Record<keyof typeof specs, Readonly<Record<string, AnyDefinition>>>
>;
const kinds = Object.keys(tables) as (keyof typeof specs)[];
const definitions = kinds.flatMap((kind) =>
  Object.entries(tables[kind]).map(([type, one]) => [kind, type, one] as const),
);
const fields = definitions.flatMap(([kind, type, one]) =>
  Object.entries(one.params as Fields).map(
    ([name, field]) => [`${kind} ${type}.${name}`, { kind, type, one, name, field }] as const,
  ),
);

/** The error of a call. */
function errorOf(call: () => unknown): XstarError {
  try {
    call();
  } catch (error) {
    if (XstarError.is(error)) return error;
    throw error;
  }
  throw new Error("Nothing was thrown");
}

/** One sentence for people: no line break, no final period. */
function expectSentence(error: XstarError, part: string) {
  expect(error.code).toBe("bad-argument");
  expect(error.message).toContain(part);
  expect(error.message).toMatch(/^[^\n]*[^.\s]$/);
}

describe("the samples", () => {
  it.each(kinds)("of %s have every type of the table", (kind) => {
    expect([...new Set(specs[kind].map(({ type }) => type))].sort()).toEqual(Object.keys(tables[kind]).sort());
  });
});

describe.each(kinds)("%s", (kind) => {
  it("survive a trip through JSON, and being checked again", () => {
    for (const spec of specs[kind] as readonly Spec[]) {
      const { type, ...rest } = spec;
      expect(JSON.parse(JSON.stringify(spec))).toEqual(spec);
      expect(tables[kind][type]!(rest)).toEqual(spec);
      expect(tables[kind][type]!(JSON.parse(JSON.stringify(spec)))).toEqual(spec);
    }
  });

  it("say what they are in one line, parameters too", () => {
    for (const [type, one] of Object.entries(tables[kind])) {
      expect(one.type).toBe(type);
      for (const doc of [one.doc, ...Object.values(one.params as Fields).map((field) => field.doc)]) {
        expect(doc).toMatch(/^[^\n]+[^.]$/);
      }
    }
  });

  it("are looked up by type, with the nearest ones as a hint", () => {
    for (const type of Object.keys(tables[kind])) expect(lookUp(tables[kind], { type }, kind)).toBe(tables[kind][type]);
    const first = Object.keys(tables[kind])[0]!;
    const error = errorOf(() => lookUp(tables[kind], { type: `${first}x` }, "thing"));
    expectSentence(error, `There is no thing of type "${first}x"`);
    expect(error.hint).toContain(`"${first}"`);
    for (const type of ["toString", "__proto__", ""])
      expectSentence(
        errorOf(() => lookUp(tables[kind], { type }, "thing")),
        `"${type}"`,
      );
    for (const wrong of [undefined, null, 5, "logit", {}, { type: 3 }]) {
      expectSentence(
        errorOf(() => lookUp(tables[kind], wrong as unknown as Spec, "thing")),
        "No thing is without a type",
      );
    }
  });

  it("name a parameter that they do not have", () => {
    for (const [type, one] of Object.entries(tables[kind])) {
      const name = `${Object.keys(one.params)[0] ?? "some"}x`;
      const error = errorOf(() => one({ [name]: 1 }));
      expectSentence(error, `"${type}" has no parameter "${name}"`);
      expect(error.hint).toMatch(/^(Did you mean ".+\?|There is none)$/);
      expectSentence(
        errorOf(() => one({ constructor: 1 })),
        `"${type}" has no parameter "constructor"`,
      );
    }
  });
});

const isName = (x: unknown) => typeof x === "string" && x !== "";

/** Which of the values that most kinds of fields refuse are right for a kind. */
const rightFor: Readonly<Record<string, (x: unknown) => boolean>> = {
  layer: isName,
  image: isName,
  images: isName,
  model: isName,
  parameterization: isName,
  class: (x) => isName(x) && (x as string).trim() !== "",
  flag: (x) => x === true,
  numbers: (x) => Array.isArray(x) && x.every(Number.isFinite),
  places: (x) => Array.isArray(x) && x.length > 0 && x.every(Number.isInteger),
};

describe("a parameter", () => {
  /** A spec of the type that is right. */
  const right = (kind: keyof typeof specs, type: string) =>
    (specs[kind] as readonly Spec[]).find((spec) => spec.type === type)!;

  it.each(fields)(
    "%s is checked: its kind, its bounds, and whether it is needed",
    (_, { kind, type, one, name, field }) => {
      const { type: _type, ...given } = right(kind, type);
      const wrong: unknown[] = [{}, [], true, "", " ", Number.NaN, "1e", [Number.NaN, 1], [2, 1], () => 1];
      for (const value of wrong.filter((x) => !rightFor[field.kind]?.(x))) {
        expectSentence(
          errorOf(() => one({ ...given, [name]: value })),
          `"${name}" must`,
        );
      }
      if (field.kind === "index") {
        for (const value of [-1, 1.5, "x"])
          expectSentence(
            errorOf(() => one({ ...given, [name]: value })),
            `"${name}" must be a whole number of at least 0`,
          );
      }
      const { [name]: _left, ...rest } = given;
      if (field.fallback !== undefined) expect(one(rest)[name]).toEqual(field.fallback);
      else if (field.optional) expect(one(rest)).not.toHaveProperty(name);
      else
        expectSentence(
          errorOf(() => one(rest)),
          `"${type}" needs its parameter "${name}": ${field.doc}`,
        );
    },
  );

  it("that is bounded says its bounds and the value", () => {
    expect(errorOf(() => tables.optimizers["momentum"]!({ momentum: 1.5 })).message).toBe(
      '"momentum" must be a number from 0 to 1: current value is 1.5',
    );
    expect(errorOf(() => tables.objectives["lp"]!({ p: 0.5 })).message).toBe(
      '"p" must be a number of at least 1: current value is 0.5',
    );
    expect(errorOf(() => tables.transforms["jitter"]!({ pixels: 1.5 })).message).toBe(
      '"pixels" must be a whole number of at least 0: current value is 1.5',
    );
    expect(errorOf(() => tables.parameterizations["pixel"]!({ range: [1, 0] })).message).toBe(
      '"range" must be two numbers, low,high with low < high: current value is [1,0]',
    );
    expect(errorOf(() => tables.parameterizations["pixel"]!({ squash: "tanh" })).message).toBe(
      '"squash" must be "clip" or "sigmoid": current value is "tanh"',
    );
  });

  it("may be given as text, as on a command line", () => {
    expect(tables.optimizers["gradient"]!({ learningRate: "0.5" })).toEqual({ type: "gradient", learningRate: 0.5 });
    expect(tables.parameterizations["pixel"]!({ range: "0,1" })).toMatchObject({ range: [0, 1] });
    expect(tables.objectives["logit"]!({ class: "3" })).toEqual({ type: "logit", class: 3 });
    const region = { layer: "a", channel: 1, at: "3,0-6, *" };
    expect(tables.objectives["neuron"]!(region)).toMatchObject({ at: [3, [0, 6], "*"] });
    for (const at of ["6-0", "a", "1,,2", "1.5"])
      expectSentence(
        errorOf(() => tables.objectives["neuron"]!({ ...region, at })),
        '"at" must be a number, a range or * for each axis',
      );
  });

  it("is missed in one sentence when nothing at all is given", () => {
    expectSentence(
      errorOf(() => tables.objectives["logit"]!(undefined)),
      '"logit" needs its parameter "class"',
    );
    expect(tables.optimizers["gradient"]!(undefined)).toEqual({ type: "gradient", learningRate: 1 });
  });
});
