import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createOps, Graph, tensor, writeModel } from "@xstar/core";
import { decodeNpy, type LayerUnits, type MapTruth, type Randomization } from "@xstar/results";
import sharp from "sharp";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { nodeRuntime } from "../../runtime.js";
import { main } from "../main.js";

const side = 32;

/** A network that answers "bright" by bright squares of 5 x 5, and "dark" else. */
function brightFinder(): Uint8Array {
  const graph = new Graph("bright");
  const op = createOps(graph);
  const x = graph.input("x", { dtype: "float32", shape: [1, 3, side, side] });
  const kernel = [...Array<number>(75).fill(0.1), ...Array<number>(75).fill(-0.1)];
  const conv = op.relu(op.conv(x, op.constant(tensor("float32", kernel, [2, 3, 5, 5])), { strides: [3, 3] }));
  const scores = op.matMul(op.reduceMean(conv, [2, 3]), op.constant(tensor("float32", [9, -9, -9, 9], [2, 2])));
  conv.name = graph.uniqueName("conv");
  scores.name = graph.uniqueName("scores");
  graph.output(scores);
  return writeModel(graph, { opsets: new Map([["", 20]]) });
}

/** A dark picture with a bright square at (top, left). */
async function writeSquare(path: string, top: number, left: number) {
  const pixels = new Uint8Array(side * side * 3).fill(20);
  for (let y = top; y < top + 8; y++) pixels.fill(240, 3 * (y * side + left), 3 * (y * side + left + 8));
  await sharp(pixels, { raw: { width: side, height: side, channels: 3 } })
    .png()
    .toFile(path);
}

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "xstar-explain-"));
  await writeFile(join(folder, "net.onnx"), brightFinder());
  await writeFile(join(folder, "labels.txt"), "bright\ndark\n");
  await mkdir(join(folder, "photos"));
  await writeSquare(join(folder, "photos", "a.png"), 2, 20);
  await writeSquare(join(folder, "photos", "b.png"), 20, 4);
  await writeFile(join(folder, "photos", "c.png"), "not a picture");
});
afterAll(() => rm(folder, { recursive: true }));
afterEach(() => vi.restoreAllMocks());

/** Runs `xstar explain` with the model and `args`; gives the exit code and what was printed. */
async function run(...args: string[]) {
  const out = vi.spyOn(process.stdout, "write").mockReturnValue(true);
  const err = vi.spyOn(process.stderr, "write").mockReturnValue(true);
  const code = await main(["explain", join(folder, "net.onnx"), ...args, "--threads", "1"]);
  const text = (spy: typeof out) => spy.mock.calls.map(([chunk]) => chunk).join("");
  return { code, out: text(out), err: text(err) };
}

interface ExplanationFile {
  readonly class: number;
  readonly label: string;
  readonly target: unknown;
  readonly maps: readonly {
    readonly method: { readonly type: string };
    readonly file: string;
    readonly truth: MapTruth;
    readonly randomization: Randomization;
  }[];
}

const readJson = async (path: string) => JSON.parse(await readFile(path, "utf8")) as ExplanationFile;

