import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { compileAscent, fromOrt, openModel, type Runtime } from "@xstar/core";
import { describe, expect, it } from "vitest";
import { hasSwiftShader, loadSwiftShader } from "../../../../scripts/swiftshader.js";
import { articleNetwork } from "../api/measure-device.js";
import { maximize } from "../api/maximize.js";
import { loadOrt } from "../runtime.js";

const models = join(import.meta.dirname, "../../../../../shared/models");
const article = "the article's network";

const networks = [
  { name: article, unit: 3 },
  { name: "mnist-vit", unit: 3 },
  { name: "cifar10-resnet20", unit: 3 },
  { name: "squeezenet-v1.1", unit: 130 },
  { name: "mobilenet-v2-1.0-224", unit: 130 },
  { name: "bvlc-googlenet", unit: 130 },
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

  describe.each(networks)("$name", (network) => {
    const { name, file, unit } = network;
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

    it.skipIf(!isThere || !mayClimb(name))(
      "three steps give the processor's picture, but for its own rounding (large ones with XSTAR_LARGE=1)",
      { timeout: 3_600_000 },
      async () => {
        const climb = (runtime: Runtime) =>
          maximize(openModel(bytesOf(network), { runtime }), `logit:${unit}`, { steps: 3 });
        const pixelsOf = async (runtime: Runtime) => (await climb(runtime)).images[0]!.pixels.data;
        const processor = await Promise.all([cpu, ...unoptimized].map(pixelsOf));
        // what steps make of the processor's own rounding
        const rounding = Math.max(...processor.flatMap((a) => processor.map((b) => distance(a, b))));
        const { record, images } = await climb(device);
        const apart = distance(images[0]!.pixels.data, processor[0]!);
        if (process.env["XSTAR_SHOW"]) console.log(name, { apart, rounding });
        expect(record.runtime).toMatch(/^webgpu [^,]+$/);
        expect(apart).toBeLessThan(Math.max(1e-3, 2 * rounding));
      },
    );
  });
});

const distance = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Array.from(a, (x, i) => Math.abs(x - b[i]!)).reduce((most, x) => Math.max(most, x), 0);
