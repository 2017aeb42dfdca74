import { channel, maximize, openModel, type Step } from "@xstar/core";
import { decodeTensors, encodeTensors, type RunFacts } from "@xstar/results";
import { expect, test } from "vitest";
import { nodeRuntime } from "../../../xstar/src/runtime.js";
import { tinyModel } from "../../../results/src/testing/tiny-model.js";
import { decodeAscent, encodeAscent, type SavedAscent } from "./ascent-checkpoint.js";
import { createFrames } from "./frames.js";

const facts: RunFacts = {
  xstar: "0.0.0",
  threads: 1,
  model: { path: "tiny.onnx", sha256: "ab", weights: [] },
  models: {},
  generators: {},
  images: {},
  starts: {},
  inputs: {},
  pictures: [{ target: "conv:1", start: null, slug: "conv-1" }],
  recipe: null,
};

async function saved(): Promise<SavedAscent> {
  const model = openModel(tinyModel(), { runtime: nodeRuntime({ threads: 1 }) });
  const targets = [1, 2].map((unit) => channel({ layer: "conv", channel: unit }));
  const run = maximize(model, targets, { steps: 5, watch: { other: "conv:0" } });
  const frames = createFrames(2);
  let last: Step | undefined;
  for await (const step of run) frames.add((last = step));
  return { facts, checkpoint: last!.checkpoint(), frames: frames.state, seconds: 1.5 };
}

test("a checkpoint is read as it was written", async () => {
  const before = await saved();
  const after = decodeAscent(encodeAscent(before), "x");
  expect(after).toEqual(before);
  expect(after.checkpoint.watch["other"]).toHaveLength(6);
});

test("what is no whole checkpoint is refused by name", async () => {
  const bytes = encodeAscent(await saved());
  const refusal = expect.objectContaining({ code: "bad-data", message: '"here" is not a whole checkpoint' });
  for (const length of [0, 7, 100, bytes.length - 1]) {
    expect(() => decodeAscent(bytes.subarray(0, length), "here")).toThrow(refusal);
  }
  const { tensors, metadata } = decodeTensors(bytes)!;
  for (const name of ["curve", "gradientNorm", "picture", "best", "frame.0"].filter((one) => one in tensors)) {
    const { [name]: _, ...rest } = tensors;
    expect(() => decodeAscent(encodeTensors({ tensors: rest, metadata }), "here")).toThrow(refusal);
  }
  for (const text of ["{", "{}", "3", '{"index":1}'])
    expect(() => decodeAscent(encodeTensors({ tensors, metadata: { ascent: text } }), "here")).toThrow(refusal);
});
