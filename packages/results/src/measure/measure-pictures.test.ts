import { existsSync } from "node:fs";
import { join } from "node:path";
import { createRng, logit, numbers, openModel, tensor, type Tensor } from "@xstar/core";
import { beforeAll, describe, expect, test } from "vitest";
import { readImage } from "../../../xstar/src/files/image.js";
import { loadModel } from "../../../xstar/src/load.js";
import { nodeRuntime } from "../../../xstar/src/runtime.js";
import { tinyModel } from "../testing/tiny-model.js";
import { measurePictures } from "./measure-pictures.js";
import { featureLayer, scanDataset, type DatasetScan } from "./scan-dataset.js";

const model = openModel(tinyModel(), { runtime: nodeRuntime({ threads: 1 }) });
const picture = (seed: number, side = 8) => createRng(seed).uniforms(side * side, 0, 1);
const batchOf = (seeds: readonly number[], side = 8): Tensor =>
  tensor("float32", Float32Array.from(seeds.flatMap((seed) => [...picture(seed, side)])), [
    seeds.length,
    1,
    side,
    side,
  ]);

const source = {
  names: Array.from({ length: 11 }, (_, i) => `picture ${i}`),
  read: async (i: number) => {
    if (i === 3) throw new Error("damaged");
    return tensor("float32", picture(i), [1, 8, 8]);
  },
};

let scan: DatasetScan;
beforeAll(async () => {
  scan = await scanDataset(model, source, { objectives: ["relu:2", "logit:1"], layer: "relu", batch: 4 });
});

describe("a survey", () => {
  test("has activations and features of every picture that could be read", () => {
    expect(scan.names).toEqual(source.names.toSpliced(3, 1));
    expect(scan.features.map(({ length }) => length)).toEqual(Array(10).fill(4));
    const [relu, score] = scan.objectives;
    expect(relu!.activations[5]).toBeCloseTo(scan.features[5]![2]!, 5);
    expect(score!.objective).toEqual(logit({ class: 1 }));
  });

  test("can be stopped", async () => {
    const controller = new AbortController();
    const onPicture = (seen: number) => seen === 2 && controller.abort();
    const part = await scanDataset(model, source, {
      objectives: ["relu:0"],
      batch: 1,
      signal: controller.signal,
      onPicture,
    });
    expect(part.names).toEqual(["picture 0", "picture 1"]);
  });

  test("reads the last layer with places", async () => {
    expect(await featureLayer(model)).toBe("relu");
  });
});

