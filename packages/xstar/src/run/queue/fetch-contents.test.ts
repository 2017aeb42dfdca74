import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sha256Of } from "@xstar/results";
import { keyOfContent, type BlobStore, type DirectionsJob, type SurveyJob } from "@xstar/runs";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { fetchContents } from "./fetch-contents.js";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "xstar-fetch-"));
});
afterEach(() => rm(folder, { recursive: true }));

/** A store in memory, which counts what is asked of it. */
function memory(all: readonly string[]): BlobStore & { readonly gets: string[] } {
  const bytes = new Map(all.map((text) => [keyOfContent(sha256Of(text)), new TextEncoder().encode(text)]));
  const gets: string[] = [];
  return {
    gets,
    has: async (key) => bytes.has(key),
    async get(key) {
      gets.push(key);
      return bytes.get(key);
    },
    put: async (key, value) => void bytes.set(key, Uint8Array.from(value)),
  };
}

const photos = ["one", "two", "three"];
const list = photos.map((text, i) => `${sha256Of(text)}  ${i}.png\n`).join("");
const job: SurveyJob = {
  kind: "survey",
  xstar: "1.0.0",
  model: { name: "net.onnx", sha256: sha256Of("model"), beside: [{ name: "w/1.bin", sha256: sha256Of("weights") }] },
  network: { contract: null },
  layers: ["conv"],
  hasClasses: false,
  data: { sha256: sha256Of(list), count: 3 },
  range: [1, 3],
};

describe("contents of a job", () => {
  test("are fetched once, and only those pictures that it looks at", async () => {
    const store = memory(["model", "weights", list, ...photos]);
    const find = fetchContents(store, folder);
    const found = await find(job);
    expect(found.model).toBe(join(folder, "models", job.model.sha256, "net.onnx"));
    expect(await readdir(join(folder, "pictures"))).toEqual([sha256Of("two"), sha256Of("three")].toSorted());
    const before = store.gets.filter((key) => key === keyOfContent(job.model.sha256)).length;
    await find(job);
    await fetchContents(store, folder)(job);
    expect(store.gets.filter((key) => key === keyOfContent(job.model.sha256))).toHaveLength(before);
  });

  test("are all pictures where directions are found", async () => {
    const { layers: _, range: __, ...rest } = job;
    const found = { layer: "conv", method: "kmeans", count: 2, seed: 0, features: null } as const;
    const directions: DirectionsJob = { ...rest, ...found, kind: "directions" };
    const { pictures } = await fetchContents(memory(["model", "weights", list, ...photos]), folder)(directions);
    expect(pictures).toEqual({
      list: join(folder, "lists", `${sha256Of(list)}.txt`),
      folder: join(folder, "pictures"),
    });
    expect(await readdir(join(folder, "pictures"))).toHaveLength(3);
  });

  test.each([
    ["../net.onnx", "A job names a file outside its folder: ../net.onnx"],
    ["/etc/passwd", "A job names a file outside its folder: /etc/passwd"],
    [".hidden", "A job names a file outside its folder: .hidden"],
  ])("never lie outside the folder: %s", async (name, message) => {
    const find = fetchContents(memory(["model"]), folder);
    await expect(find({ ...job, model: { ...job.model, name } })).rejects.toThrow(message);
    const beside = [{ name, sha256: sha256Of("weights") }];
    await expect(find({ ...job, model: { ...job.model, beside } })).rejects.toThrow(
      "A job names a file outside its folder",
    );
  });

  test("are what their hashes say", async () => {
    const store = memory(["model"]);
    await store.put(keyOfContent(job.model.sha256), new TextEncoder().encode("another"));
    await expect(fetchContents(store, folder)(job)).rejects.toThrow("The store has other bytes under SHA-256");
    const named = { ...job, model: { ...job.model, sha256: "../../x" } };
    await expect(fetchContents(store, folder)(named)).rejects.toThrow("A job names a content that has no SHA-256");
  });
});
