import { encodePng } from "@xstar/results";
import { expect, test } from "vitest";
import { describeStudio, ended } from "./studio.js";

/** A picture file of 28 x 28 pixels: a bright bar from `left` on, dark around it. */
function bar(name: string, left: number) {
  const data = new Uint8ClampedArray(28 * 28 * 4).fill(255);
  for (let at = 0; at < 28 * 28; at++) {
    const [x, y] = [at % 28, Math.floor(at / 28)];
    data.fill(x >= left && x < left + 3 && y > 4 && y < 24 ? 255 : 0, 4 * at, 4 * at + 3);
  }
  return {
    name,
    mimeType: "image/png",
    buffer: Buffer.from(encodePng({ width: 28, height: 28, data })),
  };
}
const bars = [4, 10, 13, 20].map((left) => bar(`bar-${left}.png`, left));

describeStudio("what speaks for an answer", {}, ({ visit, address }) => {
  test("a dropped picture is explained by every method that looks once, side by side, for any target", async () => {
    const { page, errors, context } = await visit("#/m/article/explain");
    await page.getByText("Drop a picture anywhere").waitFor({ timeout: 120_000 });
    const chooser = page.waitForEvent("filechooser");
    await page.getByRole("button", { name: "Choose pictures" }).click();
    await (await chooser).setFiles([bars[2]!]);
    const shown = page.getByTestId("explained");
    await shown.waitFor({ timeout: 120_000 });
    // the likeliest class, where nothing else is asked for, and what it rests on
    expect(await shown.getByRole("heading").textContent()).toMatch(/(class )?\d.*%/);
    expect(await shown.textContent()).toMatch(/lies on .* of the picture/);
    const methods = page.getByRole("list").getByRole("button");
    expect(await methods.count()).toBeGreaterThanOrEqual(9);
    await methods.filter({ hasText: "Gradient x input" }).click();
    await shown.getByRole("img", { name: /^Gradient x input/ }).waitFor();
    await page.getByLabel("What is explained").fill("logit:1 - logit:7");
    await page.getByRole("button", { name: "Explain", exact: true }).click();
    await expect.poll(() => page.url(), { timeout: 120_000 }).toContain("t=logit:1+-+logit:7");
    await expect
      .poll(() => shown.getByRole("heading").textContent(), { timeout: 120_000 })
      .toContain("logit:1 - logit:7");
    expect(errors).toEqual([]);
    await context.close();
  });

  test("the slow methods are there when they are asked for, and say how far they are", async () => {
    const { page, errors, context } = await visit("#/m/article/explain?methods=all&t=logit:1");
    await page.getByText("Drop a picture anywhere").waitFor({ timeout: 120_000 });
    const chooser = page.waitForEvent("filechooser");
    await page.getByRole("button", { name: "Choose pictures" }).click();
    await (await chooser).setFiles(bars);
    await page.getByTestId("explained").waitFor({ timeout: 200_000 });
    const names = await page.getByRole("list").getByRole("button").allTextContents();
    for (const name of ["SmoothGrad", "Integrated gradients", "Expected gradients", "Occlusion", "RISE"])
      expect(names.join(), name).toContain(name);
    expect(errors).toEqual([]);
    await context.close();
  });

  test("what else excites a unit: the strongest pictures of a folder, with the part that it sees", async () => {
    const { page, errors, context } = await visit("#/m/article/run?t=conv1:3&recipe=none&steps=2");
    await ended(page);
    await page.getByRole("tab", { name: "Pictures" }).click();
    const chooser = page.waitForEvent("filechooser");
    await page.getByRole("button", { name: "Choose pictures" }).click();
    await (await chooser).setFiles(bars);
    await page.getByRole("button", { name: "Rank 4 pictures" }).click({ timeout: 120_000 });
    const found = page.getByTestId("exciting");
    await expect.poll(() => found.locator("canvas").count(), { timeout: 120_000 }).toBe(8);
    const values = (await found.locator("li > button > .small").allTextContents()).map((text) =>
      Number(text.replace("−", "-")),
    );
    expect(values).toEqual(values.toSorted((a, b) => b - a));
    // a 5 x 5 field is a part of the picture
    const part = found.getByRole("img", { name: /^What its strongest place sees/ }).first();
    expect(await part.locator("canvas").evaluate((canvas: HTMLCanvasElement) => canvas.width)).toBeLessThan(28);
    await page.getByRole("button", { name: "Explain what the run made" }).click();
    await page.getByTestId("explained").waitFor({ timeout: 120_000 });
    expect(page.url()).toContain(`${address()}#/m/article/explain?t=conv1:3`);
    expect(errors).toEqual([]);
    await context.close();
  });
});
