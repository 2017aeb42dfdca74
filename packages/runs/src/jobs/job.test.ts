import { describe, expect, test } from "vitest";
import { jobId, sendable, type SurveyJob } from "./job.js";

const job: SurveyJob = {
  kind: "survey",
  xstar: "1.0.0",
  model: { name: "net.onnx", sha256: "a".repeat(64), beside: [] },
  network: { contract: null, shapes: { x: [1, 1, 8, 8] } },
  layers: ["conv"],
  hasClasses: true,
  data: { sha256: "b".repeat(64), count: 9 },
  range: [0, 9],
};

describe("a job", () => {
  test("has the same name in whatever order its JSON is", () => {
    const { kind, xstar, ...rest } = job;
    expect(jobId({ ...rest, xstar, kind })).toBe(jobId(job));
    expect(jobId({ ...job, xstar: "1.0.1" })).not.toBe(jobId(job));
  });

  test("holds an ascent as JSON, without what is decided elsewhere", () => {
    const shapes = new Map([["x", [1, 1, 8, 8]]]);
    expect(sendable({ steps: 3, seed: 1, recipe: "none", labels: ["a"], contract: null, shapes, logits: "y" })).toEqual(
      {
        network: { contract: null, logits: "y", inputs: {}, shapes: { x: [1, 1, 8, 8] } },
        ascent: { steps: 3, seed: 1 },
      },
    );
  });

  test("refuses what cannot be sent", () => {
    const numbers = { dtype: "float32" as const, shape: [1], data: new Float32Array(1) };
    expect(() => sendable({ images: { photo: numbers } })).toThrow(
      "A job cannot hold the images that this ascent names",
    );
    expect(() => sendable({ inputs: { state: numbers } })).toThrow('A job cannot hold the numbers of "state"');
  });
});
