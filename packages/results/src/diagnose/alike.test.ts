import { createRng } from "@xstar/core";
import { expect, test } from "vitest";
import { alikeIn } from "./alike.js";
import type { Observations } from "./observe.js";

const rng = createRng(3);
const copy = (i: number) =>
  Uint8Array.from(rng.split(`copy ${i}`).normals(144, 128, 40), (x) => Math.min(255, Math.max(0, x)));
const scores = (i: number, classes: number) => Float32Array.from(rng.split(`scores ${i}`).normals(classes));
const mixed = <T extends Uint8Array | Float32Array>(a: T, b: T, share: number) =>
  a.map((x, i) => (1 - share) * x + share * b[i]!) as T;

function observations(some: readonly { copy: Uint8Array; scores: Float32Array }[]): Observations {
  return {
    classes: some[0]!.scores.length,
    logits: new Map(some.map(({ scores }, at) => [at, scores])),
    prints: { copies: some.map((one) => one.copy) },
  } as unknown as Observations;
}

const pictures = (classes: number) => [
  { copy: copy(0), scores: scores(0, classes) },
  // the first one, cut
  { copy: mixed(copy(0), copy(9), 0.3), scores: mixed(scores(0, classes), scores(9, classes), 0.2) },
  // looks like it, and is something else
  { copy: mixed(copy(0), copy(8), 0.3), scores: scores(2, classes) },
  // is the same, and looks otherwise
  { copy: copy(3), scores: scores(0, classes) },
];

test("pictures are alike that look so and that the network sees so", () => {
  const all = observations(pictures(200));
  expect([...alikeIn(all, all)]).toEqual([[1, 0]]);
  expect([...alikeIn(observations(pictures(200).slice(0, 1)), all)]).toEqual([
    [0, 0],
    [1, 0],
  ]);
});

test("a network of few classes does not tell pictures apart", () => {
  const all = observations(pictures(10));
  expect(alikeIn(all, all).size).toBe(0);
});
