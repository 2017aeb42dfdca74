import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import {
  adam,
  channel,
  createOps,
  createRng,
  gradient,
  Graph,
  maximize,
  mul,
  sub,
  tensor,
  tv,
  writeModel,
  type MaximizeOptions,
} from "@xstar/core";
import {
  measurePictures,
  scanDataset,
  type DoneEntry,
  type PictureMetrics,
  type RecordedMetrics,
} from "@xstar/results";
import { decode } from "fast-png";
import { describe, expect, test } from "vitest";
import { loadModel } from "../../load.js";
import { factsOf } from "./facts.js";
import { makeMany } from "./make-many.js";
import { readManifest } from "./manifest-file.js";
import {
  ascent,
  contents,
  counting,
  doneIn,
  folder,
  model,
  run,
  targets,
  targetsOf,
  useModel,
} from "../../testing/many-runs.js";

useModel();

describe("many targets at once", () => {
  test("give a picture and a record each, a manifest, a sheet and a page", async () => {
    const { manifest, made, skipped } = await run("a");
    expect({ made, skipped }).toEqual({ made: 7, skipped: 0 });
    expect((await readdir(join(folder, "a"))).toSorted()).toEqual(
      [
        ...targets.flatMap(({ slug }) => [`${slug}.json`, `${slug}.png`]),
        "index.html",
        "manifest.json",
        "sheet.png",
      ].toSorted(),
    );
    expect(manifest.targets.map(({ target }) => target)).toEqual(targets.map(({ name }) => name));
    expect(manifest).toEqual(await readManifest(join(folder, "a")));
    const page = await readFile(join(folder, "a", "index.html"), "utf8");
    for (const { name } of targets) expect(page).toContain(`alt="the picture that excites ${name}"`);
  });

  test("give each what it gets alone, in whatever batch", async () => {
    await run("alone", { batch: 1, jobs: 1 });
    await run("batches", { batch: 3, jobs: 2 });
    const [alone, batches] = [await contents("alone"), await contents("batches")];
    delete alone["manifest.json"];
    delete batches["manifest.json"];
    expect(batches).toEqual(alone);

    const { last, record } = await maximize(model, targets[2]!.objective, { ...ascent, streams: [0] }).result;
    const [, , entry] = await doneIn("batches");
    expect(entry!.activation.end).toBe(last.objective[0]);
    expect((batches["conv-2.json"] as { ascent: unknown }).ascent).toEqual(record);
  });

  test("are measured one by one and together, whatever was maximized for them", async () => {
    const penalized = targetsOf("scores", [0, 1, 2]).map((target) => ({
      ...target,
      objective: sub(target.objective, mul(0.5, tv({}))),
      measured: target.objective,
    }));
    const { manifest } = await run("a", {}, {}, penalized);
    const outcomes = penalized.map(
      async ({ objective }) => (await maximize(model, objective, { ...ascent, streams: [0] }).result).picture,
    );
    const numbers = (await Promise.all(outcomes)).flatMap(({ data }) => [...(data as Float32Array)]);
    const measured = await measurePictures(model, tensor("float32", numbers, [3, 1, 8, 8]), {
      objective: penalized.map((target) => target.measured),
      layer: "relu",
    });
    const { pictures, ...whole } = measured;
    expect(manifest.metrics).toEqual(whole);
    expect(manifest.targets.map((entry) => entry.status === "done" && entry.metrics)).toEqual(
      pictures.map(({ activation, recognition }) => ({ activation, recognition })),
    );
    const record = JSON.parse(await readFile(join(folder, "a", "scores-1.json"), "utf8")) as {
      metrics: RecordedMetrics;
    };
    expect(record.metrics).toMatchObject({ layer: "relu", pictures: [{ activation: pictures[1]!.activation }] });
    expect(record.metrics.features).toHaveLength(4);
    expect(await readFile(join(folder, "a", "index.html"), "utf8")).toContain("in the means of relu.");
  });

  test.each<[string, Partial<MaximizeOptions>]>([
    ["steps", { steps: 6 }],
    ["seed", { seed: 4 }],
    ["optimizer", { optimizer: adam({ learningRate: 0.5 }) }],
    ["start", { start: "ones" }],
  ])("refuse a folder of other %s", async (what, own) => {
    await run("a", {}, {}, targetsOf("conv", [0]));
    await expect(run("a", {}, own)).rejects.toMatchObject({
      code: "bad-argument",
      message: `"${join(folder, "a")}" holds pictures that were made with another "${what}"`,
      hint: expect.any(String),
    });
  });

  test("end with the error of one that cannot be maximized, and keep the others", async () => {
    const wrong = { name: "conv:9", slug: "conv-9", objective: channel({ layer: "conv", channel: 9 }) };
    const bad = run("a", { batch: 1, jobs: 1 }, {}, [...targetsOf("conv", [0, 1]), wrong, ...targetsOf("conv", [2])]);
    await expect(bad).rejects.toMatchObject({
      code: "bad-argument",
      message: expect.stringContaining("9 is out of range"),
    });
    expect((await doneIn("a")).map(({ target }) => target)).toEqual(["conv:0", "conv:1"]);
  });

  test("tell of one that gives no picture, without harm to its batch", async () => {
    const graph = new Graph("broken");
    const op = createOps(graph);
    const x = graph.input("x", { dtype: "float32", shape: [1, 1, 4, 4] });
    const y = op.mul(x, op.log(op.constant(tensor("float32", [1, -1, 2], [1, 3, 1, 1]), "c")));
    y.name = "y";
    graph.output(y);
    const broken = await loadModel(writeModel(graph, { opsets: new Map([["", 20]]) }));
    const { manifest } = await makeMany(broken, targetsOf("y", [0, 1, 2]), ascent, {
      folder: join(folder, "a"),
      batch: 3,
      openBatchRunner: counting().openBatchRunner,
    });
    expect(manifest.targets).toMatchObject([
      { status: "done" },
      { target: "y:1", status: "failed", reason: expect.stringContaining("not a finite number") },
      { status: "done" },
    ]);
  });

  test("tell of one that breaks on its way, whose picture is from before", async () => {
    const graph = new Graph("steep");
    const op = createOps(graph);
    const x = graph.input("x", { dtype: "float32", shape: [1, 1, 4, 4] });
    const y = op.concat([op.mul(op.mul(x, x), x), x], 1);
    y.name = "y";
    graph.output(y);
    const steep = await loadModel(writeModel(graph, { opsets: new Map([["", 20]]) }));
    const { manifest } = await makeMany(
      steep,
      targetsOf("y", [0, 1]),
      { recipe: "none", steps: 20, start: 3, optimizer: gradient({ learningRate: 1000 }) },
      { folder: join(folder, "a"), batch: 2, openBatchRunner: counting().openBatchRunner },
    );
    expect(manifest.targets).toMatchObject([
      {
        status: "done",
        ended: "diverged",
        warnings: expect.arrayContaining([expect.stringContaining("The picture broke at step")]),
      },
      { status: "done", ended: "steps", steps: 20 },
    ]);
    const [broken] = manifest.targets as DoneEntry[];
    expect(broken!.steps).toBeLessThan(20);
    expect(Number.isFinite(broken!.activation.end)).toBe(true);
  });

  test("are compared with real pictures, those that are there already too, as single ones are", async () => {
    const real = {
      names: ["a", "b", "c", "damaged"],
      read: async (i: number) => {
        if (i === 3) throw new Error("damaged");
        return tensor("float32", createRng(i).uniforms(64, 0, 1), [1, 8, 8]);
      },
    };
    await run("a", {}, {}, targets.slice(0, 2));
    const scan = await scanDataset(model, real, { objectives: targets.map((one) => one.objective), layer: "relu" });
    const { manifest } = await run("a", { dataset: { folder: "photos", count: 4, scan } });
    expect(manifest.images).toEqual({ folder: "photos", count: 4, read: 3 });
    for (const [i, { objective, slug }] of targets.entries()) {
      const { picture } = await maximize(model, objective, { ...ascent, streams: [0] }).result;
      const { pictures } = await measurePictures(model, picture, { objective, dataset: scan });
      const { missing, ...known } = JSON.parse(JSON.stringify(pictures[0])) as PictureMetrics;
      expect(known.plausibility?.cosine?.name).toMatch(/^[abc]$/);
      expect((manifest.targets[i] as DoneEntry).metrics).toEqual(known);
      const record = JSON.parse(await readFile(join(folder, "a", `${slug}.json`), "utf8")) as {
        metrics: RecordedMetrics;
      };
      expect(record.metrics.pictures).toEqual([{ ...known, missing }]);
    }
    expect(await readManifest(join(folder, "a"))).toEqual(JSON.parse(JSON.stringify(manifest)));
    expect(await readFile(join(folder, "a", "index.html"), "utf8")).toContain("above 100");
  });

  test("are drawn as large as asked, and opaque where they count", async () => {
    const facts = await factsOf(model, ascent, { threads: 1 });
    await run("a", { facts: { ...facts, scale: 3 } }, { attribution: true }, targets.slice(0, 2));
    const { width, channels } = decode(await readFile(join(folder, "a", "conv-0.transparent.png")));
    expect({ width, channels }).toEqual({ width: 24, channels: 4 });
    await rm(join(folder, "a", "conv-1.transparent.png"));
    const again = await run("a", { facts: { ...facts, scale: 3 } }, { attribution: true }, targets.slice(0, 2));
    expect(again).toMatchObject({ made: 1, skipped: 1 });
    await expect(
      run("a", { facts: { ...facts, scale: 4 } }, { attribution: true }, targets.slice(0, 2)),
    ).rejects.toMatchObject({ message: expect.stringContaining('another "scale"') });
  });

  test("are told of as they come", async () => {
    const seen: [number, number, string][] = [];
    await run("a", {
      batch: 2,
      jobs: 1,
      onProgress({ steps, ofSteps, finished, targets: all, latest }) {
        expect({ ofSteps, all }).toEqual({ ofSteps: 35, all: 7 });
        expect(Math.max(...latest.preview()!.shape)).toBeLessThanOrEqual(48);
        seen.push([steps, finished, latest.target]);
      },
    });
    expect(seen.map(([steps]) => steps)).toEqual(seen.map(([steps]) => steps).toSorted((a, b) => a - b));
    expect(seen.at(-1)).toEqual([35, 7, "scores:2"]);
    expect(new Set(seen.map(([, , target]) => target)).size).toBe(7);
  });
});
