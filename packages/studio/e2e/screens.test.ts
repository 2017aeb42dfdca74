import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { choose, describeStudio, ended } from "./studio.js";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** What axe-core finds that is serious or worse, in words. */
async function faults(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  return page.evaluate(async () => {
    const { axe: checker } = globalThis as unknown as {
      axe: {
        run(options: object): Promise<{ violations: { id: string; impact: string; nodes: { html: string }[] }[] }>;
      };
    };
    const { violations } = await checker.run({ runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] });
    return violations
      .filter(({ impact }) => impact === "serious" || impact === "critical")
      .map(
        ({ id, nodes }) =>
          `${id}: ${nodes
            .map(({ html }) => html.slice(0, 160))
            .slice(0, 3)
            .join(" | ")}`,
      );
  });
}

const compared = `#/compare?${["ones", "zeros"]
  .map((start) => `r=/m/article/run?t%3Dlogit:3%26recipe%3Dnone%26steps%3D3%26init%3D${start}`)
  .join("&")}`;

const screens: Readonly<Record<string, (page: Page) => Promise<unknown>>> = {
  "#/": (page) => page.locator("[data-testid=panes][data-recorded=false]").waitFor({ timeout: 120_000 }),
  "#/guide/4": (page) => page.getByTestId("guide-panel").getByRole("slider").waitFor({ timeout: 120_000 }),
  "#/guide/sheet": (page) => page.getByRole("button", { name: "Print two pages" }).waitFor(),
  "#/m": (page) => page.getByRole("button", { name: "Choose files" }).waitFor(),
  "#/m/article": (page) => page.getByRole("button", { name: "Show me a neuron" }).waitFor({ timeout: 120_000 }),
  "#/m/article/conv1": (page) => page.getByRole("grid").waitFor({ timeout: 120_000 }),
  "#/m/article/run?t=logit:3&recipe=none&steps=5&init=ones&init=random": (page) => ended(page),
  "#/m/article/explain": (page) => page.getByText("Drop a picture anywhere").waitFor({ timeout: 120_000 }),
  "#/m/sha256-0123456789ab": (page) => page.getByRole("heading", { name: /needs a model that is not here/ }).waitFor(),
  [compared]: (page) => page.getByText("Correlation of the changes").waitFor({ timeout: 120_000 }),
  "#/compare": (page) => page.getByRole("button", { name: "Run all" }).waitFor(),
  "#/library": (page) => page.getByRole("heading", { name: "Runs" }).waitFor(),
  "#/nothing": (page) => page.getByRole("heading", { name: "There is nothing at this address" }).waitFor(),
};

const looks = [
  ["light", 1280],
  ["light", 768],
  ["light", 320],
  ["dark", 320],
  ["dark", 768],
  ["dark", 1280],
] as const;

/** What is wrong with what is shown now, light and dark, at every width. */
async function faultsInAllLooks(page: Page, name: string): Promise<string[]> {
  const found: string[] = [];
  for (const [colorScheme, width] of looks) {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width, height: 800 });
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    if (wide > width) found.push(`${name} at ${width} px is ${wide} px wide`);
    found.push(...(await faults(page)).map((fault) => `${name} ${colorScheme} ${width}: ${fault}`));
  }
  return found;
}

