import { numbers } from "@xstar/core";
import { describe, expect, it } from "vitest";
import { importModel } from "../import-model.js";
import { packedFile, readCases, unpacked, wave, type Packed } from "../testing/cases.js";
import { inputsOf, largestError, run } from "../testing/run.js";

interface Case {
  readonly file: string;
  readonly shape: readonly number[];
  readonly low: number;
  readonly high: number;
  readonly outputs: readonly Packed[];
}

describe("files of Keras", () => {
  it.each(readCases<Case>("keras-files.json.gz").map((one) => [one.file, one] as const))("%s", async (file, one) => {
    const { onnx, cuts } = await importModel(packedFile(file));
    expect(cuts).toEqual([]);
    const x = wave([2, ...one.shape], 0.11, one.low, one.high);
    const found = Object.values(await run(onnx, { [inputsOf(onnx)[0]!.name]: x }));
    one.outputs.forEach((expected, i) =>
      expect(largestError(numbers(found[i]!), unpacked(expected))).toBeLessThan(1e-5),
    );
  });
});
