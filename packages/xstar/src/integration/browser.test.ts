import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createOps, Graph, tensor, writeModel } from "@xstar/core";
import { chromium as driver, type Browser, type Page } from "playwright";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { chromium } from "../../../../scripts/chromium.js";
import { tinyModel } from "../../../results/src/testing/tiny-model.js";
import { countObjects } from "../testing/heap-objects.js";
import { servePage } from "../testing/serve-page.js";

const shared = join(import.meta.dirname, "../../../../../shared/models/bvlc-googlenet");
const source = join(import.meta.dirname, "../testing/page");

let folder: string;
let site: Awaited<ReturnType<typeof servePage>>;
let browser: Browser;

const launch = (...args: string[]) => driver.launch({ executablePath: chromium!, args: ["--no-sandbox", ...args] });

beforeAll(async () => {
  if (!chromium) return;
  folder = await mkdtemp(join(tmpdir(), "xstar-page-"));
  const { build } = await import("vite");
  await build({
    root: source,
    base: "./",
    logLevel: "error",
    configFile: false,
    worker: { format: "es" },
    build: { target: "es2022", outDir: folder, emptyOutDir: true },
  });
  await writeFile(join(folder, "tiny.onnx"), tinyModel());
  await writeFile(join(folder, "warns.onnx"), warningModel());
  site = await servePage([folder, shared]);
  browser = await launch("--disable-gpu");
});
afterAll(async () => {
  await browser?.close();
  site?.close();
  if (folder) await rm(folder, { recursive: true });
});

/** A network of which ONNX Runtime has a warning in every run. */
function warningModel(): Uint8Array {
  const graph = new Graph("warns");
  const op = createOps(graph);
  const x = graph.input("x", { dtype: "float32", shape: [1, 1, 8, 8] });
  const update = op.constant(tensor("float32", new Float32Array(32), [1, 1, 4, 8]), "update");
  const [written] = op.emit("TensorScatter", [x, update], [{ dtype: "float32", shape: x.shape }]);
  graph.publish(written!, "written");
  return writeModel(graph, { opsets: new Map([["", 24]]) });
}

interface InPage {
  /** The part of the site. */
  readonly at?: string;
  readonly from?: Browser;
  /** What is done before the page is loaded. */
  readonly prepare?: (page: Page) => Promise<unknown>;
}

/** Opens the page, lets it do something, and gives that and all that it said. */
async function inPage<T>(
  task: string,
  given: readonly unknown[] = [],
  { at = "", from = browser, prepare }: InPage = {},
): Promise<T> {
  const page = await from.newPage();
  const said: string[] = [];
  page.on("console", (message) => message.type() !== "debug" && said.push(message.text()));
  page.on("pageerror", (error) => said.push(error.message));
  try {
    await prepare?.(page);
    await page.goto(`${site.address}${at}/index.html`);
    await page.waitForFunction("globalThis.isReady");
    const result = await page.evaluate(
      ([name, args]) =>
        (globalThis as never as { tasks: Record<string, (...a: unknown[]) => unknown> }).tasks[name]!(...args),
      [task, given] as const,
    );
    expect(said).toEqual([]);
    return result as T;
  } finally {
    await page.close();
  }
}

interface Climbed {
  readonly curve: readonly number[];
  readonly runtime: string;
  readonly warnings: readonly string[];
}

interface Heap {
  readonly wasm: number;
  readonly js: number;
  readonly objects: number;
}

/** Lets the page ask for its memory. A collection that it began itself would spare what its own stack may point to. */
async function watchHeap(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const memories: unknown[] = [];
    const { WebAssembly } = globalThis as never as { WebAssembly: { Memory: new (...given: unknown[]) => object } };
    WebAssembly.Memory = class extends WebAssembly.Memory {
      constructor(...given: unknown[]) {
        super(...given);
        memories.push(this);
      }
    };
    Object.assign(globalThis, { memories });
  });
  const inspector = await page.context().newCDPSession(page);
  await page.exposeFunction("lookAtHeap", async (): Promise<Omit<Heap, "wasm">> => {
    const parts: string[] = [];
    const keep = ({ chunk }: { readonly chunk: string }) => void parts.push(chunk);
    inspector.on("HeapProfiler.addHeapSnapshotChunk", keep);
    await inspector.send("HeapProfiler.collectGarbage");
    const { usedSize: js } = await inspector.send("Runtime.getHeapUsage");
    await inspector.send("HeapProfiler.takeHeapSnapshot");
    inspector.off("HeapProfiler.addHeapSnapshotChunk", keep);
    return { js, objects: countObjects(parts.join("")) };
  });
}