describeStudio("every screen", {}, ({ visit, address }) => {
  test(
    "has no serious fault of accessibility, light and dark, and fits 320, 768 and 1280 px",
    { timeout: 480_000 },
    async () => {
      const { page, errors, context } = await visit("#/", { reducedMotion: "reduce" });
      const found: string[] = [];
      for (const [hash, isReady] of Object.entries(screens)) {
        await page.goto(address() + hash);
        await isReady(page);
        found.push(...(await faultsInAllLooks(page, hash)));
      }
      expect(found).toEqual([]);
      expect(errors).toEqual([]);
      await context.close();
    },
  );

  test(
    "nor has what lies over them: the palette, the keys, what runs here, a problem, the tools of a run",
    { timeout: 480_000 },
    async () => {
      const { page, errors, context } = await visit("#/nothing", { reducedMotion: "reduce" });
      const found: string[] = [];
      const palette = page.getByRole("dialog", { name: "Search and commands" });
      await page.keyboard.press("Control+k");
      await palette.getByRole("option").first().waitFor();
      found.push(...(await faultsInAllLooks(page, "palette")));
      await page.keyboard.type("nothing is called so");
      await palette.getByText("Nothing is called so").waitFor();
      found.push(...(await faultsInAllLooks(page, "empty palette")));
      await page.keyboard.press("Escape");
      await palette.waitFor({ state: "hidden" });
      await page.keyboard.press("?");
      await page.getByRole("dialog", { name: "Keys and help" }).waitFor();
      found.push(...(await faultsInAllLooks(page, "keys")));
      await page.keyboard.press("Escape");

      await page.goto(`${address()}#/m`);
      await choose(page, [{ name: "broken.onnx", mimeType: "", buffer: Buffer.from("this is no model") }]);
      await page.getByRole("alert").waitFor({ timeout: 120_000 });
      found.push(...(await faultsInAllLooks(page, "problem")));

      await page.goto(`${address()}#/m/article/run?t=logit:3&recipe=none&steps=5`);
      await ended(page);
      await page.getByTestId("badge").click();
      await page.locator("#engine-facts").waitFor();
      found.push(...(await faultsInAllLooks(page, "what runs here")));
      await page.keyboard.press("Escape");
      await page.getByText("Every setting").click();
      for (const name of ["Test it", "Pictures", "Export"]) {
        await page.getByRole("tab", { name }).click();
        // what the header covers half, where the click scrolled to, is no small target
        await page.evaluate(() => scrollTo(0, 0));
        found.push(...(await faultsInAllLooks(page, name)));
      }
      expect(found).toEqual([]);
      expect(errors).toEqual([]);
      await context.close();
    },
  );

  test(
    "the guide's nine steps each have an address, a text with live numbers, and something to touch",
    { timeout: 480_000 },
    async () => {
      const { page, errors, context } = await visit("#/guide/1", { reducedMotion: "reduce" });
      for (let step = 1; step <= 9; step++) {
        await page.goto(`${address()}#/guide/${step}`);
        await page.getByTestId("guide-panel").locator("canvas").first().waitFor({ timeout: 120_000 });
        await expect
          .poll(() => page.locator(`[data-guide="${step}"]`).textContent(), { timeout: 120_000 })
          .not.toMatch(/…( |,|\.| sure)/);
      }
      expect(errors).toEqual([]);
      await context.close();
    },
  );

  test("runs are kept, compared, and go into one file and back", async () => {
    const { page, errors, context } = await visit("#/m/article/run?t=logit:3&recipe=none&steps=3");
    await ended(page);
    await page.goto(`${address()}#/library`);
    await page.getByRole("link", { name: /logit:3/ }).waitFor();
    const arriving = page.waitForEvent("download");
    await page.getByRole("button", { name: "Export as one file" }).click();
    const path = await (await arriving).path();
    await page.getByRole("button", { name: /^Delete the run/ }).click();
    await page.getByText("Every run that ends is kept here").waitFor();
    await page
      .getByLabel("Import")
      .setInputFiles({ name: "library.json", mimeType: "application/json", buffer: readFileSync(path) });
    await page.getByRole("link", { name: /logit:3/ }).waitFor();
    await page.goto(address() + compared);
    await page.getByText("Correlation of the changes").waitFor({ timeout: 120_000 });
    expect(await page.getByTestId("compared").locator("canvas").count()).toBe(2);
    expect(errors).toEqual([]);
    await context.close();
  });

  test(
    "by keyboard alone: from the first screen to a unit, and through the palette to a class",
    { timeout: 480_000 },
    async () => {
      const { page, context } = await visit("#/", { reducedMotion: "reduce" });
      await page.keyboard.press("Control+k");
      await page.keyboard.type("inside");
      await page.keyboard.press("Enter");
      await page.getByRole("button", { name: "Show me a neuron" }).waitFor({ timeout: 120_000 });
      await page.keyboard.press("Control+k");
      await page.keyboard.type("conv2:7");
      await page.keyboard.press("Enter");
      await page.locator("[data-testid=workbench-panes] .step").waitFor({ timeout: 120_000 });
      await page.keyboard.press("j");
      await expect.poll(() => page.url(), { timeout: 120_000 }).toContain("t=conv2:8");
      await page.keyboard.press("?");
      await page.getByRole("dialog", { name: "Keys and help" }).waitFor();
      await page.keyboard.press("Escape");
      await context.close();
    },
  );

  test("works offline when it was there once", async () => {
    const { page, context } = await visit();
    await page.locator("[data-testid=panes][data-recorded=false]").waitFor({ timeout: 120_000 });
    await page.evaluate(() => navigator.serviceWorker.ready);
    await page.reload();
    await page.locator("[data-testid=panes][data-recorded=false]").waitFor({ timeout: 120_000 });
    await context.setOffline(true);
    await page.reload();
    await page.locator("[data-testid=panes][data-recorded=false]").waitFor({ timeout: 120_000 });
    await context.close();
  });

  test("the first screen paints before a second, without a shift of its layout", async () => {
    const { page, context } = await visit();
    await page.locator("[data-testid=panes] canvas").first().waitFor();
    await page.waitForTimeout(1500);
    const { paint, shift } = await page.evaluate(
      () =>
        new Promise<{ paint: number; shift: number }>((resolve) => {
          let shift = 0;
          new PerformanceObserver((list) => {
            for (const entry of list.getEntries() as (PerformanceEntry & { value: number })[]) shift += entry.value;
          }).observe({ type: "layout-shift", buffered: true });
          const [first] = performance.getEntriesByName("first-contentful-paint");
          setTimeout(() => resolve({ paint: first?.startTime ?? -1, shift }), 100);
        }),
    );
    console.log(`first paint after ${Math.round(paint)} ms, layout shift ${shift.toFixed(3)}`);
    expect(shift).toBeLessThan(0.1);
    await context.close();
  });

  test("<xstar-neuron> shows a recorded run in any page, and a live one", async () => {
    const { page, errors, context } = await visit("#/nothing");
    const body = `<script type="module" src="./xstar-neuron.js"></script>
      <xstar-neuron start="zeros"></xstar-neuron><xstar-neuron live target="logit:3" steps="4"></xstar-neuron>`;
    await page.route("**/other-page.html", (route) => route.fulfill({ contentType: "text/html", body }));
    await page.goto(`${address()}other-page.html`);
    await page.getByText(/recorded: a 1 from zeros · step [1-9]/).waitFor();
    await page.getByText(/logit:3: .* · step 4/).waitFor({ timeout: 120_000 });
    expect(errors).toEqual([]);
    await context.close();
  });
});
