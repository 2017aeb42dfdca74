import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { tmpdir } from "node:os";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  contactSheet,
  decodeCheckpoint,
  decodeNpy,
  defineObjective,
  differentiate,
  encodeCheckpoint,
  encodePng,
  exportAscent,
  fields,
  filledPicture,
  findExamples,
  loadModel,
  maximize,
  type maximizeMany,
  measure,
  nodeRuntime,
  objectives,
  openDataset,
  readImage,
  recipes,
  type MaximizeRun,
} from "../index.js";
import { tinyModel } from "../../../results/src/testing/tiny-model.js";
import { runCli } from "../testing/run-cli.js";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "xstar-tasks-"));
  await writeFile(join(folder, "model.onnx"), tinyModel());
  await writeFile(join(folder, "labels.txt"), "cat\ndog\nflamingo\n");
  await mkdir(join(folder, "photos"));
  for (const shade of [10, 120, 250])
    await writeFile(
      join(folder, "photos", `${shade}.png`),
      encodePng(filledPicture(12, 12, [shade, shade, 255 - shade])),
    );
});
afterAll(() => rm(folder, { recursive: true }));

const load = () => loadModel(join(folder, "model.onnx"), { runtime: nodeRuntime({ threads: 1 }) });
const quick = { steps: 4 };

/** Threads run what is built. */
const builtMany = async (): Promise<typeof maximizeMany> =>
  ((await import(new URL("../../dist/index.js", import.meta.url).href)) as { maximizeMany: typeof maximizeMany })
    .maximizeMany;

