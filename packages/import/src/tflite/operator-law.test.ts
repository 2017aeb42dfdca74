import { numbers, tensor, type Tensor } from "@xstar/core";
import { describe, expect, it } from "vitest";
import { readCases, unpacked, wave, type Packed } from "../testing/cases.js";
import { asOriginal, inputsOf, largestError, run } from "../testing/run.js";
import { importTflite } from "./import.js";
import { operatorRows } from "./operators.js";

interface Case {
  readonly name: string;
  /** A TFLite file, in base64. */
  readonly file: string;
  readonly operators: readonly string[];
  readonly inputs: readonly (readonly [shape: readonly number[], type: string])[];
  readonly low: number;
  readonly tolerance: number;
  readonly outputs: readonly Packed[];
}

const cases = readCases<Case>("tflite-operators.json.gz");

describe("every operator gives the numbers that TensorFlow Lite gives", () => {
  it.each(cases.map((one) => [one.name, one] as const))("%s", async (_, { file, inputs, low, tolerance, outputs }) => {
    const { onnx, cuts } = importTflite(new Uint8Array(Buffer.from(file, "base64")));
    expect(cuts).toEqual([]);
    const feeds = inputsOf(onnx).map(({ name }): [string, Tensor] => {
      const i = Number(/x(\d)/.exec(name)![1]);
      const [shape, type] = inputs[i]!;
      const x = wave(shape, 0.11 + i, low);
      return [
        name,
        type === "float32"
          ? x
          : tensor(
              type as "int32",
              numbers(x).map((v) => Math.floor((v + 1) * 3)),
              shape,
            ),
      ];
    });
    const results = Object.values(await run(onnx, Object.fromEntries(feeds)));
    outputs.forEach((expected, i) => {
      const found = asOriginal(results[i]!, expected.shape);
      expect(found.shape).toEqual(expected.shape);
      expect(largestError(numbers(found), unpacked(expected))).toBeLessThan(tolerance);
    });
  });
});

it("there is a case for every operator", () => {
  const used = new Set(cases.flatMap(({ operators }) => operators));
  expect(Object.keys(operatorRows).filter((name) => !used.has(name))).toEqual([]);
});
