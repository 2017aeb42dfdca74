import { tensor, type Probe, type Tensor } from "@xstar/core";
import { expect, test } from "vitest";
import { lookAt } from "./look.js";

/** Gives each picture's sum. */
function summing(batch: number): Probe & { runs: number } {
  return {
    runs: 0,
    shape: [batch, 1, 1, 2],
    assumed: [],
    async run({ data }: Tensor) {
      this.runs++;
      const sums = Array.from({ length: batch }, (_, i) => Number(data[2 * i]) + Number(data[2 * i + 1]));
      return { sum: tensor("float32", sums) };
    },
    release: async () => undefined,
  };
}

const source = (count: number, broken: readonly number[] = []) => ({
  names: Array.from({ length: count }, (_, i) => `picture ${i}`),
  read: async (i: number) => {
    if (broken.includes(i)) throw new Error(`no picture ${i}`);
    return tensor("float32", [i, 100], [1, 1, 2]);
  },
});

async function sums(batch: number, count: number, broken?: readonly number[]) {
  const probe = summing(batch);
  const seen: unknown[] = [];
  for await (const sight of lookAt(probe, source(count, broken)))
    seen.push("error" in sight ? String(sight.error) : [sight.index, sight.values["sum"]!.data[0]]);
  return { seen, runs: probe.runs };
}

test("all pictures are seen in order, whatever the batch", async () => {
  const wanted = [0, 1, 2, 3, 4].map((i) => [i, i + 100]);
  expect(await sums(2, 5)).toEqual({ seen: wanted, runs: 3 });
  expect((await sums(1, 5)).seen).toEqual(wanted);
  expect((await sums(8, 5)).seen).toEqual(wanted);
  expect(await sums(8, 0)).toEqual({ seen: [], runs: 0 });
});

test("a picture that cannot be read is passed over, and a batch of none is not run", async () => {
  const { seen, runs } = await sums(2, 5, [1, 2, 3]);
  expect(seen).toEqual([[0, 100], "Error: no picture 1", "Error: no picture 2", "Error: no picture 3", [4, 104]]);
  expect(runs).toBe(2);
});

test("looking can be stopped", async () => {
  const probe = summing(1);
  for await (const { index } of lookAt(probe, source(5))) if (index === 1) break;
  expect(probe.runs).toBe(2);
});
