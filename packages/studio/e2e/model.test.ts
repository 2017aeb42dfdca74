import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterAll, expect, test } from "vitest";
import { withExternalWeights } from "./external.js";
import { choose, describeStudio, ended, hasModels, shared } from "./studio.js";

const file = (name: string, held: Uint8Array) => ({
  name,
  mimeType: "application/octet-stream",
  buffer: Buffer.from(held),
});

const model = (path: string) => `${shared}models/${path}`;

describeStudio("a model of one's own", {}, ({ visit }) => {
  test("what is broken is said in a sentence with something to do", async () => {
    const { page, context } = await visit("#/m");
    const chooser = page.waitForEvent("filechooser");
    await page.getByRole("button", { name: "Choose files" }).click();
    await (
      await chooser
    ).setFiles({
      name: "broken.onnx",
      mimeType: "application/octet-stream",
      buffer: Buffer.from("this is no model"),
    });
    const alert = page.getByRole("alert");
    await alert.waitFor();
    expect(await alert.textContent()).toMatch(/ONNX/);
    await page.getByRole("button", { name: "Dismiss" }).click();
    expect(await alert.count()).toBe(0);
    await context.close();
  });

  test("files are dropped onto the window, several at once", async () => {
    const { page, errors, context } = await visit("#/");
    const { onnx, weights } = withExternalWeights();
    const held = await page.evaluateHandle(
      (files) => {
        const transfer = new DataTransfer();
        for (const { name, bytes } of files) transfer.items.add(new File([new Uint8Array(bytes)], name));
        return transfer;
      },
      [
        { name: "net.onnx", bytes: [...onnx] },
        { name: "w.bin", bytes: [...weights] },
      ],
    );
    await page.dispatchEvent("body", "dragenter", { dataTransfer: held });
    await page.getByText("Drop a model, its weights, labels, pictures").waitFor();
    await page.dispatchEvent("body", "drop", { dataTransfer: held });
    await page.getByRole("link", { name: "conv" }).waitFor();
    expect(await page.getByText("Drop a model, its weights, labels, pictures").count()).toBe(0);
    expect(errors).toEqual([]);
    await context.close();
  });

  test("weights in a file that was forgotten are asked for, and taken when they are dropped afterwards", async () => {
    const { page, errors, context } = await visit("#/m");
    const { onnx, weights } = withExternalWeights();
    await choose(page, [file("net.onnx", onnx)]);
    await page.getByRole("alert").waitFor({ timeout: 120_000 });
    expect(await page.getByRole("alert").textContent()).toContain('"w.bin"');
    const chooser = page.waitForEvent("filechooser");
    await page.getByRole("button", { name: "Choose other files" }).click();
    await (await chooser).setFiles([file("w.bin", weights)]);
    await page.getByRole("link", { name: "conv" }).click({ timeout: 120_000 });
    await page.locator("[role=gridcell] canvas").nth(3).waitFor({ timeout: 120_000 });
    expect(errors).toEqual([]);
    await context.close();
  });

  test("a link whose model is not here asks for it", async () => {
    const { page, context } = await visit("#/m/sha256-0123456789ab/run?t=conv:1");
    await page.getByRole("heading", { name: "This address needs a model that is not here" }).waitFor();
    expect(await page.getByRole("main").textContent()).toContain("0123456789ab");
    await context.close();
  });

  test.skipIf(!hasModels)("from the drop of SqueezeNet to the first picture of a neuron", async () => {
    const { page, errors, foreign, context } = await visit("#/m");
    const began = Date.now();
    await choose(page, [model("squeezenet-v1.1/squeezenet-v1.1.onnx"), model("squeezenet-v1.1/labels.txt")]);
    await page.getByRole("button", { name: "Show me a neuron" }).click({ timeout: 120_000 });
    await page.locator("[data-testid=workbench-panes] .step").waitFor({ timeout: 120_000 });
    console.log(`SqueezeNet: ${((Date.now() - began) / 1000).toFixed(1)} s from the drop to the first picture`);
    await page.getByRole("button", { name: "Stop and keep" }).click();
    await ended(page);
    await expect.poll(() => page.getByTestId("answer").textContent(), { timeout: 120_000 }).toMatch(/▸/);
    expect(errors).toEqual([]);
    expect(foreign).toEqual([]);
    await context.close();
  });

  test.skipIf(!hasModels)("the units of a layer are drawn while one looks, and typing stays quick", async () => {
    const { page, errors, context } = await visit("#/m");
    await choose(page, model("cifar10-resnet20/cifar10-resnet20.onnx"));
    await page.getByRole("searchbox", { name: "Filter layers" }).fill("conv");
    await page.getByRole("table").getByRole("link").first().click();
    await page.locator("[role=gridcell] canvas").first().waitFor({ timeout: 120_000 });
    const late = await page.evaluate(
      () =>
        new Promise<number>((resolve) => {
          let most = 0;
          let last = performance.now();
          const timer = setInterval(() => {
            most = Math.max(most, performance.now() - last - 10);
            last = performance.now();
          }, 10);
          setTimeout(() => (clearInterval(timer), resolve(most)), 2000);
        }),
    );
    console.log(`while units are drawn, a timer of the page is at most ${Math.round(late)} ms late`);
    await page.locator("[role=gridcell]").first().focus();
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("Enter");
    await expect.poll(() => page.url()).toContain("/run?t=");
    expect(errors).toEqual([]);
    await context.close();
  });

  test.skipIf(!hasModels)("a vision transformer climbs", async () => {
    const { page, errors, context } = await visit("#/m");
    await choose(page, model("mnist-vit/mnist-vit.onnx"));
    await page.getByRole("button", { name: "Show me a neuron" }).click({ timeout: 120_000 });
    await page.locator("[data-testid=workbench-panes] .step").waitFor({ timeout: 120_000 });
    await page.waitForFunction(
      () => Number(document.querySelector("[data-testid=workbench-panes] .step")?.textContent) > 3,
      null,
      { timeout: 120_000 },
    );
    expect(errors).toEqual([]);
    await context.close();
  });
});

const folder = mkdtempSync(join(tmpdir(), "xstar-studio-e2e-"));
const served = join(folder, "network.onnx");
writeFileSync(served, gunzipSync(readFileSync(new URL("../public/article.onnx.gz", import.meta.url))));
afterAll(() => rmSync(folder, { recursive: true }));

describeStudio("xstar studio with a model", { files: new Map([["network.onnx", served]]) }, ({ visit }) => {
  test("opens it, and the run that its address asks for", async () => {
    const { page, errors, context } = await visit("#/local?t=logit:3&recipe=none&steps=3");
    await ended(page);
    expect(page.url()).toMatch(/#\/m\/sha256-[0-9a-f]{12}\/run\?t=logit:3/);
    expect(errors).toEqual([]);
    await context.close();
  });
});
