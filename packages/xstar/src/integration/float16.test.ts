import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { createRng, inFloat16, openModel, size, tensor, type LoadedModel } from "@xstar/core";
import { expect, it } from "vitest";
import { differentiate } from "../index.js";
import { nodeRuntime } from "../runtime.js";

const root = join(import.meta.dirname, "../../../..");
const models = join(root, "../shared/models");
const article = "the article's network";

/** Networks, a class of each, and how far the direction of its gradient may move, as 1 - cosine. */
const networks = [
  { name: "mnist-vit", unit: 3, bound: 1e-5 },
  { name: article, unit: 3, bound: 0.005 },
  { name: "cifar10-resnet20", unit: 3, bound: 0.01 },
  { name: "squeezenet-v1.1", unit: 130, bound: 0.01 },
  { name: "bvlc-googlenet", unit: 130, bound: 0.01 },
  { name: "mobilenet-v2-1.0-224", unit: 130, bound: 0.02 },
].map((one) => ({
  ...one,
  file:
    one.name === article
      ? join(root, "packages/studio/public/article.onnx.gz")
      : join(models, one.name, `${one.name}.onnx`),
}));

const runtime = nodeRuntime({ threads: 1 });

for (const { name, unit, bound, file } of networks)
  it.skipIf(!existsSync(file))(
    `float16 moves gradients of ${name} little (skips without ../shared)`,
    { timeout: 120_000 },
    async () => {
      const bytes = readFileSync(file);
      const model = openModel(new Uint8Array(name === article ? gunzipSync(bytes) : bytes), { runtime });
      const gradientsOf = async (one: LoadedModel) => {
        await using probe = await differentiate(one, `logit:${unit}`);
        const found = [];
        for (const seed of [1, 2, 3]) {
          const pixels = createRng(seed).uniforms(size(probe.shape), 0, 1);
          found.push((await probe(tensor("float32", pixels, probe.shape))).gradient.data);
        }
        return found;
      };
      const [whole, half] = [await gradientsOf(model), await gradientsOf(inFloat16(model))];
      const moved = whole.map((gradient, i) => compare(half[i]!, gradient));
      if (process.env["XSTAR_SHOW"])
        console.log(
          name,
          moved.map(({ l2, angle }) => `${(100 * l2).toPrecision(2)} %, ${angle.toExponential(0)}`).join("; "),
        );
      for (const { angle } of moved) expect(angle).toBeLessThan(bound);
    },
  );

/** How far `a` is from `b`, relative to it, and 1 - the cosine between them. */
function compare(a: Float32Array, b: Float32Array) {
  const dot = (x: Float32Array, y: Float32Array) => x.reduce((sum, value, i) => sum + value * y[i]!, 0);
  const difference = a.map((value, i) => value - b[i]!);
  return {
    l2: Math.sqrt(dot(difference, difference) / dot(b, b)),
    angle: 1 - dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b)),
  };
}
