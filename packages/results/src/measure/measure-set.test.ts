import { describe, expect, test } from "vitest";
import { measureSet, type RecordedMetrics } from "./measure-set.js";

const recorded = (metrics: readonly unknown[]) => metrics as (RecordedMetrics | undefined)[];

const layer = "mixed";
const unknown = (why: string) => ({ diversity: undefined, missing: { diversity: why } });
const notAll = unknown("Not all pictures were measured in the same layer");

describe("the diversity of recorded pictures", () => {
  test("is the mean distance of all pairs of features", () => {
    const entries = recorded([
      { layer, features: [3, 0] },
      { layer, features: [0, 4] },
      { layer, features: [3, 4] },
    ]);
    const { diversity, ...rest } = measureSet(entries);
    expect(rest).toEqual({ layer, missing: {} });
    expect(diversity!.euclidean).toBeCloseTo((5 + 4 + 3) / 3, 12);
    expect(diversity!.cosine).toBeCloseTo((1 + 0.4 + 0.2) / 3, 12);
  });

  test.each([
    ["one picture", [{ layer, features: [1] }], { layer, ...unknown("One picture alone has no diversity") }],
    ["one that was not measured", [{ layer, features: [1] }, undefined], notAll],
    [
      "several layers",
      [
        { layer, features: [1] },
        { layer: "other", features: [1] },
      ],
      notAll,
    ],
    ["no layer with places", [{}, {}], unknown("No layer was chosen to read features from")],
  ])("is not known of %s", (_, metrics, expected) => {
    expect(measureSet(recorded(metrics))).toEqual(expected);
  });
});
