import { makeRunsFolder } from "../testing/runs-folder.js";
import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runCli } from "../testing/run-cli.js";

let folder: string;

const xstar = (...args: string[]) => runCli(folder, args);

const maximize = async (...args: string[]) => {
  const outcome = await xstar("maximize", ...args, "--threads", "1");
  expect(outcome).toMatchObject({ code: 0 });
  return outcome;
};

const again = async (...args: string[]) => {
  const outcome = await xstar("maximize", ...args);
  expect(outcome).toMatchObject({ code: 0 });
  return outcome;
};

const readJson = async (path: string) => JSON.parse(await readFile(join(folder, path), "utf8"));

beforeAll(async () => {
  folder = await makeRunsFolder();
});

afterAll(() => rm(folder, { recursive: true }));

/** Every file of a run but `run.json`, which also tells how long it took. */
async function filesOf(out: string): Promise<Record<string, string>> {
  const names = (await readdir(join(folder, out))).filter((name) => name !== "run.json");
  const contents = names.map(async (name) => [name, (await readFile(join(folder, out, name))).toString("base64")]);
  return Object.fromEntries(await Promise.all(contents));
}

/** Words of a command line without spaces in them. */
const words = (text: string) => text.trim().split(/\s+/);

const fast = ["--steps", "6"];

const runs: Record<string, string[]> = {
  "a plain run": words("tiny.onnx conv:2 --recipe none --steps 6"),
  "a run by the recipe auto": words("tiny.onnx conv:2 --steps 6"),
  "a batch of targets and starts": [
    "tiny.onnx",
    "conv:2",
    "0.5*conv:1 - tv",
    ...words("--steps 6 --start ones --start normal:mean=0.3"),
  ],
  "transforms and a start picture": words(`tiny.onnx conv:1 --recipe none --steps 6 --start photo.png
    --transform pad:pixels=2 --transform jitter:pixels=2 --transform noise`),
  "all settings": words(`tiny.onnx logit:dog --steps 30 --seed 7
    --optimizer adam:beta1=0.8 --lr 0.05 --schedule cosine --clip 0.5 --keep best --patience 5 --redirect-steps 3
    --override guidedRelu --parameterization fourier --param decay=1.5 --range -1,2 --picture-size 12,10
    --penalty tv=0.1 --mean 0.5 --std 0.25`),
  "a picture and a model by name": [
    "tiny.onnx",
    "caricature:layer=conv,image=cat + other::conv:1",
    ...words("--steps 6 --image cat=photo.png --second other=tiny.onnx"),
  ],
  "a recipe with a picture by its path": words("tiny.onnx conv --recipe caricature:image=photo.png,steps=5"),
  "a picture with opacity": words("tiny.onnx conv:1 --steps 6 --parameterization alpha"),
  "another input from a file": words("two.onnx sum --steps 6 --input z=z.npy"),
  "a generator with another input, in words": words(`tiny.onnx logit:1 --steps 6 --parameterization generator:model=g
    --generator g=generator.onnx --input g::onehot=one-hot:2`),
  "a second model with another input, from a file": words(`tiny.onnx other::sum+conv:1 --steps 6
    --second other=two.onnx --input other::z=z.npy`),
  "a batch of one target": words("tiny.onnx conv:1+diversity:conv --steps 6 --batch 3 --parameterization fourier"),
  "a parameterization inside another one": words(`tiny.onnx conv:1 --steps 6 --range -1,2
    --parameterization alpha:inner=(fourier:decay=2),opacity=(pixel:range=0,1)`),
  "colours of pictures in a folder": words("tiny.onnx conv:1 --steps 6 --parameterization fourier:colorImages=photos"),
  "a spectrum of pictures in a folder, by a name": words(`tiny.onnx conv:1 --steps 6
    --parameterization alpha:inner=(maco:images=mine) --image mine=photos`),
  "a picture of a folder as the start": words("tiny.onnx conv:1 --steps 6 --start photos#1"),
  "an earlier result as the start": words("tiny.onnx conv:3 --steps 6 --start z.npy"),
};

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