describe.skipIf(!chromium)("a page built by Vite, with a content security policy (skips without Chromium)", () => {
  it.each([
    ["", 1, 1, []],
    ["", 2, 1, ["1 thread: this page is not cross-origin isolated"]],
    ["/isolated", 1, 1, []],
    ["/isolated", 2, 2, []],
  ])("at %j with %i threads has %i, and climbs without a word on the console", async (at, threads, real, notes) => {
    const facts = await inPage("start", [{ threads }], { at });
    expect(facts).toEqual({ name: expect.stringMatching(`^wasm .* ${real}t$`), threads: real, notes });
    const [climbed] = await inPage<Climbed[]>("climb", [["conv:1"], { steps: 4, recipe: "none" }, { threads }], { at });
    expect(climbed!.curve.at(-1)).toBeGreaterThan(climbed!.curve[0]!);
    expect(climbed!.runtime).toMatch(`${real}t`);
  });

  it("is quiet where ONNX Runtime is not", async () => {
    const [climbed] = await inPage<Climbed[]>("climb", [
      ["written:0"],
      { steps: 4, recipe: "none" },
      { path: "warns.onnx" },
    ]);
    expect(climbed!.curve.at(-1)).toBeGreaterThan(climbed!.curve[0]!);
  });

  it("makes two pictures at once, as one after the other", async () => {
    const run = (targets: readonly string[]) => inPage<Climbed[]>("climb", [targets, { steps: 6 }]);
    const together = await run(["conv:0", "conv:2"]);
    expect(together).toEqual([...(await run(["conv:0"])), ...(await run(["conv:2"]))]);
  });

  it("has nothing left of 200 runs", { timeout: 300_000 }, async () => {
    const { before, after } = await inPage<Record<"before" | "after", Heap>>("many", [200], { prepare: watchHeap });
    if (process.env["XSTAR_SHOW"]) console.log(before, after);
    expect(before.wasm).toBeGreaterThan(0);
    expect(after.wasm).toBe(before.wasm);
    expect(after.js).toBeLessThan(1.1 * before.js);
    expect(after.objects - before.objects).toBeLessThan(50);
  });

  it.skipIf(!existsSync(shared))(
    "is stopped in the middle of a step, without waiting for its end (skips without ../shared)",
    async () => {
      interface Stopped {
        readonly why: string;
        readonly answered: number;
        readonly step: number;
        readonly stepRuns: boolean;
      }
      const attempts: Stopped[] = [];
      // 50 ms, or as much of a step as that is of one on an idle machine, which takes 0.3 s
      const longest = (step: number) => Math.max(50, step / 6);
      // other work on the machine may be in the way
      while (attempts.length < 3 && !attempts.some(({ answered, step }) => answered < longest(step)))
        attempts.push(await inPage<Stopped>("abort", ["bvlc-googlenet.onnx", "logit:130"]));
      const stopped = attempts.at(-1)!;
      expect(stopped).toMatchObject({ why: "aborted", stepRuns: true });
      expect(stopped.answered).toBeLessThan(longest(stopped.step));
      if (process.env["XSTAR_SHOW"]) console.log(attempts);
    },
    300_000,
  );
});

/** Chromium's WebGPU in software. */
const software = [
  "--enable-unsafe-webgpu",
  "--use-webgpu-adapter=swiftshader",
  "--enable-features=Vulkan",
  "--use-vulkan=swiftshader",
  "--use-angle=swiftshader",
  "--enable-unsafe-swiftshader",
];

describe.skipIf(!chromium)("WebGPU in a page (skips without Chromium)", () => {
  let from: Browser;
  beforeAll(async () => (from = await launch(...software)));
  afterAll(() => from.close());

  it("climbs as WebAssembly does, and on that when the device is lost", async () => {
    const options = { steps: 4, recipe: "none" };
    const [wasm] = await inPage<Climbed[]>("climb", [["conv:1"], options]);
    const [gpu] = await inPage<Climbed[]>("climb", [["conv:1"], options, { provider: "webgpu" }], { from });
    expect(gpu!.runtime).toMatch(/^webgpu [^,]+$/);
    gpu!.curve.forEach((value, i) => expect(value).toBeCloseTo(wasm!.curve[i]!, 3));
    const lost = await inPage<Climbed>("lose", [], { from });
    expect(lost.runtime).toMatch(/^webgpu .*, from step 2 on wasm /);
    expect(lost.warnings[0]).toMatch(/^The device \(webgpu .*\) was left at step 2, because it failed: /);
    lost.curve.forEach((value, i) => expect(value).toBeCloseTo(wasm!.curve[i]!, 3));
  }, 300_000);
});
