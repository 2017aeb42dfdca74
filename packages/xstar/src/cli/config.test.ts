import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { runCli } from "../testing/run-cli.js";
import { tinyModel } from "../../../results/src/testing/tiny-model.js";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "xstar-config-"));
  await writeFile(join(folder, "tiny.onnx"), tinyModel());
});
afterEach(() => rm(folder, { recursive: true }));

const xstar = (...args: string[]) => runCli(folder, args);
const maximize = (out: string, ...flags: string[]) => xstar("maximize", "tiny.onnx", "conv:1", "--out", out, ...flags);
const ascentOf = async (out: string) => JSON.parse(await readFile(join(folder, out, "run.json"), "utf8")).ascent;

describe("a config file (needs a build)", () => {
  test("gives flags, before which those of the command line go, and is told", async () => {
    const flags = {
      steps: 3,
      seed: 7,
      transform: ["jitter:pixels=1", "flip"],
      inputRange: [-1, 1],
      format: "none",
      top: 4,
    };
    await writeFile(join(folder, "xstar.config.json"), JSON.stringify(flags));
    const { code, err } = await maximize("a", "--seed", "9");
    expect(code).toBe(0);
    expect(err).toContain("Note: --steps, --transform, --input-range, --format from xstar.config.json\n");
    const ascent = await ascentOf("a");
    expect(ascent).toMatchObject({ steps: 3, seed: 9, contract: { mean: [0.5], std: [0.5] } });
    expect(ascent.transforms.map(({ type }: { type: string }) => type)).toEqual(["jitter", "flip"]);
    // a run that is repeated is the run that it was
    await writeFile(join(folder, "xstar.config.json"), JSON.stringify({ seed: 1 }));
    expect((await xstar("maximize", "--from", "a/run.json", "--out", "b")).err).not.toContain("xstar.config.json");
    expect(await ascentOf("b")).toEqual(ascent);
  });

  test("may be a module, and any file that is named", async () => {
    await writeFile(join(folder, "xstar.config.js"), "export default { steps: 2, attribution: true, format: 'none' };");
    await mkdir(join(folder, "more"));
    await writeFile(join(folder, "more", "my.json"), JSON.stringify({ steps: 4, format: "none" }));
    await writeFile(join(folder, "package.json"), JSON.stringify({ type: "module" }));
    expect(await maximize("a")).toMatchObject({ code: 0 });
    expect(await ascentOf("a")).toMatchObject({ steps: 2, attribution: true });
    expect(await maximize("b", "--config", "more/my.json")).toMatchObject({ code: 0 });
    expect(await ascentOf("b")).toMatchObject({ steps: 4, attribution: false });
  });

  test.each([
    ['{"stepz": 3}', 'has the unknown name "stepz"', 'Did you mean "steps"'],
    ['{"resume": true}', 'has the unknown name "resume"', "That belongs on the command line"],
    ['{"steps": "many"}', '"--steps" must be a whole number', ""],
    ["[1]", "holds no object", '{"steps": 200}'],
    ["{", "is no JSON", '{"steps": 200}'],
  ])("%s is refused in a sentence", async (text, message, hint) => {
    await writeFile(join(folder, "xstar.config.json"), text);
    const { code, err } = await maximize("a");
    expect(code).toBeGreaterThan(0);
    expect(err).toContain(message);
    expect(err).toContain(hint);
    expect(err).not.toContain("fault of xstar");
  });
});

describe("the settings of a run on another model (needs a build)", () => {
  test("are its settings, with the other model's input", async () => {
    await mkdir(join(folder, "other"));
    await writeFile(join(folder, "other", "twin.onnx"), Buffer.concat([tinyModel(), Buffer.from([0x32, 1, 0x61])]));
    await writeFile(join(folder, "other", "twin.contract.json"), JSON.stringify({ range: [-1, 1] }));
    await maximize("a", "--steps", "3", "--seed", "4", "--optimizer", "adam:learningRate=0.1", "--format", "none");
    const flags = ["--from", "a/conv-1.png", "--model", "other/twin.onnx", "--format", "none"];
    expect(await xstar("maximize", ...flags, "--out", "b")).toMatchObject({ code: 0 });
    const [a, b] = [await ascentOf("a"), await ascentOf("b")];
    expect(b).toMatchObject({
      steps: 3,
      seed: 4,
      optimizer: a.optimizer,
      transforms: a.transforms,
      objectives: a.objectives,
    });
    expect([a.contract.mean, b.contract.mean]).toEqual([[0], [0.5]]);
    expect(await xstar("maximize", ...flags, "conv:3", "--out", "c")).toMatchObject({ code: 0 });
    const ofChannel3 = JSON.stringify(a.objectives).replaceAll('"channel":1', '"channel":3');
    expect((await ascentOf("c")).objectives).toEqual(JSON.parse(ofChannel3));
    expect(await xstar("maximize", "tiny.onnx", "conv:1", "--model", "other/twin.onnx")).toMatchObject({ code: 2 });
  });
});
