import { describe, expect, test } from "vitest";
import type { PictureMetrics } from "../measure/picture-metrics.js";
import { metricLine, metricRows } from "./describe-metrics.js";

const images = { folder: "photos", count: 5, seen: 5, skipped: [{ name: "x.png", reason: "is none" }] };
const set = { layer: "relu", diversity: undefined, missing: {}, images };
const picture: PictureMetrics = {
  activation: 12.5,
  percentile: 75,
  plausibility: { cosine: { name: "a.png", distance: 0.25 }, euclidean: { name: "b.png", distance: 3 } },
  recognition: { class: 4, rank: 1, of: 10, probability: 0.9 },
  transfer: { other: { class: 4, rank: 3, of: 10, probability: 0.1 } },
  spectrumSlope: -1.25,
  missing: {},
};

describe("metrics in words", () => {
  test("are a line of what is known", () => {
    expect(metricLine(picture, set)).toBe(
      "the target alone, without transforms, 12.5 (above 75 % of 4 pictures), class 4 has rank 1 of 10, in other 3 of 10, nearest a.png (cosine 0.25), spectrum slope −1.25",
    );
    const little = {
      ...picture,
      percentile: 100,
      plausibility: undefined,
      recognition: undefined,
      transfer: undefined,
    };
    expect(metricLine(little, set)).toBe(
      "the target alone, without transforms, 12.5 (above all of 4 pictures), spectrum slope −1.25",
    );
    const euclidean = { ...picture.plausibility!, cosine: undefined };
    expect(metricLine({ ...picture, plausibility: euclidean }, set)).toContain("nearest b.png (distance 3)");
  });

  test("are a table of all, with the reasons of what is not known", () => {
    expect(metricRows(picture, set)).toEqual([
      {
        name: "Activation",
        value: "12.5",
        note: "of the target alone: without transforms, penalties and what a recipe makes of it",
      },
      { name: "Percentile", value: "75 %", note: "above 75 % of 4 pictures in photos" },
      { name: "Nearest picture", value: "0.25", note: "cosine distance to a.png in the means of relu" },
      { name: "Rank of the class", value: "1", note: "class 4 among 10, 90 % likely, in this network" },
      { name: "Rank in other", value: "3", note: "class 4 among 10, 10 % likely" },
      { name: "Spectrum slope", value: "−1.25", note: "photographs have −0.8 to −1.5, white noise 0" },
    ]);
    const missing = { transfer: "There is no second network", percentile: "There is no data set to compare with" };
    const rows = metricRows({ ...picture, transfer: undefined, percentile: undefined, missing }, set);
    expect(rows.filter(({ value }) => value === "–")).toEqual([
      { name: "Percentile", value: "–", note: missing.percentile },
      { name: "Rank elsewhere", value: "–", note: missing.transfer },
    ]);
  });
});
