import { rm } from "node:fs/promises";
import { jobsOfAtlas, planAtlas, type ContentJob, type JobRunner } from "@xstar/runs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createAtlasFolder } from "../../testing/atlas-folder.js";
import { createAtlasProgress, type AtlasProgress } from "./atlas-progress.js";
import { estimateAtlas } from "./estimate.js";

let made: Awaited<ReturnType<typeof createAtlasFolder>>;
beforeAll(async () => {
  made = await createAtlasFolder();
});
afterAll(() => rm(made.folder, { recursive: true }));

/** A machine on which a batch takes a tenth of a second and each step of a picture a hundredth, a look at a picture a fiftieth. */
function machine() {
  let clock = 0;
  const secondsOf = (job: ContentJob) =>
    job.kind === "survey"
      ? 0.2 + 0.02 * (job.range[1] - job.range[0])
      : job.kind === "pictures"
        ? 0.1 * Math.ceil(job.goals.length / job.batch) + 0.01 * job.goals.length * Number(job.ascent["steps"])
        : 0;
  let isWarm = false;
  const start = (): JobRunner => ({
    async run(job) {
      clock += 1000 * secondsOf(job) * (isWarm ? 1 : 3);
      isWarm = true;
      return new Uint8Array();
    },
    close: async () => undefined,
  });
  return { start, now: () => clock, secondsOf };
}

test("an estimate is what the work takes, and so is how far it is told to be", async () => {
  const content = { name: "tiny.onnx", sha256: "0".repeat(64), beside: [] };
  const data = { sha256: "0".repeat(64), count: 600 };
  const groups = [["conv", "scores"]];
  const plan = await planAtlas(
    await made.open(1),
    { xstar: "0", model: content, data, groups },
    { steps: 64, seed: 0 },
  );
  const jobs = jobsOfAtlas(plan);
  const { start, now, secondsOf } = machine();
  const { estimate, pace } = await estimateAtlas(plan, jobs, { start, now, threads: 1 });
  const seconds = jobs.reduce((sum, job) => sum + secondsOf(job), 0);
  expect(estimate).toMatchObject({ units: 7, layers: 2, missing: 7 });
  expect(estimate.seconds).toBeCloseTo(seconds, 6);

  const told: AtlasProgress[] = [];
  const { onDone } = createAtlasProgress(plan, jobs, { tell: (one) => told.push(one), pace });
  onDone(jobs[0]!);
  expect(told.at(-1)!.share).toBeCloseTo(secondsOf(jobs[0]!) / seconds, 6);
});
