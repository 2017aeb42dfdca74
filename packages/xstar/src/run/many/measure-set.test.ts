import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { DoneEntry, Entry } from "@xstar/runs";
import { measureSet } from "./measure-set.js";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "xstar-set-"));
});
afterEach(() => rm(folder, { recursive: true }));

async function recorded(metrics: readonly unknown[]): Promise<Entry[]> {
  return Promise.all(
    metrics.map(async (one, i) => {
      await writeFile(join(folder, `${i}.json`), JSON.stringify({ metrics: one }));
      return { target: `a:${i}`, status: "done", record: `${i}.json` } as DoneEntry;
    }),
  );
}

const layer = "mixed";
const unknown = (why: string) => ({ diversity: undefined, missing: { diversity: why } });
const notAll = unknown("Not all pictures were measured in the same layer");

describe("the diversity of a folder", () => {
  test("is the mean distance of all pairs of features", async () => {
    const entries = await recorded([
      { layer, features: [3, 0] },
      { layer, features: [0, 4] },
      { layer, features: [3, 4] },
    ]);
    const failed = { target: "b:0", status: "failed", reason: "It broke" } as Entry;
    const { diversity, ...rest } = await measureSet(folder, [...entries, failed]);
    expect(rest).toEqual({ layer, missing: {} });
    expect(diversity!.euclidean).toBeCloseTo((5 + 4 + 3) / 3, 12);
    expect(diversity!.cosine).toBeCloseTo((1 + 0.4 + 0.2) / 3, 12);
  });

  test.each([
    ["one picture", [{ layer, features: [1] }], { layer, ...unknown("One picture alone has no diversity") }],
    ["one that was not measured", [{ layer, features: [1] }, undefined], notAll],
    [
      "several layers",
      [
        { layer, features: [1] },
        { layer: "other", features: [1] },
      ],
      notAll,
    ],
    ["no layer with places", [{}, {}], unknown("No layer was chosen to read features from")],
  ])("is not known of %s", async (_, metrics, expected) => {
    expect(await measureSet(folder, await recorded(metrics))).toEqual(expected);
  });

  test("is not known where a record is gone", async () => {
    const entries = await recorded([
      { layer, features: [1] },
      { layer, features: [2] },
    ]);
    await rm(join(folder, "1.json"));
    expect(await measureSet(folder, entries)).toEqual(notAll);
  });
});
