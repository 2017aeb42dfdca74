import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { classify, inspect } from "@xstar/core";
import { diagnose, likeliestOf } from "@xstar/results";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { main } from "../cli/main.js";
import { openLabelled } from "../data/labelled.js";
import { readImage } from "../files/image.js";
import { loadModel } from "../load.js";
import { nodeRuntime } from "../runtime.js";

const shared = join(import.meta.dirname, "../../../../../shared");
const isThere = existsSync(shared);
const readJson = (...path: string[]) => JSON.parse(readFileSync(join(shared, ...path), "utf8"));
const folders = isThere ? readdirSync(join(shared, "models")).filter((name) => !name.includes(".md")) : [];
const files = folders.flatMap((folder) =>
  readdirSync(join(shared, "models", folder))
    .filter((file) => file.endsWith(".onnx"))
    .map((file) => [folder, file] as const),
);
const open = (folder: string, file: string) =>
  loadModel(join(shared, "models", folder, file), { runtime: nodeRuntime({ threads: 1 }) });

type Expected = Record<string, { top5_logits: Record<string, readonly (readonly [number, string, number])[]> }>;
const expected: Expected = isThere ? readJson("photos", "expected.json") : {};
const withPhotos = new Set(Object.values(expected).flatMap(({ top5_logits }) => Object.keys(top5_logits)));

/** What `meta.json` says of the input, as a contract file of ours. */
function contractOf(folder: string) {
  const { layout, colour, mean, std } = readJson("models", folder, "meta.json").input;
  return { mean, std, layout, order: /^gr[ea]y/.test(colour) ? "gray" : "RGB" };
}

describe.skipIf(!isThere)(`pretrained networks in ${shared}${isThere ? "" : " (missing)"}`, () => {
  test.each(files)("%s: %s has no missing rule, and its layout and order are guessed right", async (folder, file) => {
    const { missingRules, layers, contract } = await inspect(await open(folder, file));
    expect(missingRules).toEqual([]);
    expect(layers.some(({ differentiable }) => differentiable)).toBe(true);
    const { layout } = readJson("models", folder, "meta.json").input;
    if (layout) expect(contract!.contract).toMatchObject({ layout, order: contractOf(folder).order });
  });

  test("the cuts of photographs are found as what they are, and nothing else", { timeout: 120_000 }, async () => {
    const { pictures } = await openLabelled(join(shared, "photos"), { classes: 1000 });
    const model = await open("squeezenet-v1.1", "squeezenet-v1.1.onnx");
    const findings = [];
    for await (const finding of diagnose(model, pictures, { only: ["duplicates"] })) findings.push(finding);
    const names = findings.flatMap((one) => (one.pictures ?? []).map(({ name }) => name.replace(/\.\w+$/, "")));
    const all = [...new Set(pictures.names.map((name) => name.replace(/(_224)?\.\w+$/, "")))];
    expect(names.toSorted()).toEqual(all.flatMap((name) => [name, `${name}_224`]).toSorted());
  });

  describe("with a contract file beside them", () => {
    let place: string;
    beforeAll(async () => {
      place = await mkdtemp(join(tmpdir(), "xstar-contracts-"));
    });
    afterAll(() => rm(place, { recursive: true }));

    test.each(files.filter(([folder]) => withPhotos.has(folder)))(
      "%s: %s gives the photographs their five classes",
      { timeout: 120_000 },
      async (folder, file) => {
        const path = join(place, file);
        await symlink(join(shared, "models", folder, file), path);
        const labels = readFileSync(join(shared, "models", folder, "labels.txt"), "utf8")
          .trimEnd()
          .split("\n");
        await writeFile(path.replace(".onnx", ".contract.json"), JSON.stringify({ ...contractOf(folder), labels }));
        const model = await loadModel(path, { runtime: nodeRuntime({ threads: 1 }) });
        const side: number = readJson("models", folder, "meta.json").input.size;
        const found: Record<string, unknown> = {};
        const wanted: Record<string, unknown> = {};
        for (const [photo, { top5_logits }] of Object.entries(expected)) {
          const picture = await readImage(join(shared, "photos", photo), { channels: 3, height: side, width: side });
          const batch = { ...picture, shape: [1, ...picture.shape] };
          const [shares] = (await classify(model, batch, { contract: model.contract! }))!;
          found[photo] = likeliestOf(shares!, model.labels, 5).map((one) => [one.class, one.label]);
          wanted[photo] = top5_logits[folder]!.map(([index, label]) => [index, label]);
        }
        expect(Object.keys(wanted)).toHaveLength(9);
        expect(found).toEqual(wanted);
      },
    );

    test("xstar inspect --try shows them", async () => {
      const [folder, file] = files.find(([name]) => name.startsWith("mobilenet-v2"))!;
      const written: string[] = [];
      const write = vi.spyOn(process.stdout, "write").mockImplementation((text) => written.push(String(text)) > 0);
      const photo = join(shared, "photos", "chelsea_224.png");
      const model = join(shared, "models", folder, file);
      const code = await main(["inspect", model, "--try", photo, "--input-range", "-1,1", "--json"]);
      write.mockRestore();
      expect(code).toBe(0);
      const { top } = JSON.parse(written.join("")).try;
      expect(top.map((one: { class: number; label: string }) => [one.class, one.label])).toEqual(
        expected["chelsea_224.png"]!.top5_logits[folder]!.map(([index, label]) => [index, label]),
      );
    });
  });
});
