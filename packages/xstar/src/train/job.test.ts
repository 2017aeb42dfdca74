import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { decodeCheckpoint, encodeCheckpoint } from "./checkpoint.js";
import { classify } from "./evaluate.js";
import { work, type TrainingJob, type TrainingOutcome, type TrainingReport } from "./job.js";
import { train } from "./loop.js";
import { recipeHash, type TrainingRecipe } from "./recipe.js";
import { data, dataset, few, recipe, runtime, temporary, useBands } from "../testing/training.js";

useBands();

describe("a training job", () => {
  interface Given {
    readonly recipe?: TrainingRecipe;
    readonly checkpoint: string;
    readonly stopAt?: number;
  }
  async function run({ recipe: own = recipe(), checkpoint, stopAt = Infinity }: Given) {
    const reports: TrainingReport[] = [];
    const warnings: string[] = [];
    let asked = 0;
    const job: TrainingJob = { recipe: own, data, checkpoint };
    const outcome = await work(job, {
      report: (one) => reports.push(one),
      warn: (one) => warnings.push(one),
      isStopped: () => ++asked >= stopAt,
    });
    return { ...outcome, reports, warnings };
  }
  let whole: TrainingOutcome;
  let folder = "";
  const file = (name: string) => join(folder, name);

  beforeAll(async () => {
    folder = await temporary();
    whole = await run({ checkpoint: file("whole") });
  });

  it("ends with a network that knows its classes, after reporting every epoch", async () => {
    const again = await run({ checkpoint: file("again") });
    expect(whole).toMatchObject({ steps: 12, finished: true });
    expect(whole.confusion.accuracy).toBeGreaterThan(0.9);
    expect(again.reports.filter(({ tested }) => tested !== null).length).toBeGreaterThan(0);
    expect(again.reports.at(-1)).toMatchObject({ step: 12, steps: 12 });
    expect(Buffer.from(again.model).equals(whole.model)).toBe(true);
  });

  it("gives another network for another seed", async () => {
    const other = await run({ checkpoint: file("other"), recipe: recipe({ seed: 1 }) });
    expect(Buffer.from(other.model).equals(whole.model)).toBe(false);
  });

  it.each([1, 3, 6])(
    "that is stopped leaves a usable network and a checkpoint, and goes on to the same bytes (call %i)",
    async (stopAt) => {
      const checkpoint = file(`stopped${stopAt}`);
      const stopped = await run({ checkpoint, stopAt });
      expect(stopped.finished).toBe(false);
      expect(stopped.steps).toBeLessThan(12);
      expect(await classify(runtime, stopped.model, dataset.test)).toHaveLength(dataset.test.count);
      const kept = decodeCheckpoint(await readFile(checkpoint), checkpoint);
      expect(kept).toMatchObject({ step: stopped.steps, hash: recipeHash(recipe()) });
      const resumed = await run({ checkpoint });
      expect(resumed).toMatchObject({ steps: 12, finished: true });
      expect(Buffer.from(resumed.model).equals(whole.model)).toBe(true);
    },
  );

  it("that is stopped again keeps the best so far, its means and its time", async () => {
    const checkpoint = file("twice");
    const first = await run({ checkpoint, stopAt: 7 });
    expect(first.steps).toBe(7);
    const kept = decodeCheckpoint(await readFile(checkpoint), checkpoint);
    expect(kept.seconds).toBeGreaterThan(0);
    expect(Buffer.from(kept.best!.model).equals(first.model)).toBe(true);
    // as if it had been perfect, and slow
    const best = { ...kept.best!, confusion: { ...kept.best!.confusion, accuracy: 2 } };
    await writeFile(checkpoint, encodeCheckpoint({ ...kept, best, seconds: 1000 }));
    const second = await run({ checkpoint, stopAt: 1 });
    expect(second).toMatchObject({ steps: 8, finished: false, confusion: { accuracy: 2 } });
    expect(second.seconds).toBeGreaterThan(1000);
    expect(Buffer.from(second.model).equals(first.model)).toBe(true);
    const means: number[] = [];
    for await (const { loss } of train(runtime, dataset.train, recipe())) means.push(loss);
    expect(second.reports[0]!.loss).toBeCloseTo(means[7]!, 6);
    const third = await run({ checkpoint });
    expect(third.confusion.accuracy).toBeLessThanOrEqual(1);
    expect(Buffer.from(third.model).equals(whole.model)).toBe(true);
  });

  it.each([
    ["nonsense", () => Buffer.from("nonsense")],
    ["cut short", (whole: Uint8Array) => whole.subarray(0, whole.length / 2)],
  ])("sets a damaged checkpoint aside, says so, and begins again: %s", async (name, damage) => {
    const checkpoint = file(name);
    await run({ checkpoint, stopAt: 2 });
    const damaged = damage(await readFile(checkpoint));
    await writeFile(checkpoint, damaged);
    const { model, warnings } = await run({ checkpoint });
    expect(warnings).toEqual([
      few,
      `"${checkpoint}" is not a whole checkpoint: it is now "${checkpoint}.damaged", and the training begins again`,
    ]);
    expect(Buffer.from(damaged).equals(await readFile(`${checkpoint}.damaged`))).toBe(true);
    expect(Buffer.from(model).equals(whole.model)).toBe(true);
  });

  it("begins again, without a word, when the checkpoint is of another recipe", async () => {
    const checkpoint = file("broken");
    await run({ checkpoint, stopAt: 2, recipe: recipe({ seed: 5 }) });
    const { model, warnings } = await run({ checkpoint });
    expect(warnings).toEqual([few]);
    expect(Buffer.from(model).equals(whole.model)).toBe(true);
  });
});
