import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { exportExplanation, openExplainer } from "@xstar/core";
import { describe, expect, test } from "vitest";
import { readImage } from "../files/image.js";
import { loadModel } from "../load.js";
import { nodeRuntime } from "../runtime.js";

/** Real networks beside the repository, of float32, float16 and int8 weights; skipped where they are missing. */
const shared = fileURLToPath(new URL("../../../../../shared/", import.meta.url));
const photo = join(shared, "photos", "cat_720p.jpg");
const networks = [
  ["squeezenet-v1.1/squeezenet-v1.1", /cat/],
  ["bvlc-googlenet/bvlc-googlenet-f16w", /cat|tabby/],
  ["mobilenet-v2-1.0-224/mobilenet-v2-1.0-224-int8w", /cat|tabby/],
  ["cifar10-resnet20/cifar10-resnet20", /cat/],
] as const;

describe.each(networks)("%s", (name, seen) => {
  const path = join(shared, "models", `${name}.onnx`);

  test.skipIf(!existsSync(path) || !existsSync(photo))(
    "is explained by the cat, and its explanation as a file gives the same map",
    async () => {
      const runtime = nodeRuntime({ threads: 1 });
      const model = await loadModel(path, { runtime });
      const explainer = await openExplainer(model);
      const [channels, height, width] = explainer.shape as [3, number, number];
      const picture = await readImage(photo, { channels, height, width });
      const { maps, class: chosen, probabilities } = await explainer(picture);
      await explainer.release();
      expect(model.labels?.[chosen!]).toMatch(seen);
      const map = maps[0].map.data;
      expect(maps[0].method.type).toBe("gradCam");
      // the cat fills the middle of the picture, the corners are floor and curtain
      const mean = (from: number, to: number) => {
        let [sum, count] = [0, 0];
        map.forEach((x, at) => {
          const [y, column] = [Math.floor(at / width) / height, (at % width) / width];
          if (y < from || y >= to || column < from || column >= to) return;
          sum += x;
          count++;
        });
        return sum / count;
      };
      expect(mean(0.3, 0.7)).toBeGreaterThan(2 * mean(0, 0.15));
      const session = await runtime.open(await exportExplanation(model));
      const found = await session.run({ picture: { ...picture, shape: [1, ...picture.shape] } });
      await session.release();
      const largest = Math.max(...map);
      (found["heatmap"]!.data as Float32Array).forEach((x, at) =>
        expect(Math.abs(x - map[at]!)).toBeLessThanOrEqual(1e-5 * Math.max(1, largest)),
      );
      expect((found["probabilities"]!.data as Float32Array)[chosen!]).toBeCloseTo(probabilities![chosen!]!, 5);
    },
    120_000,
  );
});
