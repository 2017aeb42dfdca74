import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import type { Page } from "playwright-core";
import { afterAll, expect, test } from "vitest";
import { writeExternal } from "./external.js";
import { choose, describeStudio, ended, hasModels, shared } from "./studio.js";

const four = "init=ones&init=0.5&init=zeros&init=random";
const race = `#/m/article/run?t=crossEntropy:1&recipe=none&opt=gradient:learningRate%3D1&steps=12&seed=1&${four}`;

/** The corners of what is drawn on a canvas, as red, green, blue. */
const corner = (page: Page, x: number) =>
  page
    .locator("[data-testid=workbench-panes] canvas")
    .first()
    .evaluate(
      (canvas: HTMLCanvasElement, at) => Array.from(canvas.getContext("2d")!.getImageData(at, 0, 1, 28).data),
      x,
    );

/** Drags the mouse over a part of an element, from and to shares of its sides. */
async function drag(page: Page, selector: string, from: readonly [number, number], to: readonly [number, number]) {
  const box = (await page.locator(selector).first().boundingBox())!;
  const at = ([x, y]: readonly [number, number]) => [box.x + x * box.width, box.y + y * box.height] as const;
  await page.mouse.move(...at(from));
  await page.mouse.down();
  await page.mouse.move(...at(to), { steps: 12 });
  await page.mouse.up();
}

async function tabTo(page: Page, name: RegExp, most = 60): Promise<void> {
  for (let i = 0; i < most; i++) {
    await page.keyboard.press("Tab");
    const focused = await page.evaluate(() => {
      const { activeElement: at } = document;
      return `${at?.getAttribute("aria-label") ?? ""} ${at?.textContent ?? ""}`.trim();
    });
    if (name.test(focused)) return;
  }
  throw new Error(`Nothing called ${String(name)} is reached by Tab`);
}

