import { createRng, tensor } from "@xstar/core";
import { countConfusions, encodeTensors } from "@xstar/results";
import { describe, expect, it } from "vitest";
import { decodeCheckpoint, encodeCheckpoint, type Checkpoint } from "./checkpoint.js";

const checkpoint: Checkpoint = {
  hash: "abc",
  step: 17,
  seconds: 12.5,
  loss: 0.25,
  accuracy: 0.9,
  best: {
    model: Uint8Array.from([8, 9, 10]),
    confusion: countConfusions(Uint8Array.from([0, 1, 1]), Uint8Array.from([0, 1, 0]), 2),
  },
  state: {
    weights: tensor("float32", createRng(1).normals(12), [3, 4]),
    "velocity.weights": tensor("float32", createRng(2).normals(5), [5]),
    step: tensor("float32", [18], []),
  },
};
const bytes = encodeCheckpoint(checkpoint);
const refusal = expect.objectContaining({
  code: "bad-data",
  message: '"here.checkpoint" is not a whole checkpoint',
  hint: "Delete it to begin again",
});

/** A checkpoint that says something else about itself. */
const withFacts = (facts: unknown) => encodeTensors({ tensors: {}, metadata: { training: JSON.stringify(facts) } });

describe("a checkpoint", () => {
  it("is read as it was written, at any place in memory", () => {
    expect(decodeCheckpoint(bytes, "x")).toEqual(checkpoint);
    const moved = Buffer.concat([Buffer.alloc(3), bytes]).subarray(3);
    expect(decodeCheckpoint(moved, "x")).toEqual(checkpoint);
  });

  it("needs no best network, and keeps means that are not finite", () => {
    const early: Checkpoint = { ...checkpoint, best: null, loss: Number.NaN };
    expect(decodeCheckpoint(encodeCheckpoint(early), "x")).toEqual(early);
  });

  it("that is cut short anywhere, or too long, is refused by name", () => {
    for (let length = 0; length < bytes.length; length++) {
      expect(() => decodeCheckpoint(bytes.subarray(0, length), "here.checkpoint")).toThrow(refusal);
    }
    expect(() => decodeCheckpoint(Buffer.concat([bytes, Buffer.alloc(1)]), "here.checkpoint")).toThrow(refusal);
  });

  it.each([
    ["another file", Buffer.from("PNG, or something else")],
    ["a file of tensors without facts", encodeTensors({ tensors: {}, metadata: {} })],
    ["facts that are no JSON", encodeTensors({ tensors: {}, metadata: { training: "{{{" } })],
    ["empty facts", withFacts({})],
    ["no facts", withFacts(null)],
    ["no step", withFacts({ hash: "abc", seconds: 1, confusion: null })],
    ["no seconds", withFacts({ hash: "abc", step: 1, confusion: null })],
    ["a lost network", withFacts({ hash: "abc", step: 1, seconds: 1, confusion: {} })],
  ])("is not %s", (_, wrong) => {
    expect(() => decodeCheckpoint(wrong, "here.checkpoint")).toThrow(refusal);
  });
});
