/**
 * Writes the pictures of docs/studio.md, of every screen (or of those that are named) light and dark, wide and on a phone, and the moving
 * one of the README, from the built studio in Chromium: `npm run studio:pictures`
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createOps, createRng, Graph, tensor, writeModel } from "@xstar/core";
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
const patient = { timeout: 120_000 };
const ended = (page) => page.locator(".chip", { hasText: /(ended|stopped) after/ }).waitFor(patient);
const tab = (name) => async (page) => {
  await ended(page);
  await page.getByRole("tab", { name }).click();
};

/** Every screen: its address, and what is done until it shows what it has. @type {Record<string, [string, (page: import("playwright-core").Page) => Promise<unknown>]>} */
const screens = {
  stage: [
    "#/",
    async (page) => {
      await page.locator("[data-testid=panes][data-recorded=false]").waitFor(patient);
      await page.getByText("step 60 / 60").waitFor(patient);
    },
  ],
  guide: ["#/guide/4", (page) => page.locator(".matrices table").first().waitFor(patient)],
  sheet: ["#/guide/sheet", (page) => page.getByRole("button", { name: "Print two pages" }).waitFor()],
  open: ["#/m", (page) => page.getByRole("button", { name: "Choose files" }).waitFor()],
  model: ["#/m/article", (page) => page.getByText("Sure of one class").waitFor(patient)],
  layer: ["#/m/article/conv1", (page) => page.locator("[role=gridcell] canvas").nth(31).waitFor(patient)],
  workbench: [`#/m/article/run?t=logit:3&${four}&steps=40`, ended],
  steer: [
    "#/m/article/run?t=logit:3%20-%200.1*tv&recipe=none&opt=adam&steps=20000&init=zeros",
    (page) => page.getByText(/running: step [1-9]\d\d/).waitFor(patient),
  ],
  test: ["#/m/article/run?t=logit:3&steps=40&init=zeros", tab("Test it")],
  export: ["#/m/article/run?t=logit:3&steps=40&init=zeros", tab("Export")],
  explain: [
    "#/m/article/explain?t=logit:1",
    async (page) => {
      await drop(page, "Choose pictures");
      await page.getByTestId("explained").waitFor(patient);
    },
  ],
  compare: [`#/compare?${compared()}`, (page) => page.getByText("4 − 1").waitFor(patient)],
  library: [
    `#/m/article/run?t=logit:3&steps=10&init=zeros`,
    async (page) => {
      await ended(page);
      await page.goto(`${server.address}#/library`);
      await page.getByRole("link", { name: "logit:3" }).waitFor(patient);
    },
  ],
  palette: [
    "#/m/article",
    async (page) => {
      await page.getByText("Sure of one class").waitFor(patient);
      await page.keyboard.press("Control+k");
      await page.keyboard.type("conv2:7");
    },
  ],
  "black-box": [
    "#/m",
    async (page) => {
      const chooser = page.waitForEvent("filechooser");
      await page.getByRole("button", { name: "Choose files" }).click(patient);
      await (
        await chooser
      ).setFiles({ name: "four-bit.onnx", mimeType: "application/octet-stream", buffer: fourBitNetwork() });
      await page.getByRole("heading", { level: 1, name: "four-bit" }).waitFor(patient);
      await page.goto(page.url().replace(/$/, "/run?t=scores:1"));
      await page.getByText(/^About .+ on this device/).waitFor(patient);
    },
  ],
  problem: ["#/m/sha256-0123456789ab", (page) => page.getByText("needs a model that is not here").waitFor()],
};
/** Light and dark, wide and on a phone. */
const looks = /** @type {const} */ ([
  ["light", 1200, 800],
  ["dark", 1200, 800],
  ["light", 390, 844],
  ["dark", 390, 844],
]);
const high = 440;
const gap = 12;

mkdirSync(join(images, "studio"), { recursive: true });
const only = process.argv.slice(2);
try {
  for (const [name, [hash, isReady]] of Object.entries(screens)) {
    if (only.length > 0 && !only.includes(name)) continue;
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(server.address + hash);
    await isReady(page);
    const shots = [];
    for (const [colorScheme, width, height] of looks) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height });
      await page.waitForTimeout(1500);
      shots.push(await page.screenshot());
    }
    if (name === "stage" || name === "workbench")
      await sharp(shots[0])
        .png({ palette: true, colours: 96, effort: 10 })
        .toFile(join(images, `studio-${name}.png`));
    await writeSheet(shots, join(images, "studio", `${name}.webp`));
    console.log(name);
    await context.close();
  }
} finally {
  await browser.close();
  await server.close();
}

/** Pictures beside each other, of one height. */
async function writeSheet(shots, file) {
  const parts = await Promise.all(
    shots.map((shot) => sharp(shot).resize({ height: high }).toBuffer({ resolveWithObject: true })),
  );
  let left = 0;
  const placed = parts.map(({ data, info }) => {
    const at = { input: data, left, top: 0 };
    left += info.width + gap;
    return at;
  });
  const background = "#808080";
  await sharp({ create: { width: left - gap, height: high, channels: 3, background } })
    .composite(placed)
    .webp({ quality: 60, effort: 6 })
    .toFile(file);
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

/** A network of any size of pictures, the weights of whose last layer have 4 bits: that operator has no gradient. */
function fourBitNetwork() {
  const graph = new Graph("four-bit");
  const op = createOps(graph);
  const rng = createRng(5);
  const x = graph.input("x", { dtype: "float32", shape: [1, 1, 28, 28] });
  const kernels = op.constant(tensor("float32", rng.normals(16 * 9), [16, 1, 3, 3]));
  const mean = op.reduceMean(op.relu(op.conv(x, kernels)), [2, 3]);
  const packed = Uint8Array.from({ length: 24 }, () => rng.int(256));
  const dense = [op.constant(tensor("uint8", packed)), op.constant(tensor("float32", [4, 4, 4]))];
  const types = [/** @type {const} */ ({ dtype: "float32", shape: [1, 3] })];
  const attributes = { K: 16, N: 3, block_size: 16, quant_type: 1 };
  const [scores] = op.emit("MatMulBnb4", [mean, ...dense], types, attributes, "com.microsoft");
  Object.assign(mean, { name: "mean" });
  Object.assign(scores, { name: "scores" });
  Object.assign(x, { type: { dtype: "float32", shape: [1, 1, -1, -1] } });
  graph.output(scores);
  const opsets = new Map([
    ["", 20],
    ["com.microsoft", 1],
  ]);
  return Buffer.from(writeModel(graph, { opsets }));
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
