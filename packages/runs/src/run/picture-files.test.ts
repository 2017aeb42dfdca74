import { tensor, type Tensor } from "@xstar/core";
import { findRecord, type RunRecord } from "@xstar/results";
import { expect, test } from "vitest";
import { drawFiles, recordOfPicture } from "./picture-files.js";

const file = { path: "net.onnx", sha256: "f00d" };
const run = (shape: readonly number[]) =>
  ({
    xstar: "1",
    model: { ...file, weights: [] },
    models: {},
    generators: {},
    images: {},
    starts: {},
    inputs: {},
    pictures: [
      { target: "conv:0", start: null, slug: "conv-0" },
      { target: "conv:1", start: null, slug: "conv-1" },
    ],
    scale: 2,
    format: "none",
    ascent: {
      shape,
      objectives: [{}, {}],
      parameterization: { type: "pixel" },
      optimizer: { type: "adam" },
      schedule: { type: "constant" },
      transforms: [],
      overrides: [],
      inputs: {},
      shapes: {},
      models: {},
    },
  }) as unknown as RunRecord;

const grey = (value: number, shape = [1, 4, 4]): Tensor =>
  tensor("float32", new Float32Array(shape.reduce((a, b) => a * b)).fill(value), shape);

test("a picture is drawn alone, beside its change, and opaque where it counts; each file carries its record", () => {
  const made = { picture: grey(0.5), step: 3, begun: 1.5 };
  const record = recordOfPicture(run([2, 1, 4, 4]), 1, made);
  expect(drawFiles(record, made).map(({ name }) => name)).toEqual(["conv-1.png"]);
  const files = drawFiles(record, { ...made, start: grey(0), attribution: grey(1) });
  expect(files.map(({ name }) => name)).toEqual(["conv-1.png", "conv-1.change.png", "conv-1.transparent.png"]);
  for (const { name, bytes } of files)
    expect(findRecord(bytes, name)).toMatchObject({
      record: { picture: 1, step: 3 },
      pixels: [undefined, record.sha256],
      begun: [undefined, 1.5],
    });
});

test("what is no picture has no drawings", () => {
  const made = { picture: grey(0.5, [20]), step: 0, begun: 1 };
  expect(drawFiles(recordOfPicture(run([2, 20]), 0, made), made)).toEqual([]);
});
