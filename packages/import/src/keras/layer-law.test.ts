import { numbers, tensor, type Tensor } from "@xstar/core";
import { describe, expect, it } from "vitest";
import { readCases, unpacked, wave, type Packed } from "../testing/cases.js";
import { channelsLast, inputsOf, largestError, run } from "../testing/run.js";
import { activations } from "./activations.js";
import { functionNames } from "./functions/table.js";
import { importKeras } from "./import.js";
import type { Config } from "./layer.js";
import { asTopology } from "./read.js";
import { layerRows } from "./rows.js";
import { byLayerName } from "./weights.js";

interface Case {
  readonly name: string;
  readonly topology: { readonly class_name: string; readonly config: Config; readonly keras_version?: string };
  readonly weights: readonly (readonly [string, readonly number[], number])[];
  readonly low: number;
  readonly whole?: boolean;
  readonly outputs: readonly Packed[];
}

const cases = readCases<Case>("keras-layers.json.gz");

function imported({ topology, weights }: Case) {
  const { class_name: className, config, keras_version: version } = asTopology(topology)!;
  const held = weights.map(([path, shape, seed]) => {
    const [low, high] = path.includes("variance") ? [0.3, 1.5] : [-0.5, 0.5];
    return { path: path.split("/"), read: () => wave(shape, seed, low, high) };
  });
  return importKeras({ className, config, version, weights: held, weightsOf: byLayerName });
}

describe("every layer gives the numbers that Keras gives", () => {
  it.each(cases.map((one) => [one.name, one] as const))("%s", async (_, one) => {
    const { onnx, cuts } = imported(one);
    expect(cuts).toEqual([]);
    const inputs = inputsOf(onnx).map(({ name, dims, tokens }, i): [string, Tensor] => {
      // the file takes the numbers of tokens, whose vectors are what xstar changes
      const x = wave([2, ...(dims.slice(1, tokens && -1) as number[])], 0.11 + i, one.low);
      return [
        name,
        one.whole
          ? tensor(
              "int64",
              numbers(x).map((v) => Math.floor((v + 1) * 3)),
              x.shape,
            )
          : x,
      ];
    });
    const results = Object.values(await run(onnx, Object.fromEntries(inputs)));
    expect(results).toHaveLength(one.outputs.length);
    one.outputs.forEach((expected, i) => {
      const found = channelsLast(results[i]!);
      expect(found.shape).toEqual(expected.shape);
      expect(largestError(numbers(found), unpacked(expected))).toBeLessThan(1e-5);
    });
  });
});

describe("there is a case for", () => {
  const text = JSON.stringify(cases.map(({ topology }) => topology));
  const used = new Set([...text.matchAll(/"class_name":"([^"]+)"/g)].map(([, name]) => name!.replace(/^.*>/, "")));

  it("every layer", () => {
    expect(Object.keys(layerRows).filter((name) => !used.has(name))).toEqual([]);
  });

  it("every activation", () => {
    const names = new Set([...text.matchAll(/"(?:activation|config)":"(\w+)"/g)].map(([, name]) => name));
    expect(Object.keys(activations).filter((name) => !names.has(name))).toEqual([]);
  });

  it("every function", () => {
    const called = new Set(cases.map(({ name }) => name.replace(/^(ops|tf)\./, "")));
    expect(functionNames.filter((name) => !called.has(name))).toEqual([]);
  });
});
