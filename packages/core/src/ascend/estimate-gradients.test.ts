import { describe, expect, it } from "vitest";
import type { Tensors } from "../define/definition.js";
import { createRng } from "../rng.js";
import { numbers, tensor } from "../tensor.js";
import { estimateGradients } from "./estimate-gradients.js";

/** Minus the weighted squared distance of each picture from a place of its own. */
const weights = [1, 4, 0.5, 2];
const places = [
  [1, 0, -2, 0.5],
  [-1, 3, 0, 0],
];
const hill = (x: readonly number[], place: readonly number[]) =>
  -x.reduce((sum, value, i) => sum + weights[i]! * (value - place[i]!) ** 2, 0);
const slope = (x: readonly number[], place: readonly number[]) =>
  x.map((value, i) => -2 * weights[i]! * (value - place[i]!));

const variables: Tensors = { pixels: tensor("float32", [0, 1, 0, 1, 2, 0, 1, 0], [2, 4]) };
const rows = ({ pixels }: Tensors) => [numbers(pixels!).slice(0, 4), numbers(pixels!).slice(4)];
const objective = async (moved: Tensors) => Float32Array.from(rows(moved), (row, k) => hill(row, places[k]!));
const rngs = [0, 1].map((stream) => createRng(7).split(stream));
const sampling = { pairs: 4000, deviation: 0.1, objective, rngs };

/** How many standard errors estimates are off: a direction's share of a gradient g has variance |g|^2 + g_i^2. */
function offBy(found: readonly number[], wanted: readonly number[], pairs: number): number[] {
  const square = wanted.reduce((sum, x) => sum + x * x, 0);
  return found.map((x, i) => Math.abs(x - wanted[i]!) / Math.sqrt((square + wanted[i]! ** 2) / pairs));
}

describe("gradients estimated by forward passes", () => {
  it("are those of a quadratic on average, for each picture its own", async () => {
    const found = rows(await estimateGradients(variables, sampling));
    const off = rows(variables).flatMap((x, k) => offBy(found[k]!, slope(x, places[k]!), sampling.pairs));
    expect(Math.max(...off)).toBeLessThan(4);
    // no closer than chance allows, either
    const meanSquare = off.reduce((sum, z) => sum + z * z, 0) / off.length;
    expect(meanSquare).toBeGreaterThan(0.2);
  });

  it("are the sum over the pictures for what they share", async () => {
    const shared: Tensors = { all: tensor("float32", [0.5, 0, 0, 1], [1, 4]) };
    const both = async ({ all }: Tensors) => Float32Array.from(places, (place) => hill(numbers(all!), place));
    const { all } = await estimateGradients(shared, { ...sampling, objective: both });
    const wanted = places
      .map((place) => slope(numbers(shared["all"]!), place))
      .reduce((a, b) => a.map((x, i) => x + b[i]!));
    expect(Math.max(...offBy(numbers(all!), wanted, sampling.pairs))).toBeLessThan(4);
  });

  it("of a picture do not depend on those beside it", async () => {
    const few = { ...sampling, pairs: 3 };
    const [first] = rows(
      await estimateGradients(variables, { ...few, rngs: [0, 1].map((k) => createRng(7).split(k)) }),
    );
    const alone = { pixels: tensor("float32", rows(variables)[0]!, [1, 4]) };
    const { pixels } = await estimateGradients(alone, {
      ...few,
      rngs: [createRng(7).split(0)],
      objective: async ({ pixels: x }) => Float32Array.of(hill(numbers(x!), places[0]!)),
    });
    expect(numbers(pixels!)).toEqual(first);
  });

  it("end at once when they are not wanted any more", async () => {
    const stop = new AbortController();
    let passes = 0;
    const counted = async (moved: Tensors) => {
      if (++passes === 4) stop.abort();
      return objective(moved);
    };
    const run = estimateGradients(variables, { ...sampling, objective: counted, signal: stop.signal });
    await expect(run).rejects.toMatchObject({ code: "aborted" });
    expect(passes).toBe(4);
  });
});
