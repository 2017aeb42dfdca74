import { readFileSync } from "node:fs";
import { readFile, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium as driver, type Browser, type Page } from "playwright";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { chromium } from "../../../../scripts/chromium.js";
import { createAtlasFolder } from "../testing/atlas-folder.js";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** What axe-core finds that is serious or worse, in words. */
async function faults(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  return page.evaluate(`axe.run({ runOnly: ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"] }).then(({ violations }) =>
    violations.filter(({ impact }) => impact === "serious" || impact === "critical")
      .map(({ id, nodes }) => id + ": " + nodes.slice(0, 3).map(({ html }) => html.slice(0, 160)).join(" | ")))`);
}

describe.skipIf(!chromium)("the pages of an atlas (skips without Chromium)", () => {
  let browser: Browser;
  let folder: string;
  let server: Server;
  const places: Record<string, string> = {};

  beforeAll(async () => {
    const made = await createAtlasFolder();
    folder = made.folder;
    const other = await made.open(2);
    await made.make("other", { layers: ["conv", "scores"] }, other);
    const beside = [join(folder, "other")];
    await made.make("some", { layers: ["conv"], units: 2 });
    await made.make("atlas", { layers: ["conv", "scores"], directions: { kmeans: 2, map: 2 }, negative: true, beside });
    server = createServer((request, response) => {
      const path = join(folder, decodeURIComponent(new URL(request.url!, "http://x").pathname));
      const type = path.endsWith(".js") ? "text/javascript" : path.endsWith(".html") ? "text/html" : "image/png";
      readFile(path).then(
        (bytes) => response.writeHead(200, { "content-type": type }).end(bytes),
        () => response.writeHead(404).end(),
      );
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    places["from a file"] = pathToFileURL(join(folder, "atlas/index.html")).href;
    places["from a server"] = `http://127.0.0.1:${(server.address() as AddressInfo).port}/atlas/index.html`;
    browser = await driver.launch({ executablePath: chromium!, args: ["--no-sandbox"] });
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    server?.close();
    await rm(folder, { recursive: true });
  });

  it.each(["from a file", "from a server"])(
    "are found, compared, and gone through by keys: %s",
    { timeout: 120_000 },
    async (from) => {
      const page = await browser.newPage();
      const problems: string[] = [];
      page.on("pageerror", ({ message }) => problems.push(message));
      const heading = (name: string) => page.getByRole("heading", { level: 1, name, exact: true }).waitFor();
      await page.goto(places[from]!);
      await page.getByRole("heading", { name: "Directions" }).waitFor();
      await page.keyboard.press("/");
      await page.keyboard.type("conv:2");
      await page.keyboard.press("Enter");
      await heading("conv:2");
      await page.getByRole("heading", { name: "What it wants least" }).waitFor();
      await page.evaluate("document.activeElement.blur()");
      await page.keyboard.press("j");
      await heading("conv:3");
      await page.keyboard.press("k");
      await heading("conv:2");
      await page.getByRole("link", { name: "beside tiny-2" }).click();
      await heading("Side by side");
      expect(await page.locator(".compare section").count()).toBe(2);
      const sizes =
        "[...document.querySelectorAll('.compare .surround img')].map((one) => one.complete && one.naturalWidth)";
      await expect.poll(() => page.evaluate(sizes)).toEqual([8, 8]);
      await page.getByRole("link", { name: "conv:2" }).last().click();
      await page.getByRole("link", { name: "tiny-2" }).waitFor();
      await page.goBack();
      await heading("Side by side");
      await page.goBack();
      await heading("conv:2");
      await page.keyboard.press("g");
      await heading("conv");
      await page.keyboard.press("]");
      await page.keyboard.press("]");
      await heading("conv k-means");
      await page.keyboard.press("]");
      await heading("conv map");
      await page.locator(".map a").first().focus();
      await page.keyboard.press("ArrowDown");
      expect(await page.evaluate("Number(document.activeElement.dataset.at)")).toBeGreaterThan(0);
      await page.keyboard.press("Enter");
      await page.getByText("A direction of").waitFor();
      expect(problems).toEqual([]);
      await page.close();
    },
  );

  it("show thumbnails where the pictures are left out", { timeout: 120_000 }, async () => {
    await rm(join(folder, "atlas", "f", "scores"), { recursive: true });
    const page = await browser.newPage();
    await page.goto(places["from a server"]!);
    await page.getByRole("link", { name: "scores MatMul" }).click();
    await page.locator(".grid a").nth(1).click();
    const tile = page.locator(".about .surround .tile");
    await tile.waitFor();
    expect(await tile.getAttribute("aria-label")).toBe("scores unit 1");
    await page.close();
  });

  it("show units whose pictures are still to come only when they are asked for", { timeout: 60_000 }, async () => {
    const page = await browser.newPage();
    await page.goto(pathToFileURL(join(folder, "some/index.html")).href);
    await page.getByRole("link", { name: "conv Conv" }).click();
    await page.locator(".grid a").nth(1).waitFor();
    expect(await page.locator(".grid a").count()).toBe(2);
    await page.getByLabel("Show").selectOption("all");
    await page.locator(".grid a").nth(3).waitFor();
    expect(await page.locator(".grid a").nth(3).getAttribute("aria-label")).toBe("conv unit 3 is to come");
    await page.close();
  });

  it.each([
    ["light", 320],
    ["dark", 768],
    ["light", 1280],
  ] as const)("have no serious faults of access: %s, %i wide", { timeout: 120_000 }, async (colorScheme, width) => {
    const page = await browser.newPage({ colorScheme, viewport: { width, height: 800 } });
    await page.goto(places["from a file"]!);
    await page.locator("h1").waitFor();
    const own = await page.evaluate(
      "location.hash || document.querySelector('a.layer').hash.split('/').slice(0, 3).join('/')",
    );
    for (const path of [
      "",
      "/conv",
      "/conv/1",
      "/conv-k-means/0",
      "/conv-map",
      "/class/1",
      "/compare/conv%3A0/scores%3A1",
    ]) {
      await page.goto(`${places["from a file"]}${own as string}${path}`);
      await page.reload();
      await page.locator("h1").waitFor();
      expect([path, await faults(page)]).toEqual([path, []]);
      expect([path, await page.evaluate("document.documentElement.scrollWidth")]).toEqual([path, width]);
    }
    await page.close();
  });
});