describe("xstar explain", () => {
  test("names the units of a layer that speak for the answer, each with its picture and real ones", async () => {
    const to = join(folder, "units");
    const photo = join(folder, "photos", "a.png");
    const { code, out } = await run(photo, "--units", "conv", "--images", join(folder, "photos"), "--out", to);
    expect(code).toBe(0);
    // "bright" is read from the first unit with a plus, from the second with a minus, which is silent on bright pictures
    expect(out).toContain("conv:0 speaks for it: 100 % of the rise");
    expect(out).not.toContain("conv:1");
    const { units } = JSON.parse(await readFile(join(to, "explanation.json"), "utf8")) as {
      readonly units: LayerUnits & { readonly examples: Record<string, readonly { readonly name: string }[]> };
    };
    expect(units.units.map(({ unit }) => unit)).toEqual([0, 1]);
    expect(units.gap).toBeLessThan(0.01);
    expect(units.examples["0"]!.map(({ name }) => name).toSorted()).toEqual(["a.png", "b.png"]);
    const page = await readFile(join(to, "report.html"), "utf8");
    expect(page).toContain("Which units of conv speak for it");
    expect(page.match(/what it wants most<\/figcaption>/g)).toHaveLength(1);
    const wrong = await run(photo, "--units", "cnov", "--out", to);
    expect([wrong.code, wrong.err]).toEqual([2, expect.stringContaining("The model has no layer")]);
  });

  test("shows where the answer is, says it, and writes the maps", async () => {
    const to = join(folder, "one");
    const { code, out } = await run(join(folder, "photos", "a.png"), "--out", to);
    expect(code).toBe(0);
    expect(out).toMatch(/^bright, /);
    expect(out).toContain("Made by gradCam of conv");
    expect(out).toMatch(/Half of the heat lies on \S+ % of the picture, at the top right/);
    const file = await readJson(join(to, "explanation.json"));
    expect([file.class, file.label, file.target]).toEqual([0, "bright", null]);
    const names = await readdir(to);
    for (const { file: name } of file.maps) expect(names).toContain(name);
    const { data, shape } = decodeNpy(await readFile(join(to, "gradCam.npy")));
    const warmest = (data as Float32Array).indexOf(Math.max(...(data as Float32Array)));
    expect(shape).toEqual([side, side]);
    expect([Math.floor(warmest / side) < 12, warmest % side > 18]).toEqual([true, true]);
    const { width, height } = await sharp(join(to, "explanation.png")).metadata();
    expect([width > 700, height > 500]).toEqual([true, true]);
    const page = await readFile(join(to, "report.html"), "utf8");
    for (const word of ["Grad-CAM++", "Gradient x input", "FinerCAM", "Left out: Gradient-weighted"])
      expect(page).toContain(word);
  });

  test("tests every method with --all", async () => {
    const to = join(folder, "all");
    const photos = join(folder, "photos");
    const { code, err } = await run(
      ...`${join(photos, "b.png")} logit:bright --all --out ${to} --images ${photos} --box 0.1,0.6,0.3,0.3`.split(" "),
    );
    expect([code, err.includes("Error"), err.includes("Skipped: ")]).toEqual([0, false, true]);
    const { maps } = await readJson(join(to, "explanation.json"));
    const types = maps.map(({ method }) => method.type);
    expect(types).toEqual(expect.arrayContaining(["rise", "occlusion", "expectedGradients", "integratedGradients"]));
    for (const { truth, randomization } of maps) {
      expect(truth.deletion.length).toBe(17);
      expect(randomization.byShare.length).toBe(4);
    }
    expect(maps[0]!.truth.pointing).toBe(true);
    expect(maps[0]!.truth.deletionArea).toBeLessThan(maps[0]!.truth.insertionArea);
  });

  test("makes a sheet of a folder, and names what it cannot read", async () => {
    const to = join(folder, "many");
    const { code, out, err } = await run(join(folder, "photos"), "--out", to);
    expect(code).toBe(0);
    expect(out).toContain("sheet.png, 2 pictures");
    expect(err).toContain("1 pictures were skipped");
    expect((await readdir(to)).sort()).toEqual(["a.png", "b.png", "explanations.json", "sheet.png"]);
  });

  test("stops by Ctrl-C between the pictures of a folder, keeps what is done, and says so", async () => {
    vi.spyOn(process.stdout, "write").mockReturnValue(true);
    let told = "";
    vi.spyOn(process.stderr, "write").mockImplementation((text) => {
      if (told === "") process.emit("SIGINT");
      told += String(text);
      return true;
    });
    const to = join(folder, "stopped");
    const photo = join(folder, "photos", "a.png");
    expect(await main(["explain", join(folder, "net.onnx"), photo, photo, photo, "--out", to])).not.toBe(0);
    expect(told).toContain("Stopped after 1 of 3 pictures");
    expect(await readdir(to)).toContain("sheet.png");
  });

  test("writes the explanation as a file that gives the same map", async () => {
    const to = join(folder, "heatmap.onnx");
    expect((await run("--export", to)).out).toContain(`Written to ${to}: picture in`);
    await run(join(folder, "photos", "a.png"), "--out", join(folder, "same"));
    const { data } = await sharp(join(folder, "photos", "a.png"))
      .raw()
      .toBuffer({ resolveWithObject: true });
    const planes = Float32Array.from({ length: 3 * side * side }, (_, at) => {
      const plane = side * side;
      return data[3 * (at % plane) + Math.floor(at / plane)]! / 255;
    });
    const session = await nodeRuntime({ threads: 1 }).open(await readFile(to));
    const { heatmap } = await session.run({ picture: tensor("float32", planes, [1, 3, side, side]) });
    await session.release();
    const wanted = decodeNpy(await readFile(join(folder, "same", "gradCam.npy"))).data as Float32Array;
    (heatmap!.data as Float32Array).forEach((x, i) => expect(Math.abs(x - wanted[i]!)).toBeLessThan(1e-5));
  });

  test("says what is wrong", async () => {
    expect((await run("nowhere.png")).err).toContain('There is no picture "nowhere.png"');
    expect((await run()).err).toContain("No picture is given");
    const wrong = await run(join(folder, "photos", "a.png"), "logit:night");
    expect([wrong.code, wrong.err]).toEqual([2, expect.stringContaining('There is no class "night"')]);
    expect((await run(join(folder, "photos", "c.png"))).err).toContain("c.png");
    const many = await run(join(folder, "photos"), "--all");
    expect([many.code, many.err]).toEqual([2, expect.stringMatching(/--all is for one picture, and there are \d/)]);
  });

  test("takes the pictures of --images for a method that starts from real ones", async () => {
    const to = join(folder, "expected");
    const photos = join(folder, "photos");
    const { code } = await run(
      ...`${join(photos, "a.png")} --method expectedGradients:samples=4 --images ${photos} --out ${to}`.split(" "),
    );
    expect(code).toBe(0);
    const [first] = (await readJson(join(to, "explanation.json"))).maps;
    expect(first!.method).toMatchObject({ type: "expectedGradients", samples: 4, images: photos });
  });
});

test("xstar gradient writes the gradient of a target", async () => {
  const to = join(folder, "gradient.onnx");
  vi.spyOn(process.stdout, "write").mockReturnValue(true);
  expect(await main(["gradient", join(folder, "net.onnx"), "logit:bright", "--export", to])).toBe(0);
  const session = await nodeRuntime({ threads: 1 }).open(await readFile(to));
  const bright = tensor("float32", new Float32Array(3 * side * side).fill(0.9), [1, 3, side, side]);
  const { gradient } = await session.run({ picture: bright });
  await session.release();
  expect(gradient!.shape).toEqual([1, 3, side, side]);
  // where nothing is dark, only the first unit speaks: 9 times a tenth at one of 10 x 10 places
  expect((gradient!.data as Float32Array)[0]).toBeCloseTo(0.9 / 100, 6);
});