describeStudio("pictures that are touched", {}, ({ visit, address }) => {
  test("a pixel is inspected in all panes at once; swipe and blink show the start", async () => {
    const { page, errors, context } = await visit(race);
    await ended(page);
    const canvases = page.locator("[data-testid=workbench-panes] canvas");
    const box = (await canvases.nth(1).boundingBox())!;
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    const inspected = page.locator("[data-testid=workbench-panes] .inspected");
    await expect.poll(() => inspected.count()).toBe(4);
    for (const text of await inspected.allTextContents()) expect(text).toMatch(/^\s*1[34], 1[34]: .*start/s);

    await page.getByRole("button", { name: "Raw" }).click();
    const end = await corner(page, 2);
    await page.getByRole("button", { name: "Swipe" }).click();
    // on the left of the line is the start, and the line can be dragged
    await expect.poll(() => corner(page, 2)).not.toEqual(end);
    await drag(page, "[data-testid=workbench-panes] canvas", [0.5, 0.5], [0.02, 0.5]);
    await expect.poll(() => corner(page, 2)).toEqual(end);

    await page.getByRole("button", { name: "Blink" }).click();
    const picture = await corner(page, 2);
    const first = (await canvases.first().boundingBox())!;
    await page.mouse.move(first.x + first.width / 2, first.y + first.height / 2);
    await page.mouse.down();
    await expect.poll(() => corner(page, 2)).not.toEqual(picture);
    await page.mouse.up();
    await expect.poll(() => corner(page, 2)).toEqual(picture);
    expect(errors).toEqual([]);
    await context.close();
  });

  test("the brush erases and draws, and the network is asked again", async () => {
    const { page, errors, context } = await visit(race.replace(four, "init=zeros"));
    await ended(page);
    await page.getByRole("tab", { name: "Test it" }).click();
    const answer = page.getByTestId("answer");
    await expect.poll(() => answer.textContent(), { timeout: 120_000 }).toContain("▸ 1");
    const sure = await answer.textContent();
    for (const y of [0.3, 0.4, 0.5, 0.6, 0.7]) await drag(page, "#panel canvas", [0.2, y], [0.8, y]);
    await expect.poll(() => answer.textContent(), { timeout: 120_000 }).not.toBe(sure);
    const erased = await answer.textContent();
    await page.getByRole("button", { name: "Draw", exact: true }).click();
    await drag(page, "#panel canvas", [0.5, 0.2], [0.5, 0.8]);
    await expect.poll(() => answer.textContent(), { timeout: 120_000 }).not.toBe(erased);
    await page.getByRole("button", { name: "Undo all" }).click();
    await expect.poll(() => answer.textContent(), { timeout: 120_000 }).toBe(sure);
    expect(errors).toEqual([]);
    await context.close();
  });

  test("a 1 that is drawn in the guide is read, and the sheet prints on two pages", async () => {
    const { page, errors, context } = await visit("#/guide/1");
    await page.getByTestId("guide-panel").locator("canvas").first().waitFor({ timeout: 120_000 });
    await drag(page, "[data-testid=guide-panel] canvas", [0.5, 0.2], [0.5, 0.8]);
    await expect.poll(() => page.getByTestId("guide-panel").textContent(), { timeout: 120_000 }).toContain("▸ 1");
    await page.goto(`${address()}#/guide/sheet`);
    await page.getByRole("button", { name: "Print two pages" }).waitFor();
    const pdf = (await page.pdf({ format: "A4" })).toString("latin1");
    expect(pdf.match(/\/Type\s*\/Page[^s]/g)).toHaveLength(2);
    expect(errors).toEqual([]);
    await context.close();
  });

  test("by keyboard alone: from a model to a run, through its steps, its tools and its files", async () => {
    const { page, errors, context } = await visit("#/m/article", { reducedMotion: "reduce" });
    await page.getByRole("button", { name: "Show me a neuron" }).waitFor({ timeout: 120_000 });
    await tabTo(page, /^Show me a neuron/);
    await page.keyboard.press("Enter");
    await ended(page);
    await page.keyboard.press("Home");
    await expect.poll(() => page.locator("[data-testid=workbench-panes] .step").textContent()).toBe("0");
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("Shift+ArrowRight");
    await expect.poll(() => page.locator("[data-testid=workbench-panes] .step").textContent()).toBe("11");
    await page.keyboard.press("r");
    await expect.poll(() => page.url()).toContain("view=raw");
    await page.keyboard.press("t");
    await page.getByLabel(/^Border set to/).focus();
    await page.keyboard.press("ArrowRight");
    await page.getByText("Border set to 0: 1 px").waitFor();
    await page.evaluate(() => (document.activeElement as HTMLElement).blur());
    await page.keyboard.press("e");
    const arriving = page.waitForEvent("download", { timeout: 120_000 });
    await tabTo(page, /^PNG$/, 120);
    await page.keyboard.press("Enter");
    expect((await arriving).suggestedFilename()).toMatch(/\.png$/);
    expect(errors).toEqual([]);
    await context.close();
  });

  test("a model is kept in this browser: its address works in a new tab, until it is deleted", async () => {
    const { page, context } = await visit("#/m");
    const bytes = readFileSync(new URL("../public/article.onnx.gz", import.meta.url));
    await choose(page, [{ name: "kept.onnx", mimeType: "application/octet-stream", buffer: gunzipSync(bytes) }]);
    await page.getByRole("heading", { level: 1, name: "kept" }).waitFor({ timeout: 120_000 });
    const link = page.url();
    const library = await context.newPage();
    const remove = library.getByRole("button", { name: "Delete kept" });
    // it is written while one looks
    await expect
      .poll(
        async () => {
          await library.goto(`${address()}#/library`);
          await library.reload();
          await library.getByRole("heading", { name: "Runs" }).waitFor();
          await library.waitForTimeout(500);
          return remove.count();
        },
        { timeout: 120_000 },
      )
      .toBe(1);
    expect(await library.getByRole("row").filter({ has: remove }).textContent()).toMatch(/\d\.\d MB/);
    const other = await context.newPage();
    await other.goto(link);
    await other.getByRole("heading", { level: 1, name: "kept" }).waitFor({ timeout: 120_000 });
    await remove.click();
    await expect.poll(() => remove.count(), { timeout: 120_000 }).toBe(0);
    const third = await context.newPage();
    await third.goto(link);
    await third
      .getByRole("heading", { name: "This address needs a model that is not here" })
      .waitFor({ timeout: 120_000 });
    await context.close();
  });

  test.skipIf(!hasModels)("64 units fill a grid, and the page is never busy for 100 ms at once", async () => {
    const { page, errors, context } = await visit("#/m", { viewport: { width: 1280, height: 1600 } });
    const browser = context.browser()!;
    await choose(page, `${shared}models/squeezenet-v1.1/squeezenet-v1.1.onnx`);
    await page.getByRole("button", { name: "Show me a neuron" }).waitFor({ timeout: 120_000 });
    await page.getByRole("searchbox", { name: "Filter layers" }).fill("fire");
    const links = page
      .getByRole("table")
      .getByRole("row")
      .filter({ hasText: /\b64\b/ })
      .getByRole("link");
    await browser.startTracing(page, { categories: ["toplevel"] });
    await links.first().click();
    const drawn = page.locator("[role=gridcell] canvas");
    await drawn.first().waitFor({ timeout: 120_000 });
    await expect.poll(() => drawn.count(), { timeout: 200_000 }).toBeGreaterThanOrEqual(24);
    const { traceEvents } = JSON.parse((await browser.stopTracing()).toString()) as { traceEvents: TraceEvent[] };
    // by its own processor time: others may make it wait
    const main = new Set(
      traceEvents
        .filter(({ name, args }) => name === "thread_name" && args?.["name"] === "CrRendererMain")
        .map(({ pid, tid }) => `${pid} ${tid}`),
    );
    const busy = traceEvents
      .filter(({ pid, tid, tdur }) => tdur && main.has(`${pid} ${tid}`))
      .map(({ tdur }) => tdur! / 1000);
    const longest = Math.max(...busy);
    console.log(
      `while units are drawn, the longest task of the page takes ${longest.toFixed(0)} ms of its processor time`,
    );
    expect(busy.length).toBeGreaterThan(10);
    expect(longest).toBeLessThan(100);
    expect(errors).toEqual([]);
    await context.close();
  });

  test("a folder with its weights in a file of their own", async () => {
    const folder = mkdtempSync(join(tmpdir(), "xstar-folder-"));
    writeExternal(join(folder, "net"));
    const { page, errors, context } = await visit("#/m");
    const chooser = page.waitForEvent("filechooser");
    await page.getByRole("button", { name: "Choose a folder" }).click();
    await (await chooser).setFiles(join(folder, "net"));
    await page.getByRole("link", { name: "conv" }).click({ timeout: 120_000 });
    await page.locator("[role=gridcell] canvas").nth(3).waitFor({ timeout: 120_000 });
    rmSync(folder, { recursive: true });
    expect(errors).toEqual([]);
    await context.close();
  });
});

