import { existsSync } from "node:fs";
import { createRng, crossEntropy, maximize, openModel, XstarError } from "@xstar/core";
import { beforeAll, describe, expect, it, test } from "vitest";
import { nodeRuntime } from "../runtime.js";
import { writeNetwork } from "../train/evaluate.js";
import { initialWeights } from "../train/network.js";
import { runPlan, objectivesOf, optionsOf, type Ascent, type AscentPlan } from "./ascent.js";
import { maximizeAll, type RunPlan } from "./maximize-all.js";

const model = writeNetwork(initialWeights(createRng(0), 10), new Map());
const planFor = (digit: number, steps: number): AscentPlan => ({
  classes: [digit, digit],
  starts: ["ones", "random"],
  steps,
  seed: 5,
});
const jobs = [planFor(1, 6), planFor(2, 2), planFor(3, 4)].map((plan) => ({ model, plan }));

const inThisThread: RunPlan = ({ model: bytes, plan }, controls) =>
  runPlan(openModel(bytes, { runtime: nodeRuntime({ threads: 1 }) }), plan, controls);

test("the article climbs on plain pixels, whatever recipe is usual", async () => {
  const opened = openModel(model, { runtime: nodeRuntime({ threads: 1 }) });
  const one = crossEntropy({ class: 1 });
  const { record } = await maximize(opened, objectivesOf([1, 1]), optionsOf(planFor(1, 1)));
  expect(record).toMatchObject({
    parameterization: { type: "pixel" },
    transforms: [],
    objectives: [one, one],
  });
});

describe("maximizeAll", () => {
  it("gives the ascents in the order of the jobs, and reports all steps of all pictures", async () => {
    const reports: (readonly [number, number])[] = [];
    const found = await maximizeAll(jobs, { run: inThisThread, onProgress: (...now) => reports.push(now) });
    expect(found.map((ascents) => ascents.map((one) => [one.class, one.start, one.steps]))).toEqual(
      jobs.map(({ plan }) => plan.starts.map((start, i) => [plan.classes[i], start, plan.steps])),
    );
    const done = reports.map(([now]) => now);
    expect(done).toEqual(done.toSorted((a, b) => a - b));
    expect(reports.at(-1)).toEqual([24, 24]);
  });

  it("stops all at the first error, and throws it", async () => {
    const stopped: unknown[] = [];
    const failing: RunPlan = ({ plan }, { signal }) =>
      new Promise((_, reject) => {
        signal!.addEventListener("abort", () => reject(stopped[stopped.push(signal!.reason) - 1]));
        if (plan.steps === 6) setTimeout(() => reject(new XstarError("bad-argument", "The first fails")), 5);
      });
    await expect(maximizeAll(jobs, { run: failing })).rejects.toThrow("The first fails");
    expect(stopped).not.toHaveLength(0);
    for (const reason of stopped) expect(reason).toMatchObject({ message: "The first fails" });
  });
});

// The thread's file is compiled JavaScript: `npm test` builds it first.
const built = new URL("../../dist/article/maximize-all.js", import.meta.url);

describe.skipIf(!existsSync(built))(
  existsSync(built) ? "maximizeAll in threads" : "maximizeAll in threads (not built: run npm run build)",
  () => {
    let inThreads: typeof maximizeAll;

    beforeAll(async () => {
      ({ maximizeAll: inThreads } = (await import(built.href)) as { maximizeAll: typeof maximizeAll });
    });

    it("gives the same numbers as here", async () => {
      const here: Ascent[][] = await maximizeAll(jobs, { run: inThisThread });
      expect(await inThreads(jobs, {})).toEqual(here);
    });

    it("stops when the signal says so, with its reason", async () => {
      const stop = new AbortController();
      const long = [1, 2].map((digit) => ({ model, plan: planFor(digit, 1_000_000) }));
      const run = inThreads(long, { signal: stop.signal, onProgress: () => stop.abort(new Error("enough")) });
      await expect(run).rejects.toThrow("enough");
    });

    it("throws the error of a thread with its code and hint", async () => {
      const bad = { model, plan: { ...planFor(1, 2), starts: ["nothing", "ones"] } };
      const error = await inThreads([bad], {}).catch((thrown: unknown) => thrown);
      const expected = await inThisThread(bad, {}).catch((thrown: unknown) => thrown);
      expect(expected).toBeInstanceOf(XstarError);
      const { code, message, hint } = expected as XstarError;
      expect(error).toMatchObject({ code, message, hint });
    });
  },
);
