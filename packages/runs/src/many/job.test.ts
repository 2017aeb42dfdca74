import { describe, expect, test } from "vitest";
import { openModel } from "@xstar/core";
import { nodeRuntime } from "../../../xstar/src/runtime.js";
import { tinyModel } from "../../../results/src/testing/tiny-model.js";
import { createJob } from "./job.js";

describe("a job", () => {
  test("can be sent to another thread, with further models as files", () => {
    const model = openModel(tinyModel(), { runtime: nodeRuntime() });
    const job = createJob(model, {
      steps: 3,
      start: ["ones"],
      models: { second: { model, logits: "scores" } },
    });
    expect(structuredClone(job)).toEqual({
      model: model.source.bytes,
      options: { steps: 3, start: "ones" },
      models: { second: { model: model.source.bytes, logits: "scores" } },
      generators: {},
      threads: 1,
      use: [],
    });
  });

  test.each([
    ["rules", { rules: {} }],
    ["streams", { streams: [1] }],
    ["signal", { signal: new AbortController().signal }],
  ])("has no %s of a single run", (name, options) => {
    const model = openModel(tinyModel(), { runtime: nodeRuntime() });
    expect(() => createJob(model, options)).toThrow(
      expect.objectContaining({
        code: "bad-argument",
        message: `The option "${name}" cannot be used for many targets at once`,
      }),
    );
  });

  test("has one start", () => {
    const model = openModel(tinyModel(), { runtime: nodeRuntime() });
    expect(() => createJob(model, { start: ["ones", "zeros"] })).toThrow(
      expect.objectContaining({ code: "bad-argument" }),
    );
  });
});
