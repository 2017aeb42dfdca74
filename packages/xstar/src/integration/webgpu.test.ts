import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import {
  compileAscent,
  createRng,
  fromOrt,
  numbers,
  openModel,
  tensor,
  type MaximizeOptions,
  type Runtime,
  type Tensor,
} from "@xstar/core";
import { describe, expect, it } from "vitest";
import { hasSwiftShader, loadSwiftShader } from "../../../../scripts/swiftshader.js";
import { articleNetwork } from "../api/measure-device.js";
import { maximize } from "../api/maximize.js";
import { loadOrt } from "../runtime.js";

const models = join(import.meta.dirname, "../../../../../shared/models");
const article = "the article's network";

const networks = [
  { name: article, unit: 3, most: 1e-3 },
  { name: "mnist-vit", unit: 3, most: 1e-3 },
  { name: "cifar10-resnet20", unit: 3, most: 1e-3 },
  // where rounding decides which of many units on their kinks pass a gradient
  { name: "squeezenet-v1.1", unit: 130, most: 0.03 },
  { name: "mobilenet-v2-1.0-224", unit: 130, most: 0.03 },
  { name: "bvlc-googlenet", unit: 130, most: 0.03 },
].map((one) => ({ ...one, file: join(models, one.name, `${one.name}.onnx`) }));

const bytesOf = ({ name, file }: (typeof networks)[number]) =>
  name === article ? articleNetwork() : new Uint8Array(readFileSync(file));

/** A large network takes minutes in software. */
const mayClimb = (name: string) => name === article || process.env["XSTAR_LARGE"] !== undefined;

describe.skipIf(!hasSwiftShader)("on WebGPU alone (skips without Debian's Chromium)", () => {
  loadSwiftShader();
  const ort = loadOrt();
  const cpu = fromOrt(ort);
  const device = fromOrt(ort, { provider: "webgpu", strict: true });
  /** The same processor, with fewer of ONNX Runtime's optimizations, and with none. */
  const unoptimized = (["extended", "disabled"] as const).map((optimization): Runtime => ({
    ...cpu,
    open: (bytes, options) => cpu.open(bytes, { ...options, optimization }),
  }));
  /** The same processor, whose steps begin with a state that is moved by a rounding of float32. */
  const moved = [1, 2].map((seed): Runtime => {
    const rng = createRng(seed);
    return {
      ...cpu,
      async open(bytes, options) {
        const session = await cpu.open(bytes, options);
        if (!options?.isRepeated) return session;
        const rounded = (x: number) => x * (1 + 6e-8 * (2 * rng.uniform() - 1));
        const move = (t: Tensor) => (t.dtype === "float32" ? tensor("float32", numbers(t).map(rounded), t.shape) : t);
        const moveAll = (feeds: Readonly<Record<string, Tensor>>) =>
          Object.fromEntries(Object.entries(feeds).map(([key, t]) => [key, move(t)]));
        return { ...session, run: (feeds, ...rest) => session.run(moveAll(feeds), ...rest) };
      },
    };
  });

  describe.each(networks)("$name", (network) => {
    const { name, file, unit, most } = network;
    const isThere = name === article || existsSync(file);

    it.skipIf(!isThere)(
      "every step opens, the redirected one too (skips without ../shared)",
      { timeout: 300_000 },
      async () => {
        const compiled = await compileAscent(openModel(bytesOf(network), { runtime: device }), `logit:${unit}`, {});
        for (const { bytes, files } of [compiled.step, await compiled.redirected()])
          await (await device.open(bytes, { files })).release();
      },
    );

    const climb = async (runtime: Runtime, options: MaximizeOptions = {}) => {
      const model = openModel(bytesOf(network), { runtime });
      const { record, images } = await maximize(model, `logit:${unit}`, { steps: 3, ...options });
      return { runtime: record.runtime, pixels: images[0]!.pixels.data };
    };
    const show = (numbers: object) => process.env["XSTAR_SHOW"] && console.log(name, numbers);

    it.skipIf(!isThere || !mayClimb(name))(
      "three steps along the gradient give the processor's picture (large ones with XSTAR_LARGE=1)",
      { timeout: 3_600_000 },
      async () => {
        const options: MaximizeOptions = {
          recipe: "none",
          start: "random",
          optimizer: { type: "normalized", learningRate: 0.02 },
        };
        const [there, here] = [await climb(device, options), await climb(cpu, options)];
        const apart = distance(there.pixels, here.pixels);
        show({ apart, objective: "along the gradient" });
        expect(there.runtime).toMatch(/^webgpu [^,]+$/);
        expect(apart).toBeLessThan(most);
      },
    );

    it.skipIf(!isThere || !mayClimb(name))(
      "three steps of auto give the processor's picture, but for its own rounding (large ones with XSTAR_LARGE=1)",
      { timeout: 3_600_000 },
      async () => {
        const processor: ArrayLike<number>[] = [];
        for (const runtime of [cpu, ...unoptimized, ...moved]) processor.push((await climb(runtime)).pixels);
        // what steps make of the processor's own rounding
        const rounding = Math.max(...processor.flatMap((a) => processor.map((b) => distance(a, b))));
        const there = await climb(device);
        const apart = distance(there.pixels, processor[0]!);
        show({ apart, rounding });
        expect(there.runtime).toMatch(/^webgpu [^,]+$/);
        expect(apart).toBeLessThan(Math.max(1e-3, 2 * rounding));
      },
    );
  });
});

const distance = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Array.from(a, (x, i) => Math.abs(x - b[i]!)).reduce((most, x) => Math.max(most, x), 0);
