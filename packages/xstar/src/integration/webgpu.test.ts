import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { compileAscent, fromOrt, openModel } from "@xstar/core";
import { describe, expect, it } from "vitest";
import { hasSwiftShader, loadSwiftShader } from "../../../../scripts/swiftshader.js";
import { articleNetwork } from "../api/measure-device.js";
import { maximize } from "../api/maximize.js";
import { loadOrt } from "../runtime.js";

const models = join(import.meta.dirname, "../../../../../shared/models");
const article = "the article's network";

/** Networks, a class of each, and how far a picture may be from the processor's after three steps. */
const networks = [
  { name: article, unit: 3, bound: 1e-3 },
  { name: "mnist-vit", unit: 3, bound: 1e-3 },
  { name: "cifar10-resnet20", unit: 3, bound: 1e-3 },
  { name: "squeezenet-v1.1", unit: 130, bound: 0.03 },
  // of these rounding makes as much on the processor alone: 0.06 and 0.035 between ONNX Runtime's optimizations on and off
  { name: "mobilenet-v2-1.0-224", unit: 130, bound: 0.1 },
  { name: "bvlc-googlenet", unit: 130, bound: 0.05 },
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

  describe.each(networks)("$name", (network) => {
    const { name, file, unit, bound } = network;
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
      "three steps give the processor's picture (large ones with XSTAR_LARGE=1)",
      { timeout: 3_600_000 },
      async () => {
        const climb = (runtime: typeof cpu) =>
          maximize(openModel(bytesOf(network), { runtime }), `logit:${unit}`, { steps: 3 });
        const [expected, actual] = [await climb(cpu), await climb(device)];
        expect(actual.record.runtime).toMatch(/^webgpu [^,]+$/);
        expect(distance(actual.images[0]!.pixels.data, expected.images[0]!.pixels.data)).toBeLessThan(bound);
      },
    );
  });
});

const distance = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Array.from(a, (x, i) => Math.abs(x - b[i]!)).reduce((most, x) => Math.max(most, x), 0);
