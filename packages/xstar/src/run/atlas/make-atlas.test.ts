import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { decodeNpy, sha256Of, type AtlasFile, type AtlasLayerFile } from "@xstar/results";
import { unzipSync } from "fflate";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createAtlasFolder } from "../../testing/atlas-folder.js";
import { zipAtlas } from "./zip-atlas.js";

type AtlasFolder = Awaited<ReturnType<typeof createAtlasFolder>>;

let folder: string;
let photos: string;
let make: AtlasFolder["make"];
let inThisThread: AtlasFolder["inThisThread"];
beforeAll(async () => {
  ({ folder, photos, make, inThisThread } = await createAtlasFolder());
});
afterAll(() => rm(folder, { recursive: true }));

/** Every file of an atlas, with those of its jobs. */
async function contents(out: string): Promise<Record<string, string>> {
  const entries = await readdir(join(folder, out), { recursive: true, withFileTypes: true });
  const paths = entries.filter((one) => one.isFile()).map((one) => join(one.parentPath, one.name));
  const read = paths
    .toSorted()
    .map(async (path) => [path.slice(join(folder, out).length), (await readFile(path)).toString("base64")]);
  return Object.fromEntries(await Promise.all(read)) as Record<string, string>;
}

const readJson = async <T>(out: string, name: string) =>
  JSON.parse(await readFile(join(folder, out, name), "utf8")) as T;

