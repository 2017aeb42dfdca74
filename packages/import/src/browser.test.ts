import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { chromium as driver } from "playwright";
import { rolldown } from "rolldown";
import { expect, it } from "vitest";
import { chromium } from "../../../scripts/chromium.js";
import { inMemory, packedFile, readCases } from "./testing/cases.js";
import { importModel } from "./import-model.js";

/*
 * Files that are dropped on a page open there, with the same bytes as in Node.
 */

const entry = join(import.meta.dirname, "page.js");
const program = `
  import { importModel } from "@xstar/import";
  const digest = async (bytes) =>
    [...new Uint8Array(await crypto.subtle.digest("SHA-256", bytes))].map((x) => x.toString(16).padStart(2, "0")).join("");
  addEventListener("drop", async (event) => {
    event.preventDefault();
    const files = [...event.dataTransfer.files];
    const { onnx } = await importModel({
      name: files[0].name,
      list: async () => files.map(({ name }) => name),
      read: async (path) => new Uint8Array(await files.find(({ name }) => name === path).arrayBuffer()),
    });
    document.body.append(files[0].name + "=" + (await digest(onnx)) + ";");
  });
  const drop = async (names) => {
    const dataTransfer = new DataTransfer();
    for (const name of names)
      dataTransfer.items.add(new File([await (await fetch("/files/" + name)).arrayBuffer()], name));
    dispatchEvent(new DragEvent("drop", { dataTransfer, cancelable: true }));
  };
  for (const names of await (await fetch("/drops")).json()) await drop(names);`;

/** The page's program in parts: what reads HDF5 is loaded only where it is needed. */
async function bundle(): Promise<readonly (readonly [path: string, code: string])[]> {
  const plugin = {
    name: "page",
    resolveId: (id: string) => (id === entry ? id : null),
    load: (id: string) => (id === entry ? program : null),
  };
  const built = await rolldown({ input: entry, platform: "browser", plugins: [plugin], logLevel: "silent" });
  const { output } = await built.generate({ format: "esm" });
  await built.close();
  return output.flatMap((one) => (one.type === "chunk" ? [[`/${one.fileName}`, one.code] as const] : []));
}

/** A layers model of TensorFlow.js in two shards. */
const shards = {
  "model.json": JSON.stringify({
    modelTopology: {
      class_name: "Sequential",
      config: {
        layers: [
          {
            class_name: "Dense",
            config: { name: "scores", batch_input_shape: [null, 3], units: 2, activation: "softmax" },
          },
        ],
      },
    },
    weightsManifest: [
      {
        paths: ["a.bin", "b.bin"],
        weights: [
          { name: "scores/kernel", shape: [3, 2], dtype: "float32" },
          { name: "scores/bias", shape: [2], dtype: "float32" },
        ],
      },
    ],
  }),
  "a.bin": Buffer.from(new Float32Array([1, 2, 3, 4, 5]).buffer),
  "b.bin": Buffer.from(new Float32Array([6, 0.5, -0.5]).buffer),
};

const [tflite] = readCases<{ file: string }>("tflite-operators.json.gz");

it.skipIf(!chromium)(
  `dropped files open in a page${chromium ? "" : " (skipped: no Chromium)"}`,
  async () => {
    const single = async (name: string) => [name, await packedFile(name).read(name)] as const;
    const files = new Map<string, Uint8Array | string>([
      await single("keras3.keras"),
      await single("keras2.h5"),
      ["one.tflite", Buffer.from(tflite!.file, "base64")],
      ...Object.entries(shards),
    ]);
    const drops = [["keras3.keras"], ["keras2.h5"], ["one.tflite"], Object.keys(shards)];
    const parts = await bundle();
    const answers = new Map<string, readonly [type: string, body: Uint8Array | string]>([
      [
        "/",
        [
          "text/html",
          `<!doctype html><meta charset="utf-8"><body><script type="module" src="${parts[0]![0]}"></script>`,
        ],
      ],
      ...parts.map(([path, code]) => [path, ["text/javascript", code]] as const),
      ["/drops", ["application/json", JSON.stringify(drops)]],
      ...[...files].map(([name, body]) => [`/files/${name}`, ["application/octet-stream", body]] as const),
    ]);
    const found = await shownBy(answers, drops.length);
    for (const [name] of drops) {
      const contents = Object.fromEntries([...files].map(([one, body]) => [one, Buffer.from(body).toString("base64")]));
      const { onnx } = await importModel(inMemory(name!, contents));
      const digest = Buffer.from(await crypto.subtle.digest("SHA-256", onnx as Uint8Array<ArrayBuffer>)).toString(
        "hex",
      );
      expect(found).toContain(`${name}=${digest};`);
    }
  },
  120_000,
);

/** What a page shows when it has written so many results. */
async function shownBy(
  answers: ReadonlyMap<string, readonly [type: string, body: Uint8Array | string]>,
  count: number,
): Promise<string> {
  const server = createServer(({ url = "" }, response) => {
    const answer = answers.get(url);
    response.writeHead(answer ? 200 : 404, { "content-type": answer?.[0] ?? "text/plain" }).end(answer?.[1]);
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const browser = await driver.launch({ executablePath: chromium!, args: ["--no-sandbox"] });
  try {
    const page = await browser.newPage();
    const failed = new Promise<never>((_, reject) => page.on("pageerror", reject));
    await page.goto(`http://127.0.0.1:${port}/`);
    const written = page.waitForFunction(
      `document.body.textContent.split(";").length > ${count}`,
      {},
      { timeout: 90_000 },
    );
    await Promise.race([written, failed]);
    return await page.evaluate("document.body.textContent");
  } finally {
    await browser.close();
    server.close();
  }
}
