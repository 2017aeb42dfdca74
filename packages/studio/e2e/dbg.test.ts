import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { encodePng } from "@xstar/results";
import { test } from "vitest";
import { loadModel, maximize } from "../../xstar/src/index.js";
import { choose, describeStudio } from "./studio.js";
function bar(name: string, left: number) {
  const data = new Uint8ClampedArray(28 * 28 * 4).fill(255);
  for (let at = 0; at < 28 * 28; at++) {
    const [x, y] = [at % 28, Math.floor(at / 28)];
    data.fill(x >= left && x < left + 3 && y > 4 && y < 24 ? 255 : 0, 4 * at, 4 * at + 3);
  }
  return { name, mimeType: "image/png", buffer: Buffer.from(encodePng({ width: 28, height: 28, data })) };
}
describeStudio("dbg", {}, ({ visit, address }) => {
  test("b", async () => {
    const folder = mkdtempSync(join(tmpdir(), "xstar-e2e-"));
    const file = join(folder, "network.onnx");
    writeFileSync(file, gunzipSync(readFileSync(new URL("../public/article.onnx.gz", import.meta.url))));
    const { images } = await maximize(await loadModel(file), "crossEntropy:1", { recipe: "none", start: "zeros", steps: 6 });
    const png = await images[0].toPng();
    rmSync(folder, { recursive: true });
    const { page, errors, context } = await visit("#/m/article");
    page.on("worker", (w) => { console.log("WORKER", w.url()); w.on("close", () => console.log("CLOSED", w.url())); });
    for (const w of page.workers()) console.log("HAS", w.url());
    page.on("framenavigated", (f) => console.log("NAV", f.url()));
    page.on("request", (r) => r.url().includes("article.onnx") && console.log("ARTICLE", r.url()));
    await page.getByRole("button", { name: "Show me a neuron" }).waitFor({ timeout: 60_000 });
    await page.goto(`${address()}#/m`);
    await choose(page, [{ name: "picture.png", mimeType: "image/png", buffer: Buffer.from(png) }]);
    await page.waitForTimeout(15000);
    console.log(page.url(), await page.getByRole("main").innerText(), errors);
    await context.close();
  });
});
