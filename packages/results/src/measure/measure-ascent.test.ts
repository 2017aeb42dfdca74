import {
  channel,
  createRng,
  diversity,
  logit,
  mul,
  openModel,
  sub,
  tensor,
  type LoadedModel,
  type Spec,
} from "@xstar/core";
import { beforeAll, describe, expect, test } from "vitest";
import { nodeRuntime } from "../../../xstar/src/runtime.js";
import { tinyModel } from "../testing/tiny-model.js";
import { measureAscent, type ComparedImages } from "./measure-ascent.js";

const side = 8;
const picture = (seed: number) => createRng(seed).uniforms(side * side, 0, 1);
const images: ComparedImages = {
  folder: "made up",
  pictures: {
    names: Array.from({ length: 30 }, (_, i) => `picture ${i}`),
    read: async (i: number) => tensor("float32", picture(i), [1, side, side]),
  },
};

let model: LoadedModel;
beforeAll(async () => {
  model = openModel(tinyModel(), { runtime: nodeRuntime({ threads: 1 }) });
});

const run = (objectives: readonly Spec[]) => ({
  pictures: tensor("float32", Float32Array.from(objectives.flatMap((_, i) => [...picture(i)])), [
    objectives.length,
    1,
    side,
    side,
  ]),
  targets: objectives.map((objective) => ({ target: JSON.stringify(objective), objective })),
  hasOpacity: false,
  options: {},
});

const relu = channel({ layer: "relu", channel: 1 });

describe("a measured ascent", () => {
  test("compares with what it saw of the data set when it is stopped", async () => {
    const controller = new AbortController();
    const onPicture = (seen: number) => seen === 8 && controller.abort();
    const { metrics, examples } = await measureAscent(model, run([relu]), {
      images,
      signal: controller.signal,
      onPicture,
    });
    expect(metrics.images).toEqual({ folder: "made up", count: 30, seen: 8, skipped: [] });
    expect(metrics.pictures[0]!.percentile).toBeDefined();
    expect(examples[0]!.examples).toHaveLength(8);
  });

  test("looks at the data set once for pictures of one target", async () => {
    const { metrics, examples, size } = await measureAscent(model, run([relu, relu]), { images });
    expect(examples[0]).toBe(examples[1]);
    expect(size).toEqual({ channels: 1, height: side, width: side });
    expect(metrics.pictures.map(({ plausibility }) => plausibility!.euclidean.name)).toEqual([
      "picture 0",
      "picture 1",
    ]);
  });

  test("has no percentile for a target that compares pictures", async () => {
    const varied = sub(relu, mul(-1, diversity({ layer: "relu" })));
    const { metrics, examples } = await measureAscent(model, run([varied, relu]), { images });
    expect(metrics.pictures[0]!.missing.percentile).toBe("The data set was not measured for this objective");
    expect(metrics.pictures[1]!.percentile).toBeDefined();
    expect(examples.map((one) => one?.objective)).toEqual([undefined, relu]);
  });

  test("finds the class of another network by its name, where both have names", async () => {
    const second = { model, labels: ["background", "cat", "dog"] };
    const named = { ...model, labels: ["cat", "dog", "bird"] };
    const options = { models: { second } };
    const objectives = [logit({ class: 1 }), logit({ class: 2 })];
    const { metrics } = await measureAscent(named, { ...run(objectives), options });
    expect(metrics.pictures[0]!.transfer).toMatchObject({ second: { class: 2, of: 3 } });
    expect(metrics.pictures[1]!.missing.transfer).toBe("second: It is not known which of its classes that is");
  });
});
