import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { tensor, type AscentRecord, type Step } from "@xstar/core";
import { createFrames, decodeAscent } from "@xstar/runs";
import type { RunFacts } from "@xstar/results";
import { afterAll, beforeAll, expect, test } from "vitest";
import { checkpointFile, createCheckpoints } from "./checkpoints.js";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "xstar-checkpoints-"));
});
afterAll(() => rm(folder, { recursive: true }));

const picture = tensor("float32", [0], [1, 1, 1, 1]);
const frames = createFrames();
frames.add({ index: 0, picture });

function step(index: number): Step {
  const gradientNorm = new Float32Array(1);
  const best = { picture, inputs: {}, steps: [0], values: gradientNorm, means: gradientNorm };
  const measured = { gradientNorm, networkGradientNorm: gradientNorm, picture, inputs: {} };
  const rest = { ...measured, state: {}, curve: [gradientNorm], watch: {}, divergedAt: [null], redirected: [0], best };
  const identity = { weights: "", graph: "", beginning: "" };
  const record = {} as AscentRecord;
  const checkpoint = () => ({ record, identity, index, ...rest });
  return { ...measured, index, objective: gradientNorm, watch: {}, checkpoint };
}

const facts = { xstar: "0", threads: 1, pictures: [] } as unknown as RunFacts;
const path = () => checkpointFile(folder);
const written = async () => {
  const { index } = decodeAscent(await readFile(path()), "x").checkpoint;
  await rm(path());
  return index;
};

test("without a number of steps one is written after a second, then every ten, and takes a twentieth of the time at most", async () => {
  let time = 0;
  let writingTakes = 0;
  const now = () => time;
  const seconds = () => {
    time += writingTakes;
    return time / 1000;
  };
  const checkpoints = createCheckpoints({ path: path(), facts, frames, seconds, now });
  const at = async (ms: number, index: number) => {
    time = ms;
    await checkpoints.afterStep(step(index));
    return written().catch(() => undefined);
  };
  expect(await at(5_000, 0)).toBe(undefined);
  expect(await at(5_999, 1)).toBe(undefined);
  expect(await at(6_000, 2)).toBe(2);
  expect(await at(15_999, 2)).toBe(undefined);
  expect(await at(16_000, 3)).toBe(3);
  writingTakes = 1000;
  expect(await at(26_000, 4)).toBe(4);
  expect(await at(46_999, 5)).toBe(undefined);
  expect(await at(47_000, 6)).toBe(6);
});

test("with a number of steps one is written at its multiples", async () => {
  const checkpoints = createCheckpoints({ path: path(), facts, frames, every: 3, seconds: () => 0 });
  const indices: (number | undefined)[] = [];
  for (let index = 0; index < 8; index++) {
    await checkpoints.afterStep(step(index));
    indices.push(await written().catch(() => undefined));
  }
  expect(indices.filter((index) => index !== undefined)).toEqual([3, 6]);
});