describe("measured pictures", () => {
  test("of the data set are their own nearest examples", async () => {
    const { pictures, layer, diversity } = await measurePictures(model, batchOf([5, 0]), {
      objective: logit({ class: 1 }),
      dataset: scan,
      others: { again: { model, classFor: (index) => index + 1 }, same: { model } },
    });
    expect(layer).toBe("relu");
    const activations = scan.objectives[1]!.activations;
    expect(pictures[0]!.activation).toBeCloseTo(activations[4]!, 4);
    const below = activations.filter((x) => x < activations[4]! - 1e-4).length;
    expect(Math.abs(pictures[0]!.percentile! - 10 * below)).toBeLessThanOrEqual(10);
    pictures.forEach(({ plausibility }, i) => {
      expect(plausibility!.euclidean.name).toBe(["picture 5", "picture 0"][i]);
      expect(plausibility!.euclidean.distance).toBeCloseTo(0, 4);
      expect(plausibility!.cosine!.distance).toBeCloseTo(0, 5);
    });
    expect(pictures[0]!.recognition).toMatchObject({ class: 1, of: 3 });
    expect(pictures[0]!.transfer).toEqual({
      again: expect.objectContaining({ class: 2, of: 3 }),
      same: pictures[0]!.recognition,
    });
    expect(diversity!.euclidean).toBeGreaterThan(0.01);
  });

  test("have an objective each, and any size", async () => {
    const given = batchOf([1, 2], 16);
    const { pictures, missing } = await measurePictures(model, given, { objective: ["relu:2", "logit:1 - relu:0"] });
    expect(pictures[0]!.activation).not.toBeCloseTo(pictures[1]!.activation!, 3);
    expect(Object.keys(pictures[0]!.missing).toSorted()).toEqual([
      "percentile",
      "plausibility",
      "recognition",
      "transfer",
    ]);
    expect(missing.diversity).toBe("No layer was chosen to read features from");
    expect(numbers(given)).toHaveLength(512);
  });

  test("are looked at together where the objective compares them, and on grey where they are transparent", async () => {
    const { data } = batchOf([1, 2, 3]);
    const seen = new Float32Array(3 * 128);
    const transparent = tensor("float32", seen, [3, 2, 8, 8]);
    const isSolid = [1, 1, 0];
    for (let i = 0; i < 3; i++) {
      seen.set((data as Float32Array).subarray(i * 64, (i + 1) * 64), i * 128);
      seen.fill(isSolid[i]!, i * 128 + 64, (i + 1) * 128);
    }
    const objective = ["relu:2", "diversity:layer=relu", "opacity + relu:2"];
    const options = { hasOpacity: true };
    const { pictures } = await measurePictures(model, transparent, { objective, options, batch: 3, layer: "relu" });
    const grey = tensor("float32", new Float32Array(64).fill(0.5), [1, 1, 8, 8]);
    const relu = async (given: Tensor) =>
      (await measurePictures(model, given, { objective: "relu:2" })).pictures[0]!.activation!;
    expect(pictures[0]!.activation).toBeCloseTo(await relu(batchOf([1])), 5);
    expect(pictures[1]!.activation).toBeGreaterThanOrEqual(-2);
    expect(pictures[1]!.activation).toBeLessThan(0);
    expect(pictures[2]!.activation).toBeCloseTo(await relu(grey), 5);
    expect(pictures[2]!.spectrumSlope).toBeUndefined();
  });

  test("of another objective than the survey's have no percentile, of another layer no neighbours", async () => {
    const { pictures } = await measurePictures(model, batchOf([1]), {
      objective: "relu:1",
      layer: "conv",
      dataset: scan,
    });
    expect(pictures[0]!.missing).toMatchObject({
      percentile: "The data set was not measured for this objective",
      plausibility: "The features of the data set are not known",
    });
  });
});

const shared = join(import.meta.dirname, "../../../../../shared");
const isThere = existsSync(shared);

describe.skipIf(!isThere)(`a photograph in ${shared}${isThere ? "" : " (missing)"}`, () => {
  test("of a tabby has the score and the rank of the reference, here and in a second network", async () => {
    const photo = join(shared, "photos", "cat_720p_224.png");
    const { shape, ...rest } = await readImage(photo, { channels: 3, height: 224, width: 224 });
    const load = async (name: string, mean: readonly number[], std: number) => ({
      model: await loadModel(join(shared, "models", name, `${name}.onnx`), { runtime: nodeRuntime({ threads: 1 }) }),
      options: { contract: { mean, std: [std] } },
    });
    const { model: net, options } = await load("bvlc-googlenet", [0.48109378, 0.45752458, 0.40787054], 1 / 255);
    const squeezenet = await load("squeezenet-v1.1", [0.48109378, 0.45752458, 0.40787054], 1 / 255);
    const objective = logit({ class: 281 });
    const { pictures } = await measurePictures(
      net,
      { shape: [1, ...shape], ...rest },
      { objective, options, others: { squeezenet } },
    );
    expect(pictures[0]!.activation).toBeCloseTo(13.928, 2);
    expect(pictures[0]!.recognition).toMatchObject({ rank: 2, of: 1000 });
    expect(pictures[0]!.transfer!["squeezenet"]!.rank).toBeLessThanOrEqual(5);
  });
});
