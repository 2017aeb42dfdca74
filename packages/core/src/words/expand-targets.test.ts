import { describe, expect, it } from "vitest";
import { prepareModel } from "../forward/prepare-model.js";
import { targetNames, unitCounts } from "../model/layers.js";
import { open, tinyCnn } from "../testing/models.js";
import { expandTargets } from "./expand-targets.js";
import { objectives } from "../objectives/table.js";
import { parseTarget } from "./target.js";

const counts = new Map([
  ["conv", 4],
  ["a:b-1", 2],
  ["logit", 3],
]);

describe("targets that stand for many", () => {
  it.each([
    ["conv:*", ["conv:0", "conv:1", "conv:2", "conv:3"]],
    ["conv:1-2", ["conv:1", "conv:2"]],
    ["conv:3,0-1", ["conv:3", "conv:0", "conv:1"]],
    ["conv:0,0-1,1", ["conv:0", "conv:1"]],
    ["conv:2-3@", ["conv:2@", "conv:3@"]],
    ["conv:0,1@4,5", ["conv:0@4,5", "conv:1@4,5"]],
    ["a:b-1:*", ["a:b-1:0", "a:b-1:1"]],
    ["logit:*", ["logit:0", "logit:1", "logit:2"]],
    ['"a:b-1":*', ['"a:b-1":0', '"a:b-1":1']],
  ])("%s is %j", (text, expanded) => {
    expect(expandTargets([text], counts)).toEqual(expanded);
  });

  it.each(["conv", "conv:2", "conv:2@1,1", "0.5*conv:1 - logit:2", "anything at all"])("%s stays", (text) => {
    expect(expandTargets([text], counts)).toEqual([text]);
  });

  it("are joined without repetition, in order", () => {
    expect(expandTargets(["conv:3", "conv:2-3", "logit:0", "conv:2"], counts)).toEqual(["conv:3", "conv:2", "logit:0"]);
  });

  it.each([
    ["conf:*", "unknown-layer", 'The model has no layer "conf" with channels, as the target "conf:*" asks'],
    ["conv:2-4", "bad-argument", '4 is out of range in the target "conv:2-4": there are 4, from 0 to 3'],
    ["conv:3-1", "bad-argument", 'The range 3-1 of the target "conv:3-1" ends before it begins'],
  ])("%s is refused", (text, code, message) => {
    expect(() => expandTargets([text], counts)).toThrow(expect.objectContaining({ code, message }));
  });

  it("become targets of the model they were counted in", async () => {
    const model = open(tinyCnn());
    const { normalized } = await prepareModel(model, 1);
    const units = unitCounts(model.source, normalized);
    expect(units.get("conv")).toBe(4);
    expect(units.get("logit")).toBe(3);
    const names = targetNames(model.source, normalized);
    for (const [name, count] of units) {
      const last = expandTargets([`${name}:*`], units).at(-1)!;
      expect(Object.values(parseTarget(last, names, objectives))).toContain(count - 1);
    }
  });
});
