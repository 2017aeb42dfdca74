import { existsSync } from "node:fs";
import { cp, readFile, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createRng, momentum, type Spec } from "@xstar/core";
import { beforeAll, describe, expect, it } from "vitest";
import { loadDataset } from "../data/dataset.js";
import { classify, writeNetwork } from "./evaluate.js";
import { type TrainingReport } from "./job.js";
import { train } from "./loop.js";
import { initialWeights } from "./network.js";
import { learningRateAt, recipeHash, stepsOf, type TrainingRecipe } from "./recipe.js";
import { compileTraining } from "./step.js";
import { data, dataset, few, recipe, runtime, small, temporary, useBands } from "../testing/training.js";

useBands();

describe("the loop", () => {
  it("lowers the loss and raises the accuracy, seeing every picture once an epoch", async () => {
    const seen: { loss: number; accuracy: number; epoch: number; step: number }[] = [];
    let weights = {};
    for await (const now of train(runtime, dataset.train, recipe({ epochs: 4 }))) {
      seen.push({ loss: now.loss, accuracy: now.accuracy, epoch: now.epoch, step: now.step });
      weights = now.weights();
    }
    expect(seen.map(({ step }) => step)).toEqual(Array.from({ length: 24 }, (_, i) => i + 1));
    expect(seen.map(({ epoch }) => epoch)).toEqual(Array.from({ length: 24 }, (_, i) => Math.floor(i / 6)));
    // both are slow means: the first value stays in them
    expect(seen.at(-1)!.loss).toBeLessThan(0.9 * seen[0]!.loss);
    expect(seen.at(-1)!.accuracy).toBeGreaterThan(seen[0]!.accuracy);
    const predicted = await classify(runtime, writeNetwork(weights, new Map()), dataset.test);
    const right = predicted.filter((label, i) => label === dataset.test.labels[i]).length;
    expect(right / dataset.test.count).toBeGreaterThan(0.9);
  });

  it("names pictures of the wrong size", async () => {
    const { train: wrong } = await loadDataset(small);
    await expect(train(runtime, wrong, recipe()).next()).rejects.toMatchObject({
      code: "bad-data",
      message: expect.stringMatching(
        /^The article's network takes pictures of 28 x 28, but those of "xstar-bands-\w+" are 8 x 8$/,
      ),
    });
  });
});

describe("a training step", () => {
  it("reports the cross-entropy and the right answers of the network before it", async () => {
    const weights = initialWeights(createRng(3), 3);
    const training = await compileTraining(runtime, weights, momentum({}), 8);
    const { images, labels } = dataset.train;
    const pixels = 28 * 28;
    const { loss, correct } = await training.run(
      training.begin(weights),
      images.slice(0, 8 * pixels),
      labels.slice(0, 8),
      0.1,
    );
    await training.release();
    const session = await runtime.open(writeNetwork(weights, new Map()));
    const values = Float32Array.from(images.subarray(0, 8 * pixels), (x) => x / 255);
    const results = await session.run({ image: { dtype: "float32", shape: [8, 1, 28, 28], data: values } });
    await session.release();
    const probabilities = results["probabilities"]!.data as Float32Array;
    const rows = Array.from({ length: 8 }, (_, i) => probabilities.subarray(3 * i, 3 * i + 3));
    const expected = -rows.reduce((sum, row, i) => sum + Math.log(row[labels[i]!]!), 0) / 8;
    expect(loss).toBeCloseTo(expected, 3);
    expect(correct).toBe(rows.filter((row, i) => row.indexOf(Math.max(...row)) === labels[i]).length);
  });

  it("at rate 0 changes nothing, and else lowers the loss of its batch", async () => {
    const weights = initialWeights(createRng(3), 3);
    const training = await compileTraining(runtime, weights, momentum({}), 8);
    const images = dataset.train.images.slice(0, 8 * 28 * 28);
    const labels = dataset.train.labels.slice(0, 8);
    const first = await training.run(training.begin(weights), images, labels, 0);
    expect(first.state["dense2.weight"]!.data).toEqual(weights["dense2.weight"]!.data);
    const second = await training.run(first.state, images, labels, 0.001);
    expect(second.loss).toBe(first.loss);
    const third = await training.run(second.state, images, labels, 0.001);
    expect(third.loss).toBeLessThan(second.loss);
    await training.release();
  });
});

