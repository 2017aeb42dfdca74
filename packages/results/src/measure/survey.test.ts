import { openModel, type Tensor } from "@xstar/core";
import { describe, expect, test } from "vitest";
import { nodeRuntime } from "../../../xstar/src/runtime.js";
import { tinyModel } from "../testing/tiny-model.js";
import { decodeSurvey, encodeSurvey } from "./survey-file.js";
import { joinSurveys, surveyLayers, type Survey } from "./survey.js";
import type { PictureSource } from "./source.js";

const model = openModel(tinyModel(), { runtime: nodeRuntime({ threads: 1 }) });

const pictures: PictureSource = {
  names: Array.from({ length: 7 }, (_, i) => `${i}.png`),
  async read(i): Promise<Tensor> {
    if (i === 3) throw new Error("3.png is damaged");
    const data = Float32Array.from({ length: 64 }, (_, at) => ((at * (i + 3)) % 17) / 17);
    return { dtype: "float32", shape: [1, 8, 8], data };
  },
};

const look = (range?: readonly [number, number]) =>
  surveyLayers(model, pictures, { layers: ["conv", "scores"], hasClasses: true, top: 3, ...(range && { range }) });

describe("a survey", () => {
  test("knows the mean and the strongest pictures of every unit, and what was left out", async () => {
    const { pictures: used, classes, skipped, layers } = await look();
    expect([...used]).toEqual([0, 1, 2, 4, 5, 6]);
    expect(classes).toHaveLength(6);
    expect(skipped).toEqual([{ index: 3, reason: "3.png is damaged" }]);
    const { conv, scores } = layers as { conv: Survey["layers"][string]; scores: Survey["layers"][string] };
    expect([conv.units, conv.means.length, scores.units]).toEqual([4, 24, 3]);
    // a layer without places: its strongest pictures are those with the largest means
    const first = [...used].map((picture, i) => ({ picture, value: scores.means[3 * i]! }));
    const ranked = first.toSorted((a, b) => b.value - a.value).slice(0, 3);
    expect(Array.from(scores.strongest.pictures.slice(0, 3))).toEqual(ranked.map(({ picture }) => picture));
    expect(Array.from(scores.strongest.peaks.slice(0, 3))).toEqual(ranked.map(({ value }) => value));
    // of the scores it is the best one that adds to the best one
    for (const [index, sums] of scores.contributions)
      sums.forEach((sum, unit) => expect(sum !== 0).toBe(unit === index));
  });

  test("of parts, written and read, is the survey of the whole", async () => {
    const [whole, ...parts] = await Promise.all([look(), look([0, 2]), look([2, 5]), look([5, 7])]);
    const read = parts.map((part) => decodeSurvey(encodeSurvey(part))!);
    for (const layer of ["conv", "scores"]) {
      const joined = joinSurveys(read, layer);
      expect(joined).toEqual({ ...whole, layers: { [layer]: whole.layers[layer] } });
    }
    expect(decodeSurvey(new Uint8Array(9))).toBeUndefined();
  });

  test("stops where it is told to", async () => {
    const signal = AbortSignal.abort(new Error("enough"));
    await expect(surveyLayers(model, pictures, { layers: ["conv"], hasClasses: false, signal })).rejects.toThrow(
      "enough",
    );
  });
});
