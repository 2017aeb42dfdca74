import { describe, expect, it } from "vitest";
import {
  adam,
  ascend,
  channel,
  defineObjective,
  defineStart,
  maximize,
  normalized,
  numbers,
  pixel,
  schedules,
  standard,
  vocabularyOf,
  withDefinitions,
  type AnyDefinition,
} from "../index.js";
import { open, tinyCnn } from "../testing/models.js";
import { contrast, own, ramp } from "../testing/own-definitions.js";

const model = open(tinyCnn());
const target = contrast({ layer: "conv", more: 1, less: 0 });

describe("a vocabulary", () => {
  it("with definitions has them beside its own, which stay as they were", () => {
    const all = withDefinitions(standard, own);
    for (const { kind, type } of own) {
      expect(all[kind][type]).toBe(own.find((one) => one.type === type));
      expect(standard[kind]).not.toHaveProperty([type]);
    }
    expect(all.objective["logit"]).toBe(standard.objective["logit"]);
    expect(withDefinitions(standard, [])).toBe(standard);
  });

  it("may be given the same definition twice", () => {
    expect(Object.keys(withDefinitions(standard, [ramp, ramp]).start)).toHaveLength(
      Object.keys(standard.start).length + 1,
    );
    expect(withDefinitions(standard, [adam]).optimizer["adam"]).toBe(adam);
  });

  it("refuses another definition of a type that it has, of the same kind alone", () => {
    const other = defineStart({ ...ramp, type: "normal" });
    const clash = expect.objectContaining({
      code: "bad-argument",
      message: 'There is already a start of type "normal"',
      hint: "Give your own another type",
    });
    expect(() => withDefinitions(standard, [other])).toThrow(clash);
    expect(() => withDefinitions(standard, [ramp, defineStart({ ...ramp })])).toThrow('a start of type "ramp"');
    const penalty = defineObjective({ ...contrast, type: "adam" });
    expect(withDefinitions(standard, [penalty]).objective["adam"]).toBe(penalty);
  });

  it.each([
    ["a spec", ramp({}), '{"type":"ramp"}'],
    ["a function", () => 1, "function"],
    ["null", null, "null"],
    ["text", "ramp", '"ramp"'],
    ["nothing", undefined, "undefined"],
    ["another kind", { kind: "toString", type: "x" }, '{"kind":"toString","type":"x"}'],
  ])("refuses what is no definition: %s", async (_, wrong, shown) => {
    const refused = {
      code: "bad-argument",
      message: `A definition is what defineObjective and the like return, not ${shown}`,
      hint: "Give the definitions themselves, not what they return when they are called",
    };
    expect(() => withDefinitions(standard, [wrong as AnyDefinition])).toThrow(expect.objectContaining(refused));
    await expect(maximize(model, target, { definitions: [wrong as AnyDefinition] })).rejects.toMatchObject(refused);
  });

  it("of a few definitions is enough for a run that names no others", async () => {
    const vocabulary = vocabularyOf([channel, pixel, normalized, schedules.constant, ramp]);
    const wanted = channel({ layer: "conv", channel: 1 });
    const options = { recipe: "none", start: ramp({}), steps: 3 } as const;
    const { picture } = await ascend(model, wanted, { ...options, vocabulary });
    const { picture: same } = await maximize(model, wanted, { ...options, definitions: own });
    expect(numbers(picture)).toEqual(numbers(same));
    await expect(ascend(model, wanted, { ...options, vocabulary, optimizer: "adam" })).rejects.toMatchObject({
      code: "bad-argument",
      message: 'There is no optimizer of type "adam"',
      hint: 'Choose "normalized"',
    });
    const given = await maximize(model, wanted, { ...options, vocabulary });
    expect(numbers(given.picture)).toEqual(numbers(picture));
  });
});
