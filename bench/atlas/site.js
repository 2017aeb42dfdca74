/** What the pages of 10,000 units weigh, and how soon Chromium paints and how smoothly it scrolls them. */
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { createRng } from "@xstar/core";
import { decodePictures, jobId, openJobRunner } from "@xstar/runs";
import { chromium as driver } from "playwright";
import { loadModel, makeAtlas } from "xstar";
import { sharpCodec } from "../../packages/xstar/dist/files/sharp-codec.js";
import { openPictures } from "../../packages/xstar/dist/data/pictures.js";
import { thisMachine } from "../../packages/xstar/dist/run/many/this-machine.js";
import { encodePictures } from "../../packages/runs/dist/jobs/picture-file.js";
import { chromium } from "../../scripts/chromium.js";
import { planLocally } from "./local.js";
import { features, wideModel } from "./wide-model.js";

/** Some real pictures, which all units show turned, mirrored and with their colours changed. */
async function realPictures(file) {
  const { jobs, start } = await planLocally({
    file,
    steps: 32,
    layers: ["fire2/concat", "fire5/concat", "fire9/concat"],
  });
  const runner = start();
  const made = [];
  for (const layer of ["fire2", "fire5", "fire9"]) {
    const job = jobs.find((one) => one.kind === "pictures" && one.goals[0].target.startsWith(layer));
    if (job?.kind !== "pictures") continue;
    made.push(...(decodePictures(await runner.run({ ...job, goals: job.goals.slice(0, 3) })) ?? []));
  }
  await runner.close();
  return made.flatMap((one) => ("failure" in one ? [] : [one]));
}

const orders = [
  [0, 1, 2],
  [1, 2, 0],
  [2, 0, 1],
  [0, 2, 1],
  [2, 1, 0],
  [1, 0, 2],
];

/** A square picture turned by quarters, mirrored, and with its channels in another order. */
function varied({ width, height, data }, which) {
  const order = orders[which % 6];
  const [turns, isMirrored] = [(which / 6) & 3, which >= 24];
  const out = new Uint8ClampedArray(data.length).fill(255);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let [a, b] = [isMirrored ? width - 1 - x : x, y];
      for (let turn = 0; turn < turns; turn++) [a, b] = [b, width - 1 - a];
      for (let c = 0; c < 3; c++) out[4 * (y * width + x) + c] = data[4 * (b * width + a) + order[c]];
    }
  }
  return { width, height, data: out };
}

async function variants(file) {
  const all = [];
  for (const one of await realPictures(file)) {
    const [picture, thumbnail] = [
      await sharpCodec.decode(one.picture, 256),
      await sharpCodec.decode(one.thumbnail, 64),
    ];
    for (let which = 0; which < 48; which++) {
      all.push({
        ...one,
        picture: await sharpCodec.encode(varied(picture, which), "webp"),
        thumbnail: await sharpCodec.encode(varied(thumbnail, which), "webp"),
      });
    }
  }
  return all;
}

const sizeOf = (folder, wanted) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && wanted(join(entry.parentPath, entry.name).slice(folder.length + 1)))
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);

/** An atlas of layers of such widths, by the writers that all atlases have; the units get their pictures from others. */
async function makeSite({ folder, widths, photos, pictures }) {
  const path = join(folder, "wide.onnx");
  writeFileSync(path, wideModel(widths));
  const model = await loadModel(path);
  const rng = createRng(7);
  const out = join(folder, "atlas");
  const names = widths.map((_, i) => `layer${i}`);
  const doJobs =
    ({ store }) =>
    async (jobs, { onDone }) => {
      const contents = { model: async () => path, pictures: () => openPictures(photos) };
      const runner = openJobRunner({ ...thisMachine, codec: sharpCodec, contents });
      let next = 0;
      for (const job of jobs) {
        const made = () =>
          job.goals.map(({ target }) => {
            const one = pictures[(next++ * 7) % pictures.length];
            const activation = Math.exp(4 * rng.uniforms(1, 0, 1)[0]);
            return { ...one, target, features: rng.uniforms(features, 0, 1), metrics: { activation } };
          });
        await store.put(jobId(job), job.kind === "pictures" ? encodePictures(made()) : await runner.run(job));
        onDone(job);
      }
      await runner.close();
    };
  const began = performance.now();
  const { units } = await makeAtlas(model, { folder: out, layers: names, images: photos, steps: 32, seed: 0, doJobs });
  const seconds = (performance.now() - began) / 1000;
  const pixels = (name) => name.startsWith("f/");
  return {
    out,
    units,
    seconds,
    bytes: {
      pages: sizeOf(out, (name) => !pixels(name) && !name.startsWith(".jobs")),
      sprites: sizeOf(out, (name) => name.startsWith("s/")),
      data: sizeOf(out, (name) => /\.(js|json)$/.test(name) && !name.startsWith(".jobs")),
      examples: sizeOf(out, (name) => name.startsWith("x/")),
      pictures: sizeOf(out, pixels),
    },
  };
}

