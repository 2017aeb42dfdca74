import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Entry } from "@xstar/results";
import { readAllMetrics } from "./recorded.js";

test("the metrics of a folder are those of its finished pictures; undefined where a record is gone or damaged", async () => {
  const folder = await mkdtemp(join(tmpdir(), "xstar-set-"));
  try {
    await writeFile(join(folder, "0.json"), JSON.stringify({ metrics: { layer: "mixed", features: [1] } }));
    await writeFile(join(folder, "1.json"), "{");
    const done = [0, 1, 2].map((i) => ({ target: `a:${i}`, status: "done", record: `${i}.json` }));
    const entries = [...done, { target: "b:0", status: "failed", reason: "It broke" }] as Entry[];
    expect(await readAllMetrics(folder, entries)).toEqual([{ layer: "mixed", features: [1] }, undefined, undefined]);
  } finally {
    await rm(folder, { recursive: true });
  }
});
