import { numbers } from "@xstar/core";
import { describe, expect, it } from "vitest";
import { importModel } from "../import-model.js";
import { inMemory, readCases, unpacked, wave, type Packed } from "../testing/cases.js";
import { asOriginal, inputsOf, largestError, run } from "../testing/run.js";

interface Case {
  readonly name: string;
  /** Bytes in base64, by path. */
  readonly files: Readonly<Record<string, string>>;
  readonly shape: readonly number[];
  readonly outputs: readonly Packed[];
}

const cases = readCases<Case>("saved-models.json.gz");

describe("SavedModel folders", () => {
  it.each(cases.map((one) => [one.name, one] as const))("%s", async (_, { files, shape, outputs }) => {
    const { onnx, cuts, producer } = await importModel(inMemory("folder", files));
    expect(cuts).toEqual([]);
    expect(producer).toMatch(/^TensorFlow 2\./);
    const found = Object.values(await run(onnx, { [inputsOf(onnx)[0]!.name]: wave(shape, 0.11) }));
    outputs.forEach((expected, i) =>
      expect(largestError(numbers(asOriginal(found[i]!, expected.shape)), unpacked(expected))).toBeLessThan(1e-5),
    );
  });

  it("are known by the file inside, too", async () => {
    const { onnx } = await importModel(inMemory("saved_model.pb", cases[0]!.files));
    expect(inputsOf(onnx)).toMatchObject([{ name: "picture", dims: ["N", 8, 6, 3] }]);
  });

  it("need their variables", async () => {
    const { "variables/variables.data-00000-of-00001": _, ...rest } = cases[0]!.files;
    await expect(importModel(inMemory("folder", rest))).rejects.toMatchObject({
      code: "bad-model",
      message: /checkpoint ends/,
    });
  });
});
