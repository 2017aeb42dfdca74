import type { Tensor } from "@xstar/core";
import { describe, expect, it } from "vitest";
import { readCases, waveOf, type Packed } from "../testing/cases.js";
import { expectClose, run } from "../testing/run.js";
import { importTensorflow } from "./import.js";
import { opRows } from "./ops/table.js";
import { readFrozenGraph } from "./read.js";

interface Case {
  readonly name: string;
  /** A GraphDef, in base64. */
  readonly graph: string;
  readonly ops: readonly string[];
  readonly inputs: readonly (readonly [name: string, shape: readonly number[], type: string])[];
  readonly low: number;
  readonly outputs: readonly Packed[];
}

const cases = readCases<Case>("tensorflow-ops.json.gz");

describe("every operation gives the numbers that TensorFlow gives", () => {
  it.each(cases.map((one) => [one.name, one] as const))("%s", async (_, { graph, inputs, low, outputs }) => {
    const { onnx, cuts } = importTensorflow(readFrozenGraph(new Uint8Array(Buffer.from(graph, "base64"))));
    expect(cuts).toEqual([]);
    const feeds = inputs.map(([name, shape, type], i): [string, Tensor] => {
      return [name, waveOf(type, shape, 0.11 + i, low)];
    });
    const results = Object.values(await run(onnx, Object.fromEntries(feeds)));
    expectClose(results, outputs, 1e-5);
  });
});

it("there is a case for every operation", () => {
  const used = new Set(cases.flatMap(({ name }) => name.split(" ")));
  expect(Object.keys(opRows).filter((name) => !used.has(name))).toEqual([]);
});
