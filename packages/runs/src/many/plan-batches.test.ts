import { describe, expect, test } from "vitest";
import { inBatches, fitBatches } from "./plan-batches.js";

const needs = {
  picture: 1e6,
  thread: 1e8,
  targets: 100,
  isSeparable: true,
  free: 1e11,
  memory: 1e10,
  jobs: 4,
  batch: undefined,
};

describe("targets in batches", () => {
  const target = (type: string, at: number, more = {}) => ({ objective: { type, at, ...more } });

  test("keep their order, and stand with those of their kind", () => {
    const [a, b, c] = [target("x", 0), target("x", 1), target("x", 2)];
    const [d, e] = [target("y", 0), target("x", 0, { layer: "conv1" })];
    expect(inBatches([a, b, c, d, e, a], 2)).toEqual([[a, b], [c], [d], [e], [a]]);
    expect(inBatches([a, b], 1)).toEqual([[a], [b]]);
    expect(inBatches([], 3)).toEqual([]);
  });

  test("tell layers of other names apart, and weights not", () => {
    const layer = (name: string, weight: number) => ({
      objective: { type: "mul", weight, of: { type: "channel", layer: name } },
    });
    const [a, b, c] = [layer("conv1", 1), layer("conv1", 2), layer("conv2", 2)];
    expect(inBatches([a, b, c], 8)).toEqual([[a, b], [c]]);
  });
});

describe("batches", () => {
  test.each([
    ["are of eight small pictures", {}, { jobs: 4, batch: 8 }],
    ["are of one large picture", { picture: 85e6 }, { jobs: 4, batch: 1 }],
    ["leave no thread without work", { targets: 11 }, { jobs: 4, batch: 2 }],
    ["need no more threads than there are targets", { targets: 2 }, { jobs: 2, batch: 1 }],
    ["are of one picture where pictures depend on each other", { isSeparable: false }, { jobs: 4, batch: 1 }],
    ["become smaller before threads become fewer", { picture: 8e6, memory: 6e8 }, { jobs: 4, batch: 4 }],
    ["have fewer threads where one picture each is too much", { picture: 8e7, memory: 5e8 }, { jobs: 2, batch: 1 }],
    ["stay as they were in the folder", { batch: 5, memory: 3e8 }, { jobs: 2, batch: 5 }],
  ])("%s", (_, changed, plan) => {
    expect(fitBatches({ ...needs, ...changed })).toEqual(plan);
  });

  test("are refused where one picture needs more than is allowed", () => {
    expect(() => fitBatches({ ...needs, memory: 1e8 })).toThrow(
      expect.objectContaining({
        code: "bad-argument",
        message: "One picture needs about 102 MB, more than the 100 MB that are allowed",
      }),
    );
  });
});