describe("a recipe", () => {
  it("has another hash when anything in it changes", () => {
    const changes: Partial<TrainingRecipe>[] = [
      {},
      { data: "other" },
      { test: "other" },
      { seed: 1 },
      { epochs: 3 },
      { batch: 17 },
      { optimizer: momentum({ learningRate: 0.03 }) },
      { optimizer: momentum({ learningRate: 0.02, momentum: 0.8 }) },
      { warmup: 0.1 },
      { threads: 2 },
    ];
    const hashes = changes.map((change) => recipeHash(recipe(change)));
    expect(new Set(hashes).size).toBe(changes.length);
    expect(hashes[0]).toBe(recipeHash(recipe()));
    expect(hashes[0]).toMatch(/^[0-9a-f]{16}$/);
  });

  it("takes whole batches, and as many as it needs for every picture", () => {
    expect(stepsOf(recipe({ epochs: 3, batch: 32 }), 96)).toBe(9);
    expect(stepsOf(recipe({ epochs: 3, batch: 32 }), 97)).toBe(12);
  });

  it("climbs to its learning rate and falls in a straight line", () => {
    const rates = Array.from({ length: 10 }, (_, step) => learningRateAt(recipe(), step, 10));
    [0.01, 0.02, 0.02, 0.0175, 0.015, 0.0125, 0.01, 0.0075, 0.005, 0.0025].forEach((rate, i) =>
      expect(rates[i]).toBeCloseTo(rate, 10),
    );
    const abrupt = recipe({ warmup: 0, optimizer: momentum({ learningRate: 1 }) as Spec });
    expect(learningRateAt(abrupt, 0, 4)).toBe(1);
  });
});

// The thread's file is compiled JavaScript: `npm test` builds it first.
const built = new URL("../../dist/train/trained-network.js", import.meta.url);

