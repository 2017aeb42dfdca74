import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { readModel } from "@xstar/core";
import { decodeNpy, findRecord } from "@xstar/results";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { loadModel, maximize } from "../../xstar/src/index.js";
import { choose, describeStudio, ended } from "./studio.js";

const four = "init=ones&init=0.5&init=zeros&init=random";
const race = `#/m/article/run?t=crossEntropy:1&recipe=none&opt=gradient:learningRate%3D1&steps=12&seed=1&${four}`;

/** The file that a button makes. */
async function download(page: Page, name: string): Promise<{ name: string; bytes: Uint8Array }> {
  const arriving = page.waitForEvent("download", { timeout: 120_000 });
  await page.getByRole("button", { name, exact: true }).click();
  const file = await arriving;
  return { name: file.suggestedFilename(), bytes: new Uint8Array(readFileSync(await file.path())) };
}

const startsWith = (bytes: Uint8Array, text: string, at = 0) =>
  new TextDecoder("latin1").decode(bytes.subarray(at, at + text.length)) === text;

describeStudio("the workbench", {}, ({ visit, address }) => {
  test("a run can be scrubbed, and its address has the step: a shared link shows the same", async () => {
    const { page, context } = await visit(race);
    await ended(page);
    const slider = page.getByRole("slider", { name: "Step" });
    await slider.fill("5");
    expect(await page.locator("[data-testid=workbench-panes] .step").allTextContents()).toEqual(["5", "5", "5", "5"]);
    await expect.poll(() => page.url()).toContain("step=5");
    await page.keyboard.press("ArrowRight");
    const objective = () => page.locator(".chip", { hasText: "objective" }).textContent();
    await slider.fill("0");
    const before = await objective();
    const link = page.url();
    await page.getByRole("tab", { name: "Export" }).click();
    const { bytes } = await download(page, "Numbers");
    await context.close();
    const again = await visit(link.slice(address().length));
    await ended(again.page);
    expect(await again.page.locator(".chip", { hasText: "objective" }).textContent()).toBe(before);
    await again.page.getByRole("tab", { name: "Export" }).click();
    expect((await download(again.page, "Numbers")).bytes).toEqual(bytes);
    await again.context.close();
  });

  test("every setting is a control made from its definition; what needs another graph goes on from the picture", async () => {
    const { page, errors, context } = await visit("#/m/article/run?t=logit:3&recipe=none&steps=4000");
    await page.locator("[data-testid=workbench-panes] .step").waitFor({ timeout: 120_000 });
    await page.getByText("Every setting").click();
    await page.getByLabel("Optimizer").selectOption("adam");
    await expect.poll(() => page.url(), { timeout: 120_000 }).toContain("opt=adam");
    await expect.poll(() => page.url(), { timeout: 120_000 }).toMatch(/init=logit-3-step-\d+\.npy/);
    await page.getByRole("button", { name: "Stop and keep" }).click();
    await ended(page);
    expect(errors).toEqual([]);
    await context.close();
  });

  test("a run is steered while it climbs: weights, rates and targets change in the graph that runs", async () => {
    const { page, errors, context } = await visit(
      "#/m/article/run?t=logit:3%20-%200.1*tv&recipe=none&opt=adam&steps=20000&init=zeros",
    );
    const steer = page.getByRole("region", { name: "Steer" });
    await steer.waitFor({ timeout: 120_000 });
    const steps = () =>
      page
        .locator(".chip", { hasText: "running" })
        .textContent()
        // between two graphs it runs without a step
        .then((text) => Number(/step (\d+)/.exec(text!)?.[1] ?? 0));
    await expect.poll(steps, { timeout: 120_000 }).toBeGreaterThan(5);
    for (const [name, value] of [
      ["learningRate", "0.01"],
      ["weight of tv", "0.5"],
    ] as const) {
      await steer.getByLabel(name, { exact: true }).fill(value);
      await steer.getByLabel(name, { exact: true }).press("Enter");
    }
    await expect.poll(() => page.url(), { timeout: 120_000 }).toContain("learningRate=0.01");
    await expect.poll(() => page.url(), { timeout: 120_000 }).toContain("0.5+*+tv");
    // "steered after step 12, 57": one number for each change that took hold
    const steered = async () => {
      const [text] = await page.locator(".chip", { hasText: "steered after step" }).allTextContents();
      return text?.match(/\d+/g)?.length ?? 0;
    };
    await expect.poll(steered, { timeout: 120_000 }).toBeGreaterThan(0);
    const changes = await steered();
    await steer.getByLabel("class").selectOption("5");
    await expect.poll(steered, { timeout: 120_000 }).toBeGreaterThan(changes);
    await expect
      .poll(() => page.getByRole("heading", { level: 1 }).textContent(), { timeout: 120_000 })
      .toContain("logit:5");
    // it is one climb: its steps go on, its start is what it was
    expect(page.url()).not.toContain(".npy");
    const before = await steps();
    await expect.poll(steps, { timeout: 120_000 }).toBeGreaterThan(before);
    await page.getByRole("slider", { name: "Step" }).fill("0");
    await expect
      .poll(() => page.locator("[data-testid=workbench-panes] .step").textContent(), { timeout: 120_000 })
      .toBe("0");
    await page.getByRole("button", { name: "Stop and keep" }).click();
    await ended(page);
    await page.getByRole("tab", { name: "Export" }).click();
    const run = JSON.parse(new TextDecoder().decode((await download(page, "run.json")).bytes));
    expect(run.ascent.steered.length).toBeGreaterThanOrEqual(2);
    expect(run.ascent.steered[0].before).toHaveProperty("optimizer");
    expect(errors).toEqual([]);
    await context.close();
  });

  test("the border, the brush and noise are tried on the picture, and the network's answer follows", async () => {
    const { page, errors, context } = await visit(
      "#/m/article/run?t=crossEntropy:2&recipe=none&opt=gradient:learningRate%3D1&steps=40&init=random&seed=1",
    );
    await ended(page);
    await page.getByRole("tab", { name: "Test it" }).click();
    const answer = page.getByTestId("answer");
    await expect.poll(() => answer.textContent(), { timeout: 120_000 }).toContain("▸ 2");
    const confidence = await answer.textContent();
    await page.getByLabel(/^Border set to/).fill("12");
    await expect.poll(() => answer.textContent(), { timeout: 120_000 }).not.toBe(confidence);
    await page.getByRole("button", { name: "Curve" }).click();
    await page
      .getByText(/by width of the border/)
      .first()
      .waitFor({ timeout: 120_000 });
    expect(errors).toEqual([]);
    await context.close();
  });

  test("every file that it writes can be read again, and a picture repeats its run when it is dropped", async () => {
    const { page, errors, context } = await visit(race.replace(four, "init=random"));
    await ended(page);
    await page.getByRole("tab", { name: "Export" }).click();
    const png = await download(page, "PNG");
    const { record } = findRecord(png.bytes, png.name);
    expect(record.ascent.steps).toBe(12);
    const { data, shape } = decodeNpy((await download(page, "Numbers")).bytes, "picture");
    expect(shape).toEqual([1, 28, 28]);
    expect(Array.from(data as Float32Array).some((value) => value !== 0)).toBe(true);
    const run = JSON.parse(new TextDecoder().decode((await download(page, "run.json")).bytes));
    expect(run.pictures[0].curve).toHaveLength(13);
    const report = new TextDecoder().decode((await download(page, "Report")).bytes);
    expect(report).toContain("<!doctype html>");
    expect(report).toContain("crossEntropy:1");
    const gif = await download(page, "GIF");
    expect(startsWith(gif.bytes, "GIF89a")).toBe(true);
    const webp = await download(page, "WebP");
    expect(startsWith(webp.bytes, "RIFF") && startsWith(webp.bytes, "WEBP", 8)).toBe(true);
    const frames = await page.evaluate(async (bytes) => {
      const decoder = new ImageDecoder({ type: "image/webp", data: new Uint8Array(bytes) });
      await decoder.tracks.ready;
      return decoder.tracks.selectedTrack!.frameCount;
    }, Array.from(webp.bytes));
    expect(frames).toBe(13);
    const film = await download(page, "Video");
    const length = await page.evaluate(async (bytes) => {
      const video = document.createElement("video");
      video.src = URL.createObjectURL(new Blob([new Uint8Array(bytes)]));
      await new Promise((resolve, reject) => {
        video.onloadeddata = resolve;
        video.onerror = () => reject(new Error(video.error?.message));
      });
      return [video.videoWidth > 27, video.duration > 0];
    }, Array.from(film.bytes));
    expect(length).toEqual([true, true]);
    const ascent = readModel((await download(page, "ascent.onnx")).bytes);
    expect(ascent.graph.outputs.map(({ name }) => name)).toContain("picture");
    const change = await download(page, "PNG of the change");
    const sides = await page.evaluate(async (bytes) => {
      const { width, height } = await createImageBitmap(new Blob([new Uint8Array(bytes)]));
      return [width % 28, height % 28];
    }, Array.from(change.bytes));
    expect(sides).toEqual([0, 0]);
    expect(await page.getByTestId("command").textContent()).toContain(
      "xstar maximize article.onnx crossEntropy:1 --recipe none",
    );

    await page.goto(`${address()}#/m`);
    const chooser = page.waitForEvent("filechooser");
    await page.getByRole("button", { name: "Choose files" }).click();
    await (await chooser).setFiles({ name: png.name, mimeType: "image/png", buffer: Buffer.from(png.bytes) });
    await page.getByText("the same numbers as in the file").waitFor({ timeout: 120_000 });
    await page.getByRole("tab", { name: "Export" }).click();
    await page.getByText("The same in TypeScript").click();
    const program = (await page.getByTestId("program").textContent())!;
    expect(program).toContain(
      'await maximize(model, "crossEntropy:1", {\n  recipe: "none",\n  start: ["random"],\n  steps: 12,',
    );
    await page.goto(`${address()}#/library`);
    const kept = await page.getByRole("link", { name: "crossEntropy:1" }).first().getAttribute("href");
    expect(kept).toContain("t=crossEntropy:1&recipe=none&init=random&steps=12");
    expect(errors).toEqual([]);
    await context.close();
  });

  test("a picture of the command line is dropped, and its run is made here", async () => {
    const folder = mkdtempSync(join(tmpdir(), "xstar-e2e-"));
    const file = join(folder, "network.onnx");
    writeFileSync(file, gunzipSync(readFileSync(new URL("../public/article.onnx.gz", import.meta.url))));
    const { images } = await maximize(await loadModel(file), "crossEntropy:1", {
      recipe: "none",
      start: "zeros",
      steps: 6,
    });
    const png = await images[0].toPng();
    rmSync(folder, { recursive: true });
    const { page, errors, context } = await visit("#/nothing");
    let opened = 0;
    page.on("request", (request) => (opened += Number(request.url().endsWith("article.onnx.gz"))));
    await page.goto(`${address()}#/m/article`);
    await page.getByRole("button", { name: "Show me a neuron" }).waitFor({ timeout: 120_000 });
    // opened twice, it would forget what is dropped in between
    expect(opened).toBe(1);
    await page.goto(`${address()}#/m`);
    await choose(page, [{ name: "picture.png", mimeType: "image/png", buffer: Buffer.from(png) }]);
    await ended(page);
    expect(await page.getByRole("heading", { level: 1 }).textContent()).toBe("crossEntropy:1");
    await page.getByText(/the same numbers as in the file|another picture of the same climb/).waitFor();
    await page.getByRole("button", { name: "+50 steps" }).click();
    await page.locator(".chip", { hasText: "ended after 56 steps" }).waitFor();
    await page.getByRole("tab", { name: "Export" }).click();
    expect(await page.getByTestId("command").textContent()).toBe("xstar maximize --from picture.png --steps 56");
    expect(errors).toEqual([]);
    await context.close();
  });

  test("an engine that is lost begins again", async () => {
    const { page, context } = await visit("#/m/article/run?t=logit:3&recipe=none&steps=5");
    await ended(page);
    const [worker] = page.workers();
    await worker!.evaluate(() =>
      setTimeout(() => {
        throw new Error("out of memory");
      }),
    );
    // the address has all that it takes to begin anew
    await page.getByText("Opening the model").waitFor({ timeout: 120_000 });
    await ended(page);
    await context.close();
  });
});
