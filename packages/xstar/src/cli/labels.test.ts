import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runCli } from "../testing/run-cli.js";
import { tinyModel } from "../../../results/src/testing/tiny-model.js";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "xstar-labels-"));
  await writeFile(join(folder, "tiny.onnx"), tinyModel());
});
afterAll(() => rm(folder, { recursive: true }));

async function runPlan(labels: string, ...targets: string[]) {
  await writeFile(join(folder, "labels.txt"), labels);
  const out = ["--out", `out/${targets.join("").replaceAll(/\W/g, "")}`];
  return runCli(folder, ["maximize", "tiny.onnx", ...targets, "--recipe", "none", "--steps", "1", ...out]);
}

describe("labels (needs a build)", () => {
  test.each([
    ["cat\ndog\n", "The 2 labels of the model's folder or file are not used: the model has 3 classes"],
    ["a\nb\nc\nd", "The 4 labels of the model's folder or file are not used: the model has 3 classes"],
  ])("of another count than the classes are not used", async (labels, note) => {
    const { code, out, err } = await runPlan(labels, "logit:1");
    expect([code, err]).toEqual([0, expect.stringContaining(note)]);
    expect(out).not.toMatch(/cat|dog/);
    const inspected = await runCli(folder, ["inspect", "tiny.onnx"]);
    expect(inspected.err).toContain(note);
    expect(inspected.out).toContain("Classes: 3, scored by scores\n");
    expect((await runPlan(labels, "logit:dog")).err).toContain('The class "dog" cannot be found');
  });

  test("that are numbers are ambiguous with those of the classes, until one says which is meant", async () => {
    const numbers = "1\n2\n3";
    expect(await runPlan(numbers, "logit:1")).toMatchObject({
      code: 2,
      err: 'Error: The class 1 is ambiguous: it is the label of number 0, and number 1 is labelled "2"\nHint: Write logit:"1" for the label, {"type":"logit","class":1} for the number\n',
    });
    expect((await runPlan(numbers, "logit:3")).err).toContain(
      "The class 3 is ambiguous: it is the label of number 2\n",
    );
    expect(await runPlan(numbers, 'logit:"3"')).toMatchObject({ code: 0 });
    const { ascent } = JSON.parse(await readFile(join(folder, "out", "logit3", "run.json"), "utf8"));
    expect(ascent.objectives).toEqual([{ type: "logit", class: 2 }]);
    expect(await runPlan(numbers, '{"type":"logit","class":0}')).toMatchObject({ code: 0 });
    expect(await runPlan(numbers, "logit:0-1")).toMatchObject({ code: 0 });
    expect(await runPlan("0\n1\n2", "logit:1")).toMatchObject({ code: 0 });
  });
});