describe("the commonest tasks are a line or two", () => {
  test("1. a channel as a PNG, whose bytes are those of the command line", async () => {
    const model = await load();
    const { images } = await maximize(model, "conv:2", quick);
    await images[0]!.save(join(folder, "conv-2.png"));
    await images[0]!.save(join(folder, "conv-2.npy"));
    const flags = ["--steps", "4", "--threads", "1", "--format", "none", "--out", join(folder, "cli")];
    const { code, err } = await runCli(folder, ["maximize", join(folder, "model.onnx"), "conv:2", ...flags]);
    expect(err).not.toContain("Error");
    expect(code).toBe(0);
    for (const ending of ["png", "npy"]) {
      const [own, theirs] = await Promise.all([
        readFile(join(folder, `conv-2.${ending}`)),
        readFile(join(folder, "cli", `conv-2.${ending}`)),
      ]);
      expect(own.equals(theirs)).toBe(true);
    }
  });

  test("2. a class by its name, in words or typed", async () => {
    const model = await load();
    const words = await maximize(model, "logit:flamingo", quick);
    const typed = await maximize(model, objectives.logit({ class: "flamingo" }), quick);
    expect(words.record.objectives).toEqual(typed.record.objectives);
    expect(words.images[0]!.pixels.data).toEqual(typed.images[0]!.pixels.data);
    expect((await typed.images[0]!.record())!.pictures[0]!.target).toBe("logit:flamingo");
  });

  test("3. several channels on one sheet", async () => {
    const { images } = await maximize(await load(), "conv:0-3", quick);
    expect(images.map(({ title }) => title)).toEqual(["conv:0", "conv:1", "conv:2", "conv:3"]);
    await contactSheet(images).save(join(folder, "sheet.png"));
    expect((await readFile(join(folder, "sheet.png"))).length).toBeGreaterThan(100);
  });

  test("4. an objective of one's own", async () => {
    const contrast = defineObjective({
      type: "contrast",
      doc: "one channel more than another",
      params: { layer: fields.layer("the layer"), more: fields.index("this one"), less: fields.index("not this one") },
      build: ({ layer, more, less }, { op, unit }) =>
        op.sub(op.meanOfEach(unit(layer, more)), op.meanOfEach(unit(layer, less))),
    });
    const target = contrast({ layer: "conv", more: 1, less: 0 });
    const { curve } = await maximize(await load(), target, { steps: 64, keep: "best", definitions: [contrast] });
    expect(Math.max(...curve.map(([value]) => value!))).toBeGreaterThan(curve[0]![0]! + 0.1);
  });

  test("5. a caricature of a photograph", async () => {
    const photo = await readImage(join(folder, "photos", "120.png"), { channels: 1, height: 8, width: 8 });
    const recipe = recipes.caricature({ image: "photo" });
    const { images } = await maximize(await load(), "conv", { ...quick, recipe, images: { photo } });
    const { images: references } = (await images[0]!.record())!;
    expect(references["photo"]).toMatchObject({ path: "photo", sha256: expect.stringMatching(/^[0-9a-f]{64}$/) });
  });

  test("6. the gradient of a class by a photograph, in picture units", async () => {
    const probe = await differentiate(await load(), "logit:flamingo");
    const photo = await readImage(join(folder, "photos", "120.png"), { channels: 1, height: 8, width: 8 });
    const { value, gradient } = await probe(photo);
    expect(gradient.shape).toEqual([1, 8, 8]);
    const h = 1e-2;
    const nudged = { ...photo, data: (photo.data as Float32Array).map((x, i) => (i === 27 ? x + h : x)) };
    expect((await probe(nudged)).value - value).toBeCloseTo(h * gradient.data[27]!, 4);
    await probe.release();
  });

  test("7. what real pictures excite it, and how the picture compares", async () => {
    const model = await load();
    const dataset = await openDataset(join(folder, "photos"));
    const { images } = await maximize(model, "conv:2", quick);
    const { pictures } = await measure(model, images, { dataset });
    expect(pictures).toHaveLength(1);
    const { strongest, weakest } = await findExamples(model, "conv:2", dataset, { count: 2 });
    expect(strongest.map(({ name }) => name)).toHaveLength(2);
    expect(strongest[0]!.activation).toBeGreaterThanOrEqual(weakest[0]!.activation);
  });

  test("8. stop, keep, go on elsewhere", async () => {
    const whole = await maximize(await load(), "conv:1", quick);
    let bytes: Uint8Array | undefined;
    for await (const step of maximize(await load(), "conv:1", quick)) {
      if (step.index !== 2) continue;
      bytes = encodeCheckpoint(step.checkpoint());
      break;
    }
    const resumed = await maximize(await load(), "conv:1", { ...quick, resume: decodeCheckpoint(bytes!) });
    expect(resumed.images[0]!.pixels.data).toEqual(whole.images[0]!.pixels.data);
  });

  test("9. every step has images to draw", async () => {
    const run: MaximizeRun = maximize(await load(), "conv:1", quick);
    const sizes: number[] = [];
    for await (const { images } of run) sizes.push(images[0]!.toRgba().data.length);
    expect(sizes).toEqual([256, 256, 256, 256, 256]);
    expect((await run).images[0]!.toNpy()).toEqual((await maximize(await load(), "conv:1", quick)).images[0]!.toNpy());
  });

  test("10. all channels of a layer into a folder, and the ascent as a file", async () => {
    const model = await load();
    const { made } = await (await builtMany())(model, "conv:*", { ...quick, folder: join(folder, "all"), jobs: 1 });
    expect(made).toBe(4);
    expect((await readdir(join(folder, "all"))).toSorted()).toEqual(
      expect.arrayContaining(["conv-0.png", "sheet.png"]),
    );
    await writeFile(join(folder, "ascent.onnx"), await exportAscent(model, "conv:2", quick));
    const ascent = await loadModel(join(folder, "ascent.onnx"));
    expect(ascent.source.graph.outputs.map(({ name }) => name)).toContain("picture");
    const { images } = await maximize(model, "conv:2", quick);
    expect(decodeNpy(images[0]!.toNpy(), "it").shape).toEqual([1, 8, 8]);
  });
});
