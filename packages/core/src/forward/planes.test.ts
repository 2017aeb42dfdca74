import { describe, expect, it } from "vitest";
import type { InputKind } from "../model/input-kind.js";
import { randomTensor } from "../testing/models.js";
import type { Shape } from "../tensor.js";
import { planesOf } from "./planes.js";

describe("inputs that lie as pictures", () => {
  it.each<[string, Shape, InputKind, Shape]>([
    ["a row of samples", [2, 7], { kind: "audio", time: 1 }, [2, 1, 1, 7]],
    ["channels of samples", [2, 3, 7], { kind: "series", time: 2 }, [2, 3, 1, 7]],
    ["samples of channels", [2, 7, 3], { kind: "series", time: 1 }, [2, 3, 1, 7]],
    ["channels of frames", [2, 3, 4, 5, 6], { kind: "video", time: 2, channels: 1 }, [2, 12, 5, 6]],
    ["frames of channels", [2, 4, 3, 5, 6], { kind: "video", time: 1, channels: 2 }, [2, 12, 5, 6]],
  ])("%s", (_, shape, holds, expected) => {
    const planes = planesOf(shape, holds)!;
    const input = randomTensor(shape);
    const laid = planes.layTensor(input);
    expect(laid.shape).toEqual(expected);
    expect(planes.shape).toEqual(expected);
    expect(planes.restoreTensor(laid)).toEqual(input);
  });

  it("have the samples of a channel side by side", () => {
    const input = { dtype: "float32" as const, shape: [1, 3, 2], data: Float32Array.of(0, 10, 1, 11, 2, 12) };
    const laid = planesOf(input.shape, { kind: "series", time: 1 })!.layTensor(input);
    expect([...(laid.data as Float32Array)]).toEqual([0, 1, 2, 10, 11, 12]);
  });

  it("are not lists, vectors and pictures themselves", () => {
    expect(planesOf([1, 5], { kind: "table" })).toBeUndefined();
    expect(planesOf([1, 16, 96], { kind: "embedding", time: 1 })).toBeUndefined();
    expect(planesOf([1, 3, 8, 8], { kind: "picture" })).toBeUndefined();
  });
});
