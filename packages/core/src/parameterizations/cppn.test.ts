import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { maximize } from "../testing/plain.js";
import { logit, neuron } from "../objectives/activation.js";
import { add, sub } from "../objectives/combine.js";
import { adam } from "../optimizers/adaptive.js";
import { open } from "../testing/models.js";
import { mirror } from "../testing/measure.js";
import { beginning, show, streams } from "../testing/show.js";
import { numbers } from "../tensor.js";
import { cppn } from "./cppn.js";

/** The weight that a variable of 1 stands for. */
const unit = 0.02;

describe("cppn", () => {
  it("learns XOR of the corners within 200 steps, in one of three tries", async () => {
    const corner = (y: number, x: number) => neuron({ layer: "same", channel: 0, y, x });
    const target = sub(add(corner(0, 15), corner(15, 0)), add(corner(0, 0), corner(15, 15)));
    const model = mirror([3, 1, 16, 16]);
    const { picture } = await maximize(model, target, {
      parameterization: cppn({}),
      optimizer: adam({ learningRate: 0.5 }),
      steps: 200,
      streams: [0, 1, 2],
    }).result;
    const tries = [0, 1, 2].map((i) => {
      const at = (y: number, x: number) => numbers(picture)[(i * 16 + y) * 16 + x]!;
      return Math.min(at(0, 15), at(15, 0), 1 - at(0, 0), 1 - at(15, 15));
    });
    expect(Math.max(...tries)).toBeGreaterThan(0.99);
  });

  it("begins plain, with weights of variance 1 / inputs", () => {
    const variables = beginning(cppn({ layers: 2, width: 100 }), [2, 3, 4, 4]);
    expect(Object.entries(variables).map(([name, { shape }]) => [name, shape])).toEqual([
      ["weights0", [2, 100, 2]],
      ["biases0", [2, 100, 1]],
      ["weights1", [2, 100, 200]],
      ["biases1", [2, 100, 1]],
      ["weights2", [2, 3, 200]],
      ["biases2", [2, 3, 1]],
    ]);
    const weights = numbers(variables["weights1"]!);
    const deviation = 1 / Math.sqrt(200) / unit;
    const found = Math.sqrt(weights.reduce((sum, x) => sum + x * x, 0) / weights.length);
    expect(found / deviation).toBeCloseTo(1, 2);
    expect(Math.max(...weights.map(Math.abs))).toBeLessThan((2 / 0.879) * deviation);
    expect(new Set(numbers(variables["weights2"]!))).toEqual(new Set([0]));
  });

  it("shows the same picture at every resolution", async () => {
    const spec = cppn({ layers: 3, width: 8 });
    const variables = Object.fromEntries(
      Object.entries(beginning(spec, [1, 3, 5, 9])).map(([name, t]) => [
        name,
        {
          ...t,
          data: streams(1, 5)[0]!
            .split(name)
            .normals(t.data.length, 0, 0.5 / unit),
        },
      ]),
    );
    const small = numbers(await show(spec, variables, [1, 3, 5, 9]));
    const large = numbers(await show(spec, variables, [1, 3, 9, 17]));
    for (let c = 0; c < 3; c++) {
      for (let y = 0; y < 5; y++) {
        for (let x = 0; x < 9; x++)
          expect(large[(c * 9 + 2 * y) * 17 + 2 * x]).toBeCloseTo(small[(c * 5 + y) * 9 + x]!, 5);
      }
    }
  });
});

const resnet = join(import.meta.dirname, "../../../../../shared/models/cifar10-resnet20/cifar10-resnet20.onnx");

it.skipIf(!existsSync(resnet))(
  "cppn gets farther by default than as it was published (skipped without models)",
  async () => {
    const reached = async (spec: Parameters<typeof cppn>[0], learningRate: number) => {
      const { curve } = await maximize(open(readFileSync(resnet)), logit({ class: 3 }), {
        parameterization: cppn(spec),
        optimizer: adam({ learningRate }),
        steps: 60,
      }).result;
      return curve.at(-1)![0]!;
    };
    expect(await reached({}, 0.1)).toBeGreaterThan(await reached({ activation: "composite" }, 0.005 / unit));
  },
);
