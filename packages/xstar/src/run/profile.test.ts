import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { tinyModel } from "../../../results/src/testing/tiny-model.js";
import { runCli } from "../testing/run-cli.js";
import { profileOf, type Profile } from "./profile.js";

const folder = await mkdtemp(join(tmpdir(), "xstar-profiled-"));
afterAll(() => rm(folder, { recursive: true }));
await writeFile(join(folder, "tiny.onnx"), tinyModel());

test("times are added by operator, the slowest first, over all graphs and runs", () => {
  const node = (name: string, op: string, dur: number) => ({
    cat: "Node",
    name: `${name}_kernel_time`,
    dur,
    args: { op_name: op },
  });
  const run = { cat: "Session", name: "model_run", dur: 5000 };
  const first = [run, node("a", "Conv", 100), node("b", "Relu", 50), run, node("a", "Conv", 200)];
  const second = [run, node("a", "Conv", 300), { cat: "Node", name: "a_fence_before", dur: 9 }];
  expect(profileOf([first, second])).toEqual({
    runs: 3,
    ms: 0.65,
    operators: [
      { operator: "Conv", nodes: 2, ms: 0.6, share: 600 / 650 },
      { operator: "Relu", nodes: 1, ms: 0.05, share: 50 / 650 },
    ],
  });
  expect(profileOf([])).toEqual({ runs: 0, ms: 0, operators: [] });
});

test("--profile writes where the time of the steps went, and leaves nothing else behind", async () => {
  const flags = ["--steps", "3", "--redirect-steps", "0", "--threads", "1", "--profile", "--out", "out"];
  const { code, out, err } = await runCli(folder, ["maximize", "tiny.onnx", "conv:2", ...flags], undefined, {
    TMPDIR: folder,
  });
  expect(err).not.toContain("Error");
  expect(code).toBe(0);
  const profile = JSON.parse(await readFile(join(folder, "out", "profile.json"), "utf8")) as Profile;
  // the start, and what each step made of it
  expect(profile.runs).toBe(4);
  expect(profile.operators.some(({ operator }) => operator === "Conv")).toBe(true);
  expect(profile.operators.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1);
  expect(out).toMatch(/operator +nodes +ms a run +share\n/);
  expect((await readdir(folder)).toSorted()).toEqual(["out", "tiny.onnx"]);
});