describe.skipIf(!existsSync(built))(
  existsSync(built) ? "trainNetwork" : "trainNetwork (not built: run npm run build)",
  () => {
    type TrainNetwork = typeof import("./trained-network.js").trainNetwork;
    let trainNetwork: TrainNetwork;
    const options = { epochs: 2, batch: 16, optimizer: momentum({ learningRate: 0.02 }) };

    beforeAll(async () => {
      ({ trainNetwork } = (await import(built.href)) as { trainNetwork: TrainNetwork });
    });

    it("trains in a thread, keeps the network, and gives the same bytes from the cache", async () => {
      const cache = await temporary();
      const reports: TrainingReport[] = [];
      const first = await trainNetwork({ ...options, data, cache, onProgress: (one) => reports.push(one) });
      expect(first).toMatchObject({ finished: true, cached: false, recipe: { seed: 0, epochs: 2, batch: 16 } });
      expect(reports.at(-1)).toMatchObject({ step: 12, steps: 12 });
      const files = await readdir(cache);
      const name = `network-${recipeHash(first.recipe)}`;
      expect(files.sort()).toEqual([`${name}.json`, `${name}.onnx`]);
      const second = await trainNetwork({ ...options, data, cache });
      // toEqual takes seconds for megabytes
      expect(Buffer.from(second.model).equals(first.model)).toBe(true);
      expect({ ...second, model: 0 }).toEqual({ ...first, model: 0, cached: true });
      expect((await trainNetwork({ ...options, data, cache, seed: 1 })).cached).toBe(false);
    });

    it("trains again for another test set, another number of threads, and a damaged network", async () => {
      const cache = await temporary();
      const copy = await temporary();
      await cp(data, copy, { recursive: true });
      const given = { ...options, epochs: 1, cache, data: copy };
      const first = await trainNetwork(given);
      const path = join(cache, `network-${recipeHash(first.recipe)}.onnx`);
      expect((await trainNetwork(given)).cached).toBe(true);

      const damaged = Buffer.from(first.model);
      damaged[damaged.length - 100]! ^= 1;
      await writeFile(path, damaged);
      const again = await trainNetwork(given);
      expect(again.cached).toBe(false);
      expect(Buffer.from(again.model).equals(first.model)).toBe(true);

      const two = await trainNetwork({ ...given, threads: 2 });
      expect(two).toMatchObject({ cached: false, recipe: { threads: 2 } });

      const labels = join(copy, "t10k-labels-idx1-ubyte");
      const bytes = await readFile(labels);
      bytes[8] = 2;
      await writeFile(labels, bytes);
      const other = await trainNetwork(given);
      expect(other.cached).toBe(false);
      expect(other.confusion.matrix).not.toEqual(first.confusion.matrix);
    });

    it("that is aborted gives the best so far and goes on later to the same bytes", async () => {
      const [cache, other] = [await temporary(), await temporary()];
      const controller = new AbortController();
      const aborted = await trainNetwork({
        ...options,
        data,
        cache,
        signal: controller.signal,
        onProgress: () => controller.abort(),
      });
      expect(aborted).toMatchObject({ finished: false, cached: false });
      expect(aborted.confusion.accuracy).toBeGreaterThanOrEqual(0);
      expect((await readdir(cache)).map((name) => name.split(".").at(-1))).toEqual(["checkpoint"]);
      const resumed = await trainNetwork({ ...options, data, cache });
      const whole = await trainNetwork({ ...options, data, cache: other });
      expect(resumed.finished).toBe(true);
      expect(Buffer.from(resumed.model).equals(whole.model)).toBe(true);
    });

    it("tells of a damaged checkpoint and trains all the same", async () => {
      const cache = await temporary();
      await trainNetwork({ ...options, data, cache, signal: AbortSignal.abort() });
      const [name] = await readdir(cache);
      await writeFile(join(cache, name!), "nonsense");
      const warnings: string[] = [];
      const { finished } = await trainNetwork({ ...options, data, cache, onWarning: (one) => warnings.push(one) });
      expect(finished).toBe(true);
      expect(warnings).toEqual([few, expect.stringContaining(`${name}.damaged", and the training begins again`)]);
    });

    it("aborted before it begins still gives a network", async () => {
      const cache = await temporary();
      const { finished, model } = await trainNetwork({ ...options, data, cache, signal: AbortSignal.abort() });
      expect(finished).toBe(false);
      expect(await classify(runtime, model, dataset.test)).toHaveLength(dataset.test.count);
    });

    it("passes on what is wrong with the data or the options, in one sentence", async () => {
      const cache = await temporary();
      await expect(trainNetwork({ ...options, data: small, cache })).rejects.toMatchObject({
        code: "bad-data",
        message: expect.stringContaining("28 x 28"),
      });
      await expect(trainNetwork({ ...options, data: join(cache, "none"), cache })).rejects.toMatchObject({
        code: "file-not-readable",
      });
      for (const [wrong, message] of [
        [{ epochs: 0 }, '"epochs" must be a whole number from 1 to 10000: current value is 0'],
        [{ batch: 1.5 }, '"batch" must be a whole number from 1 to 4096: current value is 1.5'],
        [{ threads: 257 }, '"threads" must be a whole number from 1 to 256: current value is 257'],
        [
          { seed: 2 ** 53 },
          '"seed" must be a whole number from 0 to 9007199254740991: current value is 9007199254740992',
        ],
        [
          { optimizer: { type: "momentum", learningRate: -1 } },
          '"learningRate" must be a number of at least 0: current value is -1',
        ],
      ] as const) {
        await expect(trainNetwork({ ...options, ...wrong, data, cache })).rejects.toMatchObject({
          code: "bad-argument",
          message,
        });
      }
    });
  },
);
