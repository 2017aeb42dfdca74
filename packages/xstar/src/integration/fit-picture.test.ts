import { existsSync } from "node:fs";
import { join } from "node:path";
import {
  adam,
  createOps,
  fourier,
  Graph,
  inputDifference,
  maximize,
  mul,
  openModel,
  pixel,
  pyramid,
  writeModel,
  type Spec,
  type Tensor,
} from "@xstar/core";
import { describe, expect, it } from "vitest";
import { readImage } from "../files/image.js";
import { nodeRuntime } from "../runtime.js";

const side = 112;
const photo = join(import.meta.dirname, "../../../../../shared/photos/chelsea.png");

/** A model that gives its input back: all that is maximized is the picture's own likeness to another. */
function mirror() {
  const graph = new Graph("mirror");
  const x = graph.input("x", { dtype: "float32", shape: [1, 3, side, side] });
  graph.publish(createOps(graph).identity(x), "y");
  return openModel(writeModel(graph, { opsets: new Map([["", 20]]) }), { runtime: nodeRuntime({ threads: 1 }) });
}

/** Bands, an edge, and a texture. */
function drawing(): Tensor {
  const data = Float32Array.from({ length: 3 * side * side }, (_, i) => {
    const [c, y, x] = [Math.floor(i / side ** 2), Math.floor(i / side) % side, i % side];
    const band = 0.5 + 0.3 * Math.sin((x + c * 9) / 7) * Math.cos(y / 11);
    return (x - 50) ** 2 + (y - 60) ** 2 < 900 ? 0.1 + 0.3 * c : band + 0.05 * ((x + y) % 2);
  });
  return { dtype: "float32", shape: [3, side, side], data };
}

/** Mean difference of the picture after 1000 steps of Adam 0.05, as Lucid tests its parameterizations. */
async function misfit(parameterization: Spec, image: Tensor): Promise<number> {
  const apart = inputDifference({ image: "image" });
  const { picture } = await maximize(mirror(), mul(-1, apart, apart), {
    recipe: "none",
    parameterization,
    images: { image },
    optimizer: adam({ learningRate: 0.05 }),
    steps: 1000,
  }).result;
  const [found, wanted] = [picture.data as Float32Array, image.data as Float32Array];
  return found.reduce((sum, x, i) => sum + Math.abs(x - wanted[i]!), 0) / found.length;
}

const cases = [
  ["pixel", pixel({ range: [0, 1], squash: "sigmoid", color: "imagenet" })],
  ["fourier", fourier({})],
  ["pyramid", pyramid({})],
] as const;

describe("within 1000 steps, to a mean difference below 0.01,", () => {
  it.each(cases)("%s fits a drawing", { timeout: 60_000 }, async (_, spec) => {
    expect(await misfit(spec, drawing())).toBeLessThan(0.01);
  });

  const isThere = existsSync(photo);
  it.skipIf(!isThere).each(cases)(
    `%s fits the photograph ${photo}${isThere ? "" : " (missing)"}`,
    { timeout: 60_000 },
    async (_, spec) => {
      const image = await readImage(photo, { channels: 3, height: side, width: side });
      expect(await misfit(spec, image)).toBeLessThan(0.01);
    },
  );
});
