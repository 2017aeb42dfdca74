import { createRng } from "@xstar/core";
import { describe, expect, test } from "vitest";
import { describeDiversity, describePicture, type PictureFacts } from "./picture-metrics.js";

const facts: PictureFacts = {
  activation: 7,
  planes: { shape: [32, 32], data: createRng(1).normals(1024, 0, 1) },
  features: [3, 4],
  own: { class: 1, scores: [0, 5, 2] },
  others: { other: { class: 2, scores: [0, 5, 2] }, small: { class: undefined, scores: [0, 5] } },
};
const dataset = {
  names: ["a", "b"],
  activations: [1, 9],
  features: [
    [3, 0],
    [6, 8],
  ],
};

describe("the metrics of a picture", () => {
  test("are known when everything is", () => {
    expect(describePicture(facts, dataset)).toEqual({
      activation: 7,
      percentile: 50,
      plausibility: {
        cosine: { name: "b", distance: expect.closeTo(0, 12) },
        euclidean: { name: "a", distance: 4 },
      },
      recognition: { class: 1, rank: 1, of: 3, probability: expect.any(Number) },
      transfer: { other: { class: 2, rank: 2, of: 3, probability: expect.any(Number) } },
      spectrumSlope: expect.closeTo(0, 0),
      missing: {},
    });
  });

  test("say why they are not known", () => {
    const nothing: PictureFacts = {
      activation: Number.NaN,
      planes: undefined,
      features: undefined,
      own: { class: undefined, scores: undefined },
      others: {},
    };
    const { missing, ...rest } = describePicture(nothing, undefined);
    expect(Object.values(rest)).toEqual(Array(6).fill(undefined));
    expect(missing).toEqual({
      activation: "The activation is not finite",
      percentile: "There is no data set to compare with",
      plausibility: "There is no data set to compare with",
      recognition: "It was not made for a class",
      transfer: "There is no second network",
      spectrumSlope: "The input is no picture",
    });
    const { missing: others } = describePicture(
      {
        ...facts,
        planes: { shape: [1, 2], data: [1, 1] },
        others: { a: { class: 5, scores: [1, 2] }, b: { class: undefined, scores: [1, 2] } },
      },
      { names: [], activations: undefined, features: undefined },
    );
    expect(others).toEqual({
      percentile: "The data set was not measured for this objective",
      plausibility: "The features of the data set are not known",
      transfer: "a: The network has only 2 classes; b: It is not known which of its classes that is",
      spectrumSlope: "The picture is constant, or too small to have a spectrum",
    });
  });

  test("survive JSON", () => {
    const metrics = describePicture(facts, dataset);
    expect(JSON.parse(JSON.stringify(metrics))).toEqual(metrics);
  });
});

test("the diversity of a set is known from two features on", () => {
  expect(
    describeDiversity([
      [3, 0],
      [0, 4],
    ]),
  ).toEqual({ value: { cosine: 1, euclidean: 5 } });
  expect(describeDiversity([[3, 0]])).toEqual({ why: "One picture alone has no diversity" });
  expect(describeDiversity([[3, 0], undefined])).toEqual({ why: "No layer was chosen to read features from" });
});
