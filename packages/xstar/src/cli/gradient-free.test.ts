import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { fourBitNetwork } from "../../../core/src/testing/models.js";
import { folder, maximize, readJson, useRunsFolder, xstar } from "../testing/runs-folder.js";

useRunsFolder();

describe("a target that cannot be differentiated", () => {
  beforeAll(() => writeFile(join(folder, "four-bit.onnx"), fourBitNetwork()));
  const command = ["four-bit.onnx", "scores:1", "--recipe", "none", "--steps", "20", "--format", "none"];

  test("is refused, with the flag that goes without a gradient", async () => {
    const { code, err } = await xstar("maximize", ...command);
    expect(code).toBe(1);
    expect(err).toContain("no vjp rule for com.microsoft::MatMulBnb4");
    expect(err).toContain("on the command line --gradient-free");
  });

  test("is climbed as a black box, which says how long it takes, and again from its picture", async () => {
    const { err, out } = await maximize(...command, "--gradient-free", "--pairs", "16", "--out", "free");
    expect(err).toMatch(/Note: a black box, which is slow: 20 steps of 16 pairs of forward passes, about \d+ s/);
    expect(out).toContain("scores:1");
    const { ascent, pictures } = await readJson("free/run.json");
    expect(ascent.gradientFree).toEqual({ pairs: 16, deviation: 0.1 });
    expect(pictures[0].activation.end).toBeGreaterThan(pictures[0].activation.start + 0.5);
    expect(await readFile(join(folder, "free", "report.html"), "utf8")).toContain("none (black box)");
    const repeated = await maximize("--from", join("free", "scores-1.png"), "--out", "again");
    expect(repeated.out).toContain("bit for bit");
    const more = await maximize("--from", join("free", "scores-1.png"), "--pairs", "4", "--out", "fewer");
    expect(more.out).not.toContain("bit for bit");
    expect((await readJson("fewer/run.json")).ascent.gradientFree).toEqual({ pairs: 4, deviation: 0.1 });
  });

  test("has no graph to export, and no pairs for a climb by gradients", async () => {
    const exported = await xstar("maximize", ...command, "--gradient-free", "--export", "--out", "exported");
    expect([exported.code, exported.err]).toEqual([
      2,
      expect.stringContaining('"--export" is for climbs by gradients'),
    ]);
    expect(existsSync(join(folder, "exported"))).toBe(false);
    const pairs = await xstar("maximize", "tiny.onnx", "conv:1", "--pairs", "4");
    expect([pairs.code, pairs.err]).toEqual([2, expect.stringContaining('"--pairs" is for climbs without gradients')]);
  });
});
