import { describe, expect, it } from "vitest";
import { beginning, invert, show } from "../testing/show.js";
import { numbers, tensor } from "../tensor.js";
import { pyramid } from "./pyramid.js";

const plain = pyramid({ levels: 3, color: "none", squash: "none", range: [-0.5, 0.5] });
const shapes = (spec: ReturnType<typeof pyramid>, height: number, width: number) =>
  Object.values(beginning(spec, [2, 3, height, width])).map(({ shape }) => shape.slice(2));

describe("pyramid", () => {
  it("has layers of half the height and width, down to one pixel", () => {
    expect(shapes(plain, 16, 12)).toEqual([
      [16, 12],
      [8, 6],
      [4, 3],
    ]);
    expect(shapes(pyramid({ levels: 9 }), 5, 3)).toEqual([
      [5, 3],
      [3, 2],
      [2, 1],
      [1, 1],
    ]);
  });

  it("is the sum of its layers, coarse ones interpolated between the centres of their pixels", async () => {
    const layers = {
      level0: tensor("float32", [0, 0, 0, 0, 0, 0, 0, 1], [1, 1, 1, 8]),
      level1: tensor("float32", [0, 0, 4, 0], [1, 1, 1, 4]),
      level2: tensor("float32", [8, 0], [1, 1, 1, 2]),
    };
    const only = (name: string) =>
      Object.fromEntries(
        Object.entries(layers).map(([own, t]) => [
          own,
          own === name ? t : tensor("float32", new Float32Array(t.data.length), t.shape),
        ]),
      );
    const shown = async (variables: typeof layers | ReturnType<typeof only>) =>
      numbers(await show(plain, variables, [1, 1, 1, 8]));
    expect(await shown(only("level0"))).toEqual([0, 0, 0, 0, 0, 0, 0, 1]);
    expect(await shown(only("level1"))).toEqual([0, 0, 0, 1, 3, 3, 1, 0]);
    // 8 0 -> 8 6 2 0 -> ...
    expect(await shown(only("level2"))).toEqual([8, 7.5, 6.5, 5, 3, 1.5, 0.5, 0]);
    expect(await shown(layers)).toEqual([8, 7.5, 6.5, 6, 6, 4.5, 1.5, 1]);
  });

  it("takes a picture into its finest layer", async () => {
    const spec = pyramid({});
    const pictures = tensor(
      "float32",
      Float32Array.from({ length: 45 }, (_, i) => 0.1 + i / 60),
      [1, 3, 3, 5],
    );
    const shown = numbers(await show(spec, invert(spec, pictures), [1, 3, 3, 5]));
    shown.forEach((x, i) => expect(x).toBeCloseTo(numbers(pictures)[i]!, 6));
  });
});
