import { expect, test } from "vitest";
import { choose, describeStudio, ended, hasModels, shared } from "./studio.js";

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
    await page.getByRole("button", { name: "Show me a neuron" }).click({ timeout: 60_000 });
    await page.locator("[data-testid=workbench-panes] .step").waitFor({ timeout: 60_000 });
    console.log(`SqueezeNet: ${((Date.now() - began) / 1000).toFixed(1)} s from the drop to the first picture`);
    await page.getByRole("button", { name: "Stop and keep" }).click();
    await ended(page);
    expect(await page.getByTestId("answer").textContent()).toMatch(/0\.\d+/);
    expect(errors).toEqual([]);
    expect(foreign).toEqual([]);
    await context.close();
  });

  test.skipIf(!hasModels)("the units of a layer are drawn while one looks, and typing stays quick", async () => {
    const { page, errors, context } = await visit("#/m");
    await choose(page, model("cifar10-resnet20/cifar10-resnet20.onnx"));
    await page.getByRole("searchbox", { name: "Filter layers" }).fill("conv");
    await page.getByRole("table").getByRole("link").first().click();
    await page.locator("[role=gridcell] canvas").first().waitFor({ timeout: 60_000 });
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
    await page.getByRole("button", { name: "Show me a neuron" }).click({ timeout: 60_000 });
    await page.locator("[data-testid=workbench-panes] .step").waitFor({ timeout: 60_000 });
    await page.waitForFunction(
      () => Number(document.querySelector("[data-testid=workbench-panes] .step")?.textContent) > 3,
      null,
      { timeout: 60_000 },
    );
    expect(errors).toEqual([]);
    await context.close();
  });
});