interface TraceEvent {
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  /** Microseconds of processor time. */
  readonly tdur?: number;
  readonly args?: Readonly<Record<string, unknown>>;
}

const site = mkdtempSync(join(tmpdir(), "xstar-site-"));
mkdirSync(join(site, "school"));
writeFileSync(join(site, "index.html"), '<title>Another page</title><link rel="icon" href="data:,">');
symlinkSync(join(import.meta.dirname, "..", "dist"), join(site, "school", "lab"));
afterAll(() => rmSync(site, { recursive: true }));

describeStudio("in a sub-folder of another site", { folder: site, isIsolated: false }, ({ visit, address }) => {
  test("the studio works, offline too, and leaves the rest of the site alone", async () => {
    const { page, errors, context } = await visit("school/lab/");
    const live = page.locator("[data-testid=panes][data-recorded=false]");
    await live.waitFor({ timeout: 120_000 });
    await page.evaluate(() => navigator.serviceWorker.ready);
    await page.reload();
    await live.waitFor({ timeout: 120_000 });
    await context.setOffline(true);
    await page.reload();
    await live.waitFor({ timeout: 120_000 });
    await context.setOffline(false);
    await page.goto(address());
    expect(await page.title()).toBe("Another page");
    expect(errors).toEqual([]);
    await context.close();
  });
});