describe("an atlas", () => {
  test("has all units of all layers, with what real pictures make of them", async () => {
    const { units, failures, layers } = await make("whole");
    expect({ units, failures, layers }).toEqual({ units: 15, failures: [], layers: 4 });
    const atlas = await readJson<AtlasFile>("whole", "atlas.json");
    expect(atlas.layers.map(({ name, units: count, done }) => [name, count, done])).toEqual([
      ["conv", 4, 4],
      ["relu", 4, 4],
      ["pooled", 4, 4],
      ["scores", 3, 3],
    ]);
    expect(atlas).toMatchObject({ classes: ["cat", "dog", "owl"], data: { used: 6, skipped: 0 }, steps: 3 });
    expect(atlas.layers[0]!.field).toEqual({
      height: { stride: 1, size: 3, offset: 0 },
      width: { stride: 1, size: 3, offset: 0 },
    });
    const { real, status, nearest } = await readJson<AtlasLayerFile>("whole", "d/scores.json");
    expect(status).toEqual(["done", "done", "done"]);
    expect(real!.strongest.map((all) => all.length)).toEqual([6, 6, 6]);
    expect(real!.distribution.map(([, , ...counts]) => counts.reduce((a, b) => a + b))).toEqual([6, 6, 6]);
    // of the scores themselves each speaks for its own class alone
    real!.classes!.forEach((all, unit) => all.forEach(([index]) => expect(index).toBe(unit)));
    expect(Object.keys(nearest)).toEqual(["pictures", "weights", "activations"]);
    const script = await readFile(join(folder, "whole", "d/scores.js"), "utf8");
    expect(script).toBe(
      `atlasData("d/scores",${(await readFile(join(folder, "whole", "d/scores.json"), "utf8")).trimEnd()})\n`,
    );
    const sums = await readFile(join(folder, "whole", "SHA256SUMS"), "utf8");
    expect(sums.trimEnd().split("\n")).toHaveLength(
      Object.keys(await contents("whole")).filter((name) => !name.startsWith("/.jobs")).length - 1,
    );
  });

  test("of some units of each layer tells of all, and gets the pictures of the others later", async () => {
    const some = await make("some", { units: 2 });
    expect(some).toMatchObject({ units: 8, layers: 4 });
    const { layers } = await readJson<AtlasFile>("some", "atlas.json");
    expect(layers.map(({ units, done }) => [units, done])).toEqual([
      [4, 2],
      [4, 2],
      [4, 2],
      [3, 2],
    ]);
    const { status, real } = await readJson<AtlasLayerFile>("some", "d/scores.json");
    expect(status).toEqual(["done", "done", "waiting"]);
    expect(real!.strongest.map((all) => all.length)).toEqual([6, 6, 6]);
    expect(await make("some", { units: 1 })).toMatchObject({ units: 8 });
    expect(await make("some")).toMatchObject({ units: 15 });
    await make("whole");
    const shown = (all: Record<string, string>) =>
      Object.fromEntries(Object.entries(all).filter(([name]) => !name.startsWith("/.jobs")));
    expect(shown(await contents("some"))).toEqual(shown(await contents("whole")));
    expect(await make("some", { units: 1 })).toMatchObject({ units: 15 });
  });

  test("that was stopped, and goes on, has the same bytes as one that was not", async () => {
    await make("undisturbed");
    const stop = new AbortController();
    let begun = 0;
    const doJobs = inThisThread(() => {
      if (++begun === 3) stop.abort();
    });
    await expect(make("stopped", { doJobs, signal: stop.signal })).rejects.toMatchObject({ code: "aborted" });
    const partial = await readJson<AtlasFile>("stopped", "atlas.json");
    expect(partial.layers.some(({ done, units }) => done < units)).toBe(true);
    let again = 0;
    await make("stopped", { doJobs: inThisThread(() => again++) });
    expect(again).toBe(3);
    expect(await contents("stopped")).toEqual(await contents("undisturbed"));
  });

  test("has no files of before that it does not list", async () => {
    await make("tidy", { layers: ["conv"] });
    await writeFile(join(folder, "tidy", "x", "999.png"), "");
    await writeFile(join(folder, "tidy", "mine.txt"), "");
    await make("tidy");
    const names = Object.keys(await contents("tidy"));
    expect([names.includes("/x/999.png"), names.includes("/mine.txt")]).toEqual([false, true]);
  });

  test("takes further layers, and keeps what it has", async () => {
    await make("grown", { layers: ["conv"] });
    const made: string[] = [];
    const doJobs = inThisThread((job) => made.push(job.kind === "pictures" ? job.goals[0]!.target : "survey"));
    await make("grown", { layers: ["scores"], doJobs });
    expect(made).toEqual(["survey", "scores:0"]);
    const { layers } = await readJson<AtlasFile>("grown", "atlas.json");
    expect(layers.map(({ name }) => name)).toEqual(["conv", "scores"]);
  });

  test("sets a job aside that fails three times, shows why, and tries it again with the same command", async () => {
    let [attempts, isPoisonous] = [0, true];
    const doJobs = inThisThread((job) => {
      if (!isPoisonous || job.kind !== "pictures" || !job.goals[0]!.target.startsWith("pooled")) return;
      attempts++;
      throw new Error("It cannot be done");
    });
    const { failures, units } = await make("poisoned", { doJobs });
    expect([attempts, units, failures.length]).toEqual([3, 11, 4]);
    const { status, failures: reasons } = await readJson<AtlasLayerFile>("poisoned", "d/pooled.json");
    expect(status).toEqual(["failed", "failed", "failed", "failed"]);
    expect(reasons[2]).toBe("It cannot be done");
    isPoisonous = false;
    expect(await make("poisoned", { doJobs })).toMatchObject({ units: 15, failures: [] });
  });

  test("has directions of its layers, which go on where they were stopped", async () => {
    const directions = { kmeans: 3, map: 2 };
    await make("directed", { layers: ["conv"], directions });
    const { layers } = await readJson<AtlasFile>("directed", "atlas.json");
    expect(layers.map(({ name, units, done }) => [name, units, done]).slice(0, 2)).toEqual([
      ["conv", 4, 4],
      ["conv k-means", 3, 3],
    ]);
    expect(layers[1]!.directions).toMatchObject({ of: "conv", method: "kmeans", count: 3 });
    const cells = layers[2]!.directions!.cells!;
    expect([layers[2]!.name, layers[2]!.done]).toEqual(["conv map", cells.length]);
    const { real, nearest } = await readJson<AtlasLayerFile>("directed", "d/conv-k-means.json");
    expect(real!.strongest.map((all) => all.length > 0)).toEqual([true, true, true]);
    expect(Object.keys(nearest)).toEqual(["pictures", "weights", "activations"]);
    const vectors = decodeNpy(await readFile(join(folder, "directed", "v", "conv-k-means.npy")));
    expect(vectors.shape).toEqual([3, 4]);

    const stop = new AbortController();
    let pictures = 0;
    const doJobs = inThisThread((job) => {
      if (job.kind === "pictures" && ++pictures === 2) stop.abort();
    });
    const stopped = make("redirected", { layers: ["conv"], directions, doJobs, signal: stop.signal });
    await expect(stopped).rejects.toMatchObject({ code: "aborted" });
    await make("redirected", {});
    expect(await contents("redirected")).toEqual(await contents("directed"));
  });

  test("has what units want least, and further pictures that differ", async () => {
    const { units } = await make("varied", { layers: ["conv"], negative: true, diverse: 2, steps: 24 });
    expect(units).toBe(4);
    const { activation, negative, diverse } = await readJson<AtlasLayerFile>("varied", "d/conv.json");
    expect(negative!.map((value, i) => value! < activation[i]!)).toEqual([true, true, true, true]);
    expect(diverse!.map((all) => all.map((value) => value !== null))).toEqual(Array(4).fill([true, true]));
    const files = await contents("varied");
    expect(files["/f/conv/0-diverse-0.webp"]).not.toBe(files["/f/conv/0-diverse-1.webp"]);
    const { layers } = await readJson<AtlasFile>("varied", "atlas.json");
    expect(layers[0]).toMatchObject({ units: 4, done: 4 });
  });

  test("tells which classes want a unit", async () => {
    await make("wanted", { layers: ["pooled", "scores"] });
    const { real } = await readJson<AtlasLayerFile>("wanted", "d/scores.json");
    // the slope of a score along itself is 1, along others 0
    for (const [unit, all] of real!.wanted!.entries())
      expect(all.filter(([index]) => index === unit)).toEqual(all.map(() => [unit, 1]));
  });

  test("knows the atlases beside it, and is one archive", async () => {
    await make("first", { layers: ["scores"] });
    await make("second", { layers: ["scores"], beside: [join(folder, "first")] });
    const first = await readJson<AtlasFile>("first", "atlas.json");
    expect(await readJson("second", "beside.json")).toEqual([{ path: "../first", ...first.model }]);
    // kept by a run that does not name it
    await make("second");
    expect(await readJson("second", "beside.json")).toHaveLength(1);
    await expect(make("third", { layers: ["scores"], beside: [photos] })).rejects.toThrow("holds no atlas to show");

    const archive = join(folder, "second.zip");
    await zipAtlas(join(folder, "second"), archive);
    const bytes = await readFile(archive);
    await zipAtlas(join(folder, "second"), archive);
    expect(bytes.equals(await readFile(archive))).toBe(true);
    const files = unzipSync(bytes);
    const sums = new TextDecoder().decode(files["SHA256SUMS"]!).trimEnd().split("\n");
    for (const line of sums) expect(sha256Of(files[line.slice(66)]!)).toBe(line.slice(0, 64));
    expect(new TextDecoder().decode(files["CITATION.cff"]!)).toContain(`sha256:${first.model.sha256}`);
    expect(Object.keys(files)).toHaveLength(sums.length + 1);
  });

  test("has no directions without real pictures", async () => {
    const bare = make("undirected", { images: undefined, layers: ["conv"], directions: { nmf: 2 } });
    await expect(bare).rejects.toThrow("Directions are found in the activations of real pictures, and there are none");
  });

  test("needs no real pictures", async () => {
    await make("bare", { images: undefined, layers: ["conv"] });
    const { real, nearest } = await readJson<AtlasLayerFile>("bare", "d/conv.json");
    expect([real, Object.keys(nearest)]).toEqual([undefined, ["pictures", "weights"]]);
  });

  test("refuses to mix what was made otherwise", async () => {
    await make("one", { layers: ["conv"] });
    await expect(make("one", { layers: ["conv"], steps: 4 })).rejects.toThrow(
      `"${join(folder, "one")}" holds an atlas that was made with another recipe, seed or number of steps`,
    );
    await expect(make("one", { layers: ["conv"], images: undefined })).rejects.toThrow("another set of images");
    await expect(make("two", { layers: ["cnov"] })).rejects.toMatchObject({ code: "unknown-layer" });
  });
});
