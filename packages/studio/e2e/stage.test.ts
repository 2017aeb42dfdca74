import { expect, test } from "vitest";
import { describeStudio, ended } from "./studio.js";

describeStudio("the stage", {}, ({ visit, address }) => {
  test("moves before the engine is there, says that it is recorded, and then runs live to confidences above 0.9", async () => {
    const { page, errors, foreign, context } = await visit("#/nothing");
    let release = () => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    await page.route("**/*.wasm", async (route) => {
      await held;
      await route.continue();
    });
    await page.goto(address());
    await page.waitForFunction(() => Number(document.querySelector("[data-testid=panes] .step")?.textContent) > 5);
    expect(await page.getByTestId("panes").getAttribute("data-recorded")).toBe("true");
    expect(await page.getByTestId("badge").textContent()).toContain("recorded");
    release();
    await page.locator("[data-testid=panes][data-recorded=false]").waitFor({ timeout: 120_000 });
    expect(await page.getByTestId("badge").textContent()).toMatch(/live · your device · wasm · \d+ threads?/);
    await page.getByRole("button", { name: "Pause" }).click();
    await page.waitForFunction(() => document.querySelector(".transport output")?.textContent?.includes("/ 60"));
    await page.waitForFunction(() => !document.querySelector(".transport output")?.textContent?.includes("…"), null, {
      timeout: 120_000,
    });
    await page.getByRole("button", { name: "To the end" }).click();
    const numbers = await page.locator("[data-testid=panes] .number").allTextContents();
    expect(numbers).toHaveLength(4);
    for (const number of numbers) expect(Number(number)).toBeGreaterThan(0.9);
    expect(errors).toEqual([]);
    expect(foreign).toEqual([]);
    await context.close();
  });

  test("races for the digit that is chosen, by key too, and its address says it", async () => {
    const { page, context } = await visit("#/?d=7&view=raw");
    expect(await page.getByRole("button", { name: "7", exact: true }).getAttribute("aria-pressed")).toBe("true");
    expect(await page.getByRole("button", { name: "Raw" }).getAttribute("aria-pressed")).toBe("true");
    await page.keyboard.press("4");
    await page.keyboard.press("r");
    expect(await page.getByRole("button", { name: "4", exact: true }).getAttribute("aria-pressed")).toBe("true");
    await expect.poll(() => page.url()).toContain("d=4");
    expect(page.url()).not.toContain("view=raw");
    await context.close();
  });

  test("runs with as many threads as are wished, without hanging", async () => {
    const { page, context } = await visit("#/nothing");
    await page.evaluate(() => localStorage.setItem("xstar-engine", '{"threads":2}'));
    await page.goto(address());
    await page.reload();
    await page.locator("[data-testid=panes][data-recorded=false]").waitFor({ timeout: 120_000 });
    expect(await page.getByTestId("badge").textContent()).toContain("2 threads");
    await context.close();
  });

  test("does not move by itself where motion is unwanted", async () => {
    const { page, context } = await visit("", { reducedMotion: "reduce" });
    await page.locator("[data-testid=panes] .step").first().waitFor();
    expect(await page.getByRole("button", { name: "Play" }).count()).toBe(1);
    await context.close();
  });
});

describeStudio("the studio on a server that does not isolate it", { isIsolated: false }, ({ visit }) => {
  test("runs with one thread and says why", async () => {
    const { page, errors, context } = await visit();
    await page.locator("[data-testid=panes][data-recorded=false]").waitFor({ timeout: 120_000 });
    expect(await page.getByTestId("badge").textContent()).toContain("1 thread");
    await page.getByTestId("badge").click();
    expect(await page.locator("#engine-facts").textContent()).toContain("COOP and COEP");
    expect(errors).toEqual([]);
    await context.close();
  });
});

/** WebGPU in software, where there is no graphics processor. */
const swiftshader = [
  "--enable-unsafe-webgpu",
  "--use-webgpu-adapter=swiftshader",
  "--enable-features=Vulkan",
  "--use-vulkan=swiftshader",
  "--use-angle=swiftshader",
  "--enable-unsafe-swiftshader",
];

describeStudio("the studio on a graphics processor", { args: swiftshader }, ({ visit, address }) => {
  test("runs the article's network there when that is wished, and its badge says so", async () => {
    const { page, context } = await visit("#/nothing");
    await page.evaluate(() => localStorage.setItem("xstar-engine", '{"backend":"webgpu"}'));
    await page.goto(
      `${address()}#/m/article/run?t=crossEntropy:1&recipe=none&opt=gradient:learningRate%3D1&steps=1&init=zeros`,
    );
    await page.reload();
    await ended(page, 220_000);
    expect(await page.getByTestId("badge").textContent()).toContain("webgpu");
    expect(await page.locator(".chip", { hasText: "confidence" }).textContent()).toMatch(/0\.1\d/);
    await context.close();
  });

  test("that is lost in the middle of a run is said, and the run goes on in WebAssembly", async () => {
    const { page, context } = await visit("#/nothing", { serviceWorkers: "block" });
    await page.evaluate(() => localStorage.setItem("xstar-engine", '{"backend":"webgpu"}'));
    // the engine's device, to take it away
    const hook = `const request = GPUAdapter.prototype.requestDevice;
      GPUAdapter.prototype.requestDevice = async function (...args) {
        const device = await request.apply(this, args);
        self.loseDevice = () => device.destroy();
        return device;
      };`;
    await page.route(/\/worker-[^/]*\.js$/, async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, body: `${hook}\n${await response.text()}` });
    });
    await page.goto(
      `${address()}#/m/article/run?t=crossEntropy:1&recipe=none&opt=gradient:learningRate%3D1&steps=200000&init=zeros`,
    );
    await page.reload();
    const running = page.locator(".chip", { hasText: "running: step" });
    await running.waitFor({ timeout: 220_000 });
    for (const worker of page.workers())
      await worker.evaluate(() => (globalThis as { loseDevice?(): void }).loseDevice?.());
    await page.getByText("The graphics processor failed").waitFor({ timeout: 120_000 });
    expect(await page.getByTestId("badge").textContent()).toContain("wasm");
    // it is the same run, which goes on
    const step = async () => Number(/step (\d+)/.exec((await running.textContent())!)![1]);
    const before = await step();
    await expect.poll(step, { timeout: 120_000 }).toBeGreaterThan(before);
    await page.getByRole("button", { name: "Stop and keep" }).click();
    await ended(page);
    await page.getByText(/was left at step \d+/).waitFor();
    await page.getByRole("button", { name: "Stay with WebAssembly" }).click();
    await running.waitFor({ timeout: 120_000 });
    expect(await page.getByTestId("badge").textContent()).toContain("wasm");
    await context.close();
  });
});
