import type { Tensor } from "@xstar/core";
import { describe, expect, it } from "vitest";
import { readCases, waveOf, type Packed } from "../testing/cases.js";
import { expectClose, inputsOf, run } from "../testing/run.js";
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
      return [name, waveOf(type, shape, 0.11 + i, low)];
    });
    const results = Object.values(await run(onnx, Object.fromEntries(feeds)));
    expectClose(results, outputs, tolerance);
  });
});

it("there is a case for every operator", () => {
  const used = new Set(cases.flatMap(({ operators }) => operators));
  expect(Object.keys(operatorRows).filter((name) => !used.has(name))).toEqual([]);
});
