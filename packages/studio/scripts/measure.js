/**
 * What the studio takes, in Chromium on this machine: `npm run studio:measure -- MODEL.onnx...`
 *
 * First paint and shifts of the layout, from loopback; for each model the time from its drop to the first picture of a neuron, then a grid
 * of the units of a layer: when it begins to fill, when it is full, the longest task of the page meanwhile, and the memory of the page's
 * process, engine and all. Run it on a machine that does nothing else.
 */
import { readFileSync } from "node:fs";
import { cpus } from "node:os";
import { basename } from "node:path";
import { chromium } from "playwright-core";
import { serveStudio } from "../../xstar/dist/studio/serve.js";
import { chromium as executablePath } from "../../../scripts/chromium.js";

const models = process.argv.slice(2);
const visits = 9;
const unitsWanted = 64;
const median = (all) => all.toSorted((a, b) => a - b)[all.length >> 1];
const seconds = (since) => ((performance.now() - since) / 1000).toFixed(1);

const server = await serveStudio({ port: 0 });
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
try {
  console.log(`Chromium ${browser.version()} on ${cpus().length} cores (${cpus()[0]?.model})`);
  const paints = [];
  const shifts = [];
  for (let i = 0; i < visits; i++) {
    const { paint, shift } = await firstScreen();
    paints.push(paint);
    shifts.push(shift);
  }
  console.log(
    `first paint after ${median(paints).toFixed(0)} ms (${Math.min(...paints).toFixed(0)} to ${Math.max(...paints).toFixed(0)}), layout shift at most ${Math.max(...shifts).toFixed(4)}`,
  );
  for (const model of models) await measureModel(model);
} finally {
  await browser.close();
  await server.close();
}

/** A first visit: milliseconds until something is painted, and how far things moved in the first seconds. */
async function firstScreen() {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  const page = await context.newPage();
  await page.goto(server.address);
  await page.locator("[data-testid=panes][data-recorded=false]").waitFor({ timeout: 120_000 });
  await page.waitForTimeout(1000);
  const found = await page.evaluate(
    () =>
      new Promise((resolve) => {
        let shift = 0;
        new PerformanceObserver((list) => {
          for (const entry of list.getEntries()) shift += /** @type {any} */ (entry).value;
        }).observe(/** @type {any} */ ({ type: "layout-shift", buffered: true }));
        const [first] = performance.getEntriesByName("first-contentful-paint");
        setTimeout(() => resolve({ paint: first?.startTime, shift }), 100);
      }),
  );
  await context.close();
  return /** @type {{ paint: number, shift: number }} */ (found);
}

async function measureModel(file) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 1600 } });
  const page = await context.newPage();
  await page.goto(`${server.address}#/m`);
  const memory = await watchMemory();
  const chooser = page.waitForEvent("filechooser");
  await page.getByRole("button", { name: "Choose files" }).click();
  const dropped = performance.now();
  await (await chooser).setFiles(file);
  await page.getByRole("button", { name: "Show me a neuron" }).click({ timeout: 120_000 });
  await page.locator("[data-testid=workbench-panes] .step").waitFor({ timeout: 240_000 });
  console.log(
    `${basename(file)}: the first picture of a neuron ${seconds(dropped)} s after the drop, memory so far ${memory.inWords()}`,
  );
  await page.getByRole("button", { name: "Stop and keep" }).click();
  await page.locator(".chip", { hasText: /(ended|stopped) after/ }).waitFor({ timeout: 120_000 });

  await page.goto(page.url().replace(/\/run\?.*/, ""));
  await page.getByRole("button", { name: "Show me a neuron" }).waitFor();
  // all 64 in view
  await page.addStyleTag({ content: ".grid { height: 1200px !important }" });
  const rows = page.getByRole("table").getByRole("row");
  const cell = page.getByRole("cell", { name: String(unitsWanted), exact: true });
  const links = rows.filter({ has: cell }).getByRole("link");
  await links.first().waitFor();
  await browser.startTracing(page, { categories: ["toplevel"] });
  const opened = performance.now();
  await links.first().click();
  const drawn = page.locator("[role=gridcell] canvas");
  await drawn.first().waitFor({ timeout: 240_000 });
  const layer = await page.getByRole("heading", { level: 1 }).textContent();
  console.log(`the first unit of ${layer} ${seconds(opened)} s after it was opened`);
  await drawn.nth(unitsWanted - 1).waitFor({ timeout: 600_000 });
  const full = seconds(opened);
  const { longest, longestOwn } = tasksIn(await browser.stopTracing());
  memory.stop();
  console.log(
    `all ${unitsWanted} units after ${full} s, longest task of the page ${longest.toFixed(0)} ms ` +
      `(${longestOwn.toFixed(0)} of its own processor time), memory at most ${memory.inWords()}`,
  );
  await context.close();
}

/** Milliseconds of the longest task on the page's main thread, by the clock and by the processor. */
function tasksIn(trace) {
  const { traceEvents } = JSON.parse(trace.toString());
  const main = new Set(
    traceEvents
      .filter(({ name, args }) => name === "thread_name" && args.name === "CrRendererMain")
      .map(({ pid, tid }) => `${pid} ${tid}`),
  );
  const tasks = traceEvents.filter(({ pid, tid, dur }) => dur && main.has(`${pid} ${tid}`));
  return {
    longest: Math.max(...tasks.map(({ dur }) => dur)) / 1000,
    longestOwn: Math.max(...tasks.map(({ tdur }) => tdur ?? 0)) / 1000,
  };
}

/** The most memory that the page's process takes from now on, MB of 10^6 bytes: the engine's worker and its threads are in it. */
async function watchMemory() {
  const session = await browser.newBrowserCDPSession();
  const most = { rss: 0, pss: 0 };
  const look = async () => {
    const { processInfo } = await session.send("SystemInfo.getProcessInfo");
    // the other renderer waits for a next page, and is the smaller one
    for (const { type, id } of processInfo) {
      if (type !== "renderer") continue;
      const rollup = readFileSync(`/proc/${id}/smaps_rollup`, "utf8");
      for (const name of /** @type {const} */ (["rss", "pss"])) {
        const kilobytes = Number(new RegExp(`^${name}: +(\\d+)`, "im").exec(rollup)?.[1]);
        most[name] = Math.max(most[name], (kilobytes * 1024) / 1e6);
      }
    }
  };
  const timer = setInterval(() => void look().catch(() => undefined), 250);
  return {
    stop: () => clearInterval(timer),
    inWords: () =>
      `${most.rss.toFixed(0)} MB resident (${most.pss.toFixed(0)} where what processes share is divided among them)`,
  };
}
