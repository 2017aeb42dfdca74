import { createRng, XstarError } from "@xstar/core";
import { describe, expect, it, vi } from "vitest";
import type { ModelFiles } from "./files.js";
import { importModel } from "./import-model.js";
import { inMemory, packedFile, readCases } from "./testing/cases.js";

const savedModel = readCases<{ files: Record<string, string> }>("saved-models.json.gz")[0]!.files;
const [graph] = readCases<{ graph: string }>("tensorflow-ops.json.gz");
const [tflite] = readCases<{ file: string }>("tflite-operators.json.gz");

/** A layers model of TensorFlow.js, with its shard. */
const tfjs = {
  "model.json": Buffer.from(
    JSON.stringify({
      modelTopology: {
        class_name: "Sequential",
        config: {
          layers: [
            {
              class_name: "Conv2D",
              config: { name: "conv", batch_input_shape: [null, 6, 6, 1], filters: 2, kernel_size: 3 },
            },
            { class_name: "Flatten", config: { name: "flat" } },
            { class_name: "Dense", config: { name: "scores", units: 2, activation: "softmax" } },
          ],
        },
      },
      weightsManifest: [
        {
          paths: ["shard.bin"],
          weights: [
            { name: "conv/kernel", shape: [3, 3, 1, 2], dtype: "float32" },
            { name: "conv/bias", shape: [2], dtype: "float32" },
            { name: "scores/kernel", shape: [32, 2], dtype: "float32" },
            { name: "scores/bias", shape: [2], dtype: "float32" },
          ],
        },
      ],
    }),
  ).toString("base64"),
  "shard.bin": Buffer.alloc(4 * 86).toString("base64"),
};

const files: readonly (readonly [string, ModelFiles])[] = [
  ["keras3.h5", packedFile("keras3.h5")],
  ["keras3.keras", packedFile("keras3.keras")],
  ["saved_model.pb", inMemory("saved_model.pb", savedModel)],
  ["graph.pb", inMemory("graph.pb", { "graph.pb": graph!.graph })],
  ["model.json", inMemory("model.json", tfjs)],
  ["one.tflite", inMemory("one.tflite", { "one.tflite": tflite!.file })],
];

/** Some bytes changed, or the end cut off. */
function damaged(bytes: Uint8Array, seed: number): Uint8Array {
  const rng = createRng(seed);
  const at = (length: number) => Math.floor(rng.uniform() * length);
  if (seed % 5 === 0) return bytes.slice(0, at(bytes.length));
  const copy = bytes.slice();
  for (let i = 0; i <= seed % 7; i++) copy[at(seed % 2 === 0 ? copy.length : Math.min(copy.length, 4096))] = at(256);
  return copy;
}

/** How many of each, and from which seed: `XSTAR_DAMAGED=2000 XSTAR_SEED=7 npx vitest run packages/import/src/fuzz` */
const count = Number(process.env["XSTAR_DAMAGED"] ?? 60);
const firstSeed = 1 + 1e6 * Number(process.env["XSTAR_SEED"] ?? 0);

/** Whether a sentence shows bytes of the file as they are. */
const isRaw = ({ message, hint = "" }: XstarError) => /[^\P{Cc}\n\t]/u.test(`${message}${hint}`);

describe("damaged files are refused by design, or read", () => {
  it.each(files)(
    "%s",
    async (_, { name, list, read }) => {
      const whole = await read(name);
      const warned = vi.spyOn(console, "warn");
      const foreign: unknown[] = [];
      for (let seed = firstSeed; seed < firstSeed + count; seed++) {
        const broken: ModelFiles = {
          name,
          list,
          read: async (path) => (path === name ? damaged(whole, seed) : read(path)),
        };
        const failure: unknown = await importModel(broken).then(
          () => undefined,
          (error: unknown) => error,
        );
        if (failure !== undefined && (!XstarError.is(failure) || isRaw(failure))) foreign.push(failure);
      }
      expect(foreign).toEqual([]);
      expect(warned).not.toHaveBeenCalled();
      warned.mockRestore();
    },
    1000 * count,
  );
});
