import { describe, expect, it } from "vitest";
import { vjp } from "../model/vjp.js";
import { buildModel, open, randomTensor, weights } from "../testing/models.js";
import { numbers, type Tensor } from "../tensor.js";

const [steps, size] = [32, 3];

/** So many LSTM layers, one behind the other. */
const stacked = (layers: number) =>
  open(
    buildModel(
      (op, x) => {
        let y = x;
        for (let layer = 0; layer < layers; layer++) {
          const [w, r] = [1, 2].map((seed) => weights(op, [1, 4 * size, size], 2 * layer + seed));
          const seen = { dtype: "float32", shape: [steps, 1, 1, size] } as const;
          y = op.reshape(op.emit("LSTM", [y, w, r], [seen], { hidden_size: size })[0]!, [steps, 1, size]);
        }
        return { y };
      },
      { shape: [steps, 1, size] },
    ),
  );

async function written(layers: number) {
  const { graph } = await stacked(layers).at(new Map([["x", [steps, 1, size]]]));
  const of = (type: string) => graph.nodes.filter(({ opType }) => opType === type).length;
  return { scans: of("Scan"), tanhs: of("Tanh") };
}

describe("recurrent layers", () => {
  it("are written out as long as there are few steps in all, and then are Scans", async () => {
    expect(await written(1)).toEqual({ scans: 0, tanhs: 2 * steps });
    expect(await written(8)).toEqual({ scans: 0, tanhs: 8 * 2 * steps });
    expect(await written(30)).toEqual({ scans: 22, tanhs: 8 * 2 * steps });
  });

  it("have the gradients that differences tell, behind the last that is written out, too", async () => {
    const product = await vjp(stacked(10), {});
    const [x, u] = [randomTensor([steps, 1, size], 3), randomTensor([steps, 1, size], 4)];
    const { gradient } = await product.run({ x }, u);
    const value = async (moved: Tensor) => {
      const { output } = await product.run({ x: moved }, u);
      return numbers(output).reduce((sum, y, i) => sum + y * numbers(u)[i]!, 0);
    };
    const slopes = numbers(gradient);
    const norm = Math.hypot(...slopes);
    const at = (by: number): Tensor => ({
      ...x,
      data: Float32Array.from(numbers(x), (one, i) => one + (by * slopes[i]!) / norm),
    });
    const difference = ((await value(at(0.05))) - (await value(at(-0.05)))) / 0.1;
    expect(norm).toBeGreaterThan(0);
    expect(difference / norm).toBeCloseTo(1, 1);
    await product.release();
  });
});
