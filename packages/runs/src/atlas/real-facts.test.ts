import type { LayerSurvey, Survey } from "@xstar/results";
import { expect, test } from "vitest";
import { nodeRuntime } from "../../../xstar/src/runtime.js";
import type { LayerSources } from "./layer-sources.js";
import { realFacts } from "./real-facts.js";

/** Two units in eight pictures: the first answers to class 3 alone, the second to none more than to another. */
const own: LayerSurvey = {
  units: 2,
  means: Float32Array.of(1, 0, 2, 1, 3, 0, 4, 1, 9, 0, 8, 1, 7, 0, 6, 1),
  strongest: { top: 1, pictures: Int32Array.of(4, 1), peaks: Float32Array.of(9, 1), places: Int32Array.of(0, 0) },
  contributions: new Map([[3, Float64Array.of(8, -4)]]),
  slopes: new Map([
    [0, Float64Array.of(-4, 2)],
    [3, Float64Array.of(8, 4)],
  ]),
};
const survey: Survey = {
  pictures: Int32Array.from({ length: 8 }, (_, i) => i),
  classes: Int32Array.of(0, 0, 0, 0, 3, 3, 3, 3),
  skipped: [],
  layers: { dense: own },
};
const sources: LayerSources = {
  layer: {
    name: "dense",
    slug: "dense",
    opType: "Gemm",
    shape: [2],
    width: 1,
    units: 2,
    field: null,
    jobs: [],
    cost: 1,
  },
  units: [undefined, undefined],
  negative: undefined,
  diverse: undefined,
  surveys: [survey],
  features: undefined,
  tiles: { tileOf: (picture) => picture, isCopy: () => false },
  weights: undefined,
  runtime: nodeRuntime({ threads: 1 }),
};

test("units speak for classes, are wanted by them, and tell them apart", async () => {
  const { classes, wanted, selective, table } = await realFacts(sources, survey, undefined);
  expect(classes).toEqual([[[3, 2]], []]);
  expect(wanted).toEqual([
    [[3, 2]],
    [
      [3, 1],
      [0, 0.5],
    ],
  ]);
  expect(selective![0]).toEqual([3, 1]);
  expect(table).toEqual({
    classes: [0, 3],
    areas: [
      [0, 1000],
      [500, 500],
    ],
  });
});
