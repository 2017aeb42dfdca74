import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { runCli } from "../testing/run-cli.js";
import { fast, again, filesOf, folder, maximize, readJson, runs, useRunsFolder } from "../testing/runs-folder.js";

useRunsFolder();

describe("--from gives the same bytes for", () => {
  test.each(Object.keys(runs))("%s", async (name) => {
    const out = `${name}-1`;
    await maximize(...runs[name]!, "--out", out, "--format", "webp");
    const [picture] = (await readJson(`${out}/run.json`)).pictures.map(({ slug }: { slug: string }) => slug);
    const before = await filesOf(out);
    expect(Object.keys(before)).toHaveLength(4 * (await readJson(`${out}/run.json`)).pictures.length + 1);
    for (const [k, source] of [`${picture}.png`, "run.json"].entries()) {
      const { out: text } = await again("--from", join(out, source), "--out", `${name}-2${k}`, "--format", "webp");
      expect(text).toContain(`The numbers are those of ${join(out, source)}, bit for bit`);
      expect(await filesOf(`${name}-2${k}`)).toEqual(before);
    }
  });

  test("an animation, which holds the record too", async () => {
    await maximize(...runs["a plain run"]!, "--out", "webp", "--format", "webp");
    await again("--from", "webp/conv-2.webp", "--out", "webp2", "--format", "webp");
    expect(await filesOf("webp2")).toEqual(await filesOf("webp"));
  });

  test("a picture of a sheet", async () => {
    const target = ["tiny.onnx", "conv:1-2", ...fast, "--recipe", "maco"];
    await maximize(...target, "--out", "sheet");
    await again("--from", "sheet/conv-2.png", "--out", "of-sheet");
    const [sheet, made] = [await filesOf("sheet"), await filesOf("of-sheet")];
    for (const name of ["conv-2.png", "conv-2.transparent.png"]) expect(made[name]).toBe(sheet[name]);
    await maximize("tiny.onnx", "conv:2", ...target.slice(2), "--out", "alone", "--scale", "28", "--format", "none");
    expect((await filesOf("alone"))["conv-2.png"]).toBe(sheet["conv-2.png"]);
  });

  test("a run that was stopped", async () => {
    const args = ["maximize", "tiny.onnx", "conv:2", "--steps", "1000000", "--format", "none", "--out", "stopped"];
    const { code } = await runCli(folder, args, (child) => {
      child.stderr!.once("data", () => child.kill("SIGINT"));
    });
    expect(code).toBe(130);
    await again("--from", "stopped/conv-2.png", "--format", "none", "--out", "stopped2");
    const { "checkpoint.safetensors": checkpoint, ...pictures } = await filesOf("stopped");
    expect(checkpoint).toBeDefined();
    expect(await filesOf("stopped2")).toEqual(pictures);
    expect(await readJson("stopped2/run.json")).toMatchObject({ ended: "aborted" });
  });
});
