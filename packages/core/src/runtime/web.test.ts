import * as ort from "onnxruntime-web";
import { afterEach, describe, expect, it, vi } from "vitest";
import { Graph } from "../ir/graph.js";
import { createOps } from "../ir/ops/index.js";
import { openModel } from "../model/load.js";
import { writeModel } from "../onnx/write.js";
import { buildModel, tinyCnn } from "../testing/models.js";
import { maximize } from "../testing/plain.js";
import { numbers, tensor } from "../tensor.js";
import { channel } from "../objectives/activation.js";
import { keepSessions } from "./keep-sessions.js";
import type { Ort } from "./ort.js";
import { fromOrt } from "./from-ort.js";
import { startWebRuntime } from "./start-web.js";

const runtime = fromOrt(ort);
const opsets = new Map([["", 20]]);

afterEach(() => vi.unstubAllGlobals());

describe("a session of onnxruntime-web", () => {
  it("leaves unknown dimensions open", async () => {
    const graph = new Graph();
    const op = createOps(graph);
    const x = graph.input("x", { dtype: "float32", shape: [3] });
    const [y] = op.emit("NonZero", [x], [{ dtype: "int64", shape: [1, -1] }]);
    graph.output(y!);
    const session = await runtime.open(writeModel(graph, { opsets }));
    expect(session.outputs[0]!.dims).toEqual([1, undefined]);
    await session.release();
  });

  it("writes into outputs that it is given, every time", async () => {
    const session = await runtime.open(buildModel((op, x) => ({ y: op.mul(x, 2) }), { shape: [2] }));
    const into = tensor("float32", new Float32Array(2));
    for (const n of [1, 5]) {
      const { y } = await session.run({ x: tensor("float32", [n, n]) }, ["y"], { y: into });
      expect(y).toBe(into);
      expect(numbers(into)).toEqual([2 * n, 2 * n]);
    }
    await session.release();
  });

  it("waits for what is created, run and released at the same time", async () => {
    const model = openModel(tinyCnn(), { runtime, contract: null });
    const one = (k: number) => maximize(model, channel({ layer: "conv", channel: k }), { steps: 5 }).result;
    const together = await Promise.all([one(0), one(1), one(2)]);
    for (const [k, { picture }] of together.entries()) expect(picture).toEqual((await one(k)).picture);
  });

  it("leaves timers their turn during a run of many steps", async () => {
    const model = openModel(tinyCnn(), { runtime, contract: null });
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 100);
    const { ended } = await maximize(model, channel({ layer: "conv", channel: 0 }), {
      steps: 1e9,
      signal: stop.signal,
    });
    expect(ended).toBe("aborted");
  });
});

describe("the runtime of a page", () => {
  it("says what it is when it has run", async () => {
    const started = await startWebRuntime(ort);
    expect(started.name).toMatch(/^wasm \d+\.\d+\.\d+ 1t$/);
    expect(started.notes).toEqual([]);
    expect(keepSessions(started).name).toBe(started.name);
  });

  it("says why it has one thread", async () => {
    vi.stubGlobal("crossOriginIsolated", false);
    const started = await startWebRuntime(ort, { threads: 2 });
    expect(started.threads).toBe(1);
    expect(started.name).toMatch(/ 1t$/);
    expect(started.notes).toEqual(["1 thread: this page is not cross-origin isolated"]);
  });

  it.each([
    ["has no WebAssembly", "WebAssembly", undefined, "This browser has no WebAssembly"],
    ["has no SIMD", "WebAssembly", { validate: () => false }, "This browser's WebAssembly has no SIMD"],
  ])("says that the browser %s", async (_, name, value, message) => {
    vi.stubGlobal(name, value);
    await expect(startWebRuntime(ort)).rejects.toMatchObject({ code: "runtime-failure", message });
  });

  it.each([
    [{ navigator: {} }, "This browser has no WebGPU"],
    [{ isSecureContext: false }, "WebGPU is only there for pages from https or localhost"],
    [{ navigator: { gpu: { requestAdapter: async () => null } } }, "This browser's WebGPU finds no graphics processor"],
  ])("says why there is no WebGPU: %j", async (globals, message) => {
    for (const [name, value] of Object.entries(globals)) vi.stubGlobal(name, value);
    await expect(startWebRuntime(ort, { provider: "webgpu" })).rejects.toMatchObject({ message });
    const { name, notes } = await startWebRuntime(ort, { provider: "auto" });
    expect(name).toMatch(/^wasm/);
    expect(notes).toEqual([message]);
  });

  it("says what a content security policy lacks", async () => {
    const refused: Ort = {
      Tensor: ort.Tensor,
      env: { versions: { web: "1", common: "1" }, wasm: {} },
      InferenceSession: {
        create: async () => {
          throw new Error("no available backend found. ERR: [wasm] CompileError: violates the Content Security Policy");
        },
      },
    };
    await expect(startWebRuntime(refused)).rejects.toMatchObject({
      code: "runtime-failure",
      hint: "The page's content security policy needs 'wasm-unsafe-eval' in script-src",
    });
  });
});