/** Milliseconds until what is seen first is painted, with its sprites, from the beginning of the load; and of the frames of three seconds of scrolling. */
async function lookAt(browser, address, ready) {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, bypassCSP: true });
  await page.addInitScript(`(() => {
    const look = () => {
      const tiles = [...document.querySelectorAll(${JSON.stringify(ready)})];
      if (tiles.length === 0) return requestAnimationFrame(look);
      const sheets = new Set(tiles.filter((one) => one.getBoundingClientRect().top < innerHeight)
        .map((one) => /url\\("?([^")]+)/.exec(getComputedStyle(one).backgroundImage)?.[1]).filter(Boolean));
      Promise.all([...sheets].map((src) => { const image = new Image(); image.src = src; return image.decode(); }))
        .then(() => requestAnimationFrame(() => requestAnimationFrame(() => { window.painted = performance.now(); })));
    };
    requestAnimationFrame(look);
  })()`);
  await page.goto(address);
  await page.waitForFunction("window.painted");
  const painted = await page.evaluate("window.painted");
  const first = await page.evaluate("performance.getEntriesByName('first-contentful-paint')[0]?.startTime");
  const frames = await page.evaluate(`new Promise((resolve) => {
    const times = [];
    const until = performance.now() + 3000;
    const step = (now) => {
      times.push(now);
      scrollBy(0, 60);
      if (now < until) requestAnimationFrame(step); else resolve(times);
    };
    requestAnimationFrame(step);
  })`);
  const gaps = /** @type {number[]} */ (frames)
    .slice(1)
    .map((time, i) => time - /** @type {number[]} */ (frames)[i])
    .toSorted((a, b) => a - b);
  const scrolled = await page.evaluate("scrollY");
  const of = (share) => gaps[Math.floor(share * (gaps.length - 1))];
  await page.close();
  return { painted, first, scrolled, frame: { median: of(0.5), p95: of(0.95), most: gaps.at(-1) } };
}

/** @param {{ models: string, photos: string, keep?: string | undefined }} given */
export async function measureSite({ models, photos, keep }) {
  const file = join(models, "squeezenet-v1.1", "squeezenet-v1.1.onnx");
  const pictures = await variants(file);
  const rows = [];
  for (const [about, widths] of /** @type {[string, number[]][]} */ ([
    ["ten layers of 1,000 units", Array(10).fill(1000)],
    ["one layer of 10,000 units", [10_000]],
  ])) {
    const folder = keep ? join(keep, String(widths.length)) : mkdtempSync(join(tmpdir(), "xstar-site-"));
    const { out, ...made } = await makeSite({ folder, widths, photos, pictures });
    const index = pathToFileURL(join(out, "index.html")).href;
    const browser = chromium ? await driver.launch({ executablePath: chromium, args: ["--no-sandbox"] }) : undefined;
    const looks = [];
    for (let round = 0; browser && round < 3; round++) {
      const page = await browser.newPage();
      await page.goto(index);
      const layer = await page.locator("a.layer").first().getAttribute("href");
      await page.close();
      looks.push({
        home: await lookAt(browser, index, ".strip .tile"),
        layer: await lookAt(browser, index + layer, ".grid .tile"),
      });
    }
    await browser?.close();
    rows.push({ about, ...made, looks });
    console.error(JSON.stringify(rows.at(-1)));
    if (!keep) rmSync(folder, { recursive: true });
  }
  return { rows };
}
