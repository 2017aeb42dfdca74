/** Writes the pictures of docs/studio.md and the moving one of the README, from the built studio in Chromium. `npm run studio:pictures` */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { changeScale, changeView, contactSheet, diverging, encodePng, enlarge, validView } from "@xstar/results";
import gifenc from "gifenc";
import { chromium } from "playwright-core";
import sharp from "sharp";
import recorded from "../src/run/recorded.json" with { type: "json" };
import { serveStudio } from "../../xstar/dist/studio/serve.js";
import { chromium as executablePath } from "../../../scripts/chromium.js";

const images = fileURLToPath(new URL("../../../docs/images/", import.meta.url));
writeFileSync(join(images, "studio.gif"), movingRace());
const server = await serveStudio({ port: 0 });
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
const four = "init=ones&init=0.5&init=zeros&init=random";
/** @type {{ name: string, hash: string, ready: string, wait: number, width?: number, scheme?: "light" | "dark", drops?: string }[]} */
const shots = [
  { name: "studio-stage", hash: "#/", ready: "[data-testid=panes][data-recorded=false]", wait: 9000 },
  {
    name: "studio-stage-phone-dark",
    hash: "#/",
    ready: "[data-recorded=false]",
    wait: 9000,
    width: 390,
    scheme: "dark",
  },
  { name: "studio-guide", hash: "#/guide/4", ready: ".matrices table", wait: 6000 },
  { name: "studio-guide-phone", hash: "#/guide/8", ready: "[data-testid=guide-panel] canvas", wait: 6000, width: 390 },
  { name: "studio-model", hash: "#/m/article", ready: "text=Show me a neuron", wait: 3000 },
  {
    name: "studio-layer-dark",
    hash: "#/m/article/conv2",
    ready: "[role=gridcell] canvas",
    wait: 12000,
    scheme: "dark",
  },
  {
    name: "studio-workbench",
    hash: `#/m/article/run?t=logit:3&${four}&steps=40`,
    ready: "text=/ended after 40/",
    wait: 2500,
  },
  {
    name: "studio-workbench-dark",
    hash: `#/m/article/run?t=logit:3&${four}&steps=40`,
    ready: "text=/ended after 40/",
    wait: 2500,
    scheme: "dark",
  },
  {
    name: "studio-workbench-phone",
    hash: "#/m/article/run?t=logit:3&steps=40",
    ready: "text=/ended after 40/",
    wait: 2500,
    width: 390,
  },
  {
    name: "studio-steer-dark",
    hash: "#/m/article/run?t=logit:3%20-%200.1*tv&recipe=none&opt=adam&steps=20000&init=zeros",
    ready: "section[aria-label=Steer]",
    wait: 3000,
    scheme: "dark",
  },
  {
    name: "studio-explain",
    hash: "#/m/article/explain?t=logit:1",
    drops: "Choose pictures",
    ready: "[data-testid=explained]",
    wait: 1500,
  },
  {
    name: "studio-explain-phone",
    hash: "#/m/article/explain?t=logit:1",
    drops: "Choose pictures",
    ready: "[data-testid=explained]",
    wait: 1500,
    width: 390,
  },
  { name: "studio-open", hash: "#/m", ready: "text=Drop a model anywhere", wait: 500, scheme: "dark" },
  { name: "studio-library-phone-dark", hash: "#/library", ready: "text=Runs", wait: 1000, width: 390, scheme: "dark" },
  { name: "studio-compare", hash: `#/compare?${compared()}`, ready: "text=Difference from the first", wait: 4000 },
];
try {
  for (const { name, hash, ready, wait, width = 1200, scheme = "light", drops } of shots) {
    const context = await browser.newContext({
      viewport: { width, height: width < 500 ? 844 : 800 },
      colorScheme: scheme,
    });
    const page = await context.newPage();
    await page.goto(server.address + hash);
    if (drops) await drop(page, drops);
    await page.locator(ready).first().waitFor({ timeout: 120_000 });
    await page.waitForTimeout(wait);
    const shot = await page.screenshot();
    await sharp(shot)
      .png({ palette: true, colours: 96, effort: 10 })
      .toFile(join(images, `${name}.png`));
    console.log(name);
    await context.close();
  }
} finally {
  await browser.close();
  await server.close();
}

/** Gives a page the picture of a 1, as the recorded race ends from zeros: what it says speaks for itself. */
async function drop(page, button) {
  const { side, low, high, frames } = recorded;
  const end = Float32Array.from(
    Buffer.from(frames[frames.length - 1], "base64"),
    (byte) => low + (byte / 255) * (high - low),
  );
  const data = end.slice(2 * side * side, 3 * side * side);
  const { picture } = validView({ shape: [side, side], data });
  const chooser = page.waitForEvent("filechooser");
  await page.getByRole("button", { name: button }).click({ timeout: 120_000 });
  await (await chooser).setFiles({ name: "one.png", mimeType: "image/png", buffer: Buffer.from(encodePng(picture)) });
}

function compared() {
  const run = (start) => `/m/article/run?t=logit:3&init=${start}&steps=40`;
  return ["ones", "0.5", "zeros", "random"].map((start) => `r=${encodeURIComponent(run(start))}`).join("&");
}

/** What changes in the recorded race, from four starts beside each other. */
function movingRace() {
  const { side, low, high, frames } = recorded;
  const all = frames.map((text) =>
    Float32Array.from(Buffer.from(text, "base64"), (byte) => low + (byte / 255) * (high - low)),
  );
  const pane = (frame, i) => ({ shape: [side, side], data: frame.slice(i * side * side, (i + 1) * side * side) });
  const changes = all.map((frame) =>
    [0, 1, 2, 3].map((i) => ({
      shape: [side, side],
      data: pane(frame, i).data.map((value, at) => value - pane(all[0], i).data[at]),
    })),
  );
  const scale = changeScale(changes[changes.length - 1]);
  const nothing = { shape: [side, side], data: new Float32Array(side * side) };
  const sheets = changes.map((four) =>
    contactSheet(
      four.map((change) => enlarge(changeView(change, nothing, { scale, map: diverging.dark }).picture, 6)),
      { columns: 4, gap: 8 },
    ),
  );
  const { GIFEncoder, applyPalette, quantize } = gifenc;
  const gif = GIFEncoder();
  const palette = quantize(sheets[sheets.length - 1].data, 64);
  sheets.forEach(({ data, width, height }, i) => {
    const delay = i === 0 ? 600 : i === sheets.length - 1 ? 2500 : 110;
    gif.writeFrame(applyPalette(data, palette), width, height, i === 0 ? { palette, delay, repeat: 0 } : { delay });
  });
  gif.finish();
  return gif.bytes();
}
