import { adam, caricature, channel, mul, opacity, pixel, schedules, sub, tv, type Spec } from "@xstar/core";
import { describe, expect, test } from "vitest";
import type { PictureEntry, RunFile } from "../record/run-file.js";
import { sharpCodec } from "../../../xstar/src/files/sharp-codec.js";
import { maximizeReport } from "./maximize-report.js";

const picture = (i: number, more: Partial<PictureEntry> = {}): PictureEntry => ({
  target: `conv:${i}`,
  start: null,
  slug: `conv-${i}`,
  files: [`conv-${i}.npy`],
  step: 2,
  redirected: 0,
  warnings: [],
  sha256: "ab",
  activation: { start: 0, end: i },
  top: null,
  curve: [0, Number.NaN, i],
  ...more,
});

const relu = channel({ layer: "conv", channel: 0 });

function runOf(pictures: readonly PictureEntry[], objective: Spec = relu): RunFile {
  const files = { models: {}, generators: {}, images: {}, starts: {}, inputs: {} };
  return {
    ...files,
    xstar: "1.0.0",
    model: { path: "far/away/<net>.onnx", sha256: "f00d", weights: [] },
    platform: { system: "linux x64", processor: "a processor", node: "20.19.0", sharp: "0.35" },
    threads: 1,
    recipe: null,
    stopped: null,
    ended: "plateau",
    stepsTaken: 2,
    seconds: 1234.5,
    pictures,
    ascent: {
      objectives: pictures.map(() => objective),
      start: null,
      parameterization: pixel({}),
      transforms: [],
      optimizer: adam({}),
      schedule: schedules.constant({}),
      clip: null,
      attribution: false,
      keep: "last",
      patience: 3,
      redirectSteps: 16,
      overrides: [],
      rules: [],
      contract: null,
      inputs: {},
      logits: null,
      shapes: {},
      models: {},
      generators: {},
      size: null,
      assumed: ["height and width are taken to be 8"],
      steps: 9,
      restarts: 1,
      seed: 7,
      streams: pictures.map((_, i) => i),
      shape: [pictures.length, 20],
      runtime: "cpu",
    },
  };
}

const report = (pictures: readonly PictureEntry[], problem?: string, target = sub(relu, tv({})), objective = target) =>
  maximizeReport({
    codec: sharpCodec,
    run: runOf(pictures, objective),
    targets: pictures.map(() => target),
    views: pictures.map(() => undefined),
    examples: [],
    problem,
  });

describe("a report", () => {
  test("says warnings, redirected steps and why there are no metrics", async () => {
    const text = await report([picture(1, { warnings: ["The target never moved"], redirected: 3 })], "no <room>");
    expect(text).toContain("<strong>Warning:</strong> The target never moved");
    expect(text).toContain("3 steps were taken with redirected gradients");
    expect(text).toContain("The metrics could not be measured: no &#60;room&#62;.");
    expect(text).toContain("<title>conv:1 of &#60;net&#62;</title>");
    expect(text).toContain("It has no channels that could be colours: its numbers are in conv-1.npy.");
    expect(text).toContain("xstar maximize --from run.json");
  });

  test("says what was asked, in the words of the command line", async () => {
    const text = await report([picture(1)]);
    for (const part of [
      "2 of 9: ended early",
      "height and width are taken to be 8",
      "f00d",
      "Less of: Total variation",
    ])
      expect(text).toContain(part);
    expect(text).toContain("channel:layer=conv,channel=0");
    expect(text).not.toContain("Maximized is");
  });

  test("explains the parts of a formula, of which none is simply wanted or not", async () => {
    const text = await report([picture(1)], undefined, mul(relu, sub(1, opacity({}))));
    expect(text).toContain(
      "<p>What this formula makes of its parts. channel: Mean activation of one channel of a layer (of one feature over all tokens, of one unit where the layer has no space). opacity: Mean opacity of a picture that has one, from 0 to 1.</p>",
    );
  });

  test("says what is maximized where that is not the target, and whose number is which", async () => {
    const objective = caricature({ layer: "conv", image: "cat.png" });
    const text = await report([picture(5)], undefined, relu, objective);
    expect(text).toContain(
      "What is maximized is the caricature, which went from 0 to 5: the target&#39;s own activation",
    );
    expect(text).toContain("Maximized is the caricature: More of what a layer sees in an image");
    expect(text).toContain("below measures: Mean activation of one channel");
    expect(text).toContain("step 0; of the caricature, not of the target");
    const penalized = await report([picture(5)], undefined, relu, sub(relu, mul(0.1, tv({}))));
    expect(penalized).toContain("so that the target answers as strongly as possible: 0 became 5.");
  });

  test("shows the animation, closed, and links what lies beside it", async () => {
    const text = await maximizeReport({
      codec: sharpCodec,
      run: runOf([picture(1)]),
      targets: [relu],
      views: [undefined],
      examples: [],
      animations: ["data:image/gif;base64,AA"],
      files: ["run.json", "ascent.onnx"],
    });
    expect(text).toContain(
      '<img src="data:image/gif;base64,AA" alt="The picture for conv:1 from the start to the end"',
    );
    expect(text).toMatch(/Beside this page: <a href="run.json">run.json<\/a>, <a href="ascent.onnx">ascent.onnx<\/a>/);
  });

  test("has a chart for every six pictures, and a row for each", async () => {
    const text = await report(Array.from({ length: 8 }, (_, i) => picture(i)));
    expect(text.match(/<svg viewBox="0 0 460/g)).toHaveLength(2);
    expect(text).toContain("Activation by step (2 of 2)");
    expect(text).toContain("conv:7: from 0 to 7");
    expect(text.match(/<h2>conv:\d<\/h2>/g)).toHaveLength(8);
  });

  test("is the same however long the run took", async () => {
    expect(await report([picture(1)])).not.toContain("1234.5");
  });
});
