import { describe, expect, it } from "vitest";
import { differentiate } from "../ascents.js";
import { createRng } from "../rng.js";
import { numbers, size, tensor } from "../tensor.js";
import { maximize } from "../testing/plain.js";
import { buildModel, open, runtime, tinyCnn, weights } from "../testing/models.js";
import { logit } from "../objectives/activation.js";
import { inFloat16 } from "./float16.js";
import { openModel } from "./load.js";

const model = open(tinyCnn());
const target = logit({ class: 1 });

const norm = (values: readonly number[]) => Math.hypot(...values);

describe("a model in float16", () => {
  it("has weights and activations in it, and inputs, outputs and layers in float32", async () => {
    const { graph, values } = await inFloat16(model).at(new Map([["x", [2, 1, 6, 6]]]));
    const conv = graph.nodes.find(({ opType }) => opType === "Conv")!;
    expect([...conv.inputs, ...conv.outputs].map((value) => value!.dtype)).toEqual(
      conv.inputs.concat(conv.outputs).map(() => "float16"),
    );
    const read = [...graph.inputs, ...graph.outputs, ...values.values()].map(({ dtype }) => dtype);
    expect(new Set(read.filter((dtype) => dtype?.startsWith("float")))).toEqual(new Set(["float32"]));
    expect(graph.nodes.find(({ opType }) => opType === "Softmax")?.inputs[0]?.dtype).toBe("float32");
  });

  it.each(["cpu", "webgpu"] as const)(
    "gives the gradients of float32 to its precision, written for %s",
    async (lowering) => {
      const plain = openModel(tinyCnn(), { runtime: { ...runtime, lowering }, contract: null });
      const [whole, half] = [await differentiate(plain, target), await differentiate(inFloat16(plain), target)];
      const picture = tensor("float32", createRng(1).normals(size(whole.shape)), whole.shape);
      const [expected, actual] = [await whole(picture), await half(picture)];
      const [g, h] = [numbers(expected.gradient), numbers(actual.gradient)];
      const error = norm(g.map((x, i) => x - h[i]!)) / norm(g);
      expect(error).toBeLessThan(5e-3);
      // it is computed, not only named
      expect(error).toBeGreaterThan(1e-6);
      expect(Math.abs(actual.value - expected.value)).toBeLessThan(5e-3 * Math.abs(expected.value));
      await Promise.all([whole.release(), half.release()]);
    },
  );

  it("is maximized by float32 variables", async () => {
    const { curve, last } = await maximize(inFloat16(model), target, { steps: 5 }).result;
    expect(last.picture.dtype).toBe("float32");
    expect(curve.at(-1)![0]).toBeGreaterThan(curve[0]![0]!);
  });

  it("leaves sums, powers and what float16 does not hold in float32", async () => {
    const large = buildModel(
      (op, x) => ({ y: op.mul(op.reduceSum(op.mul(op.relu(x), 1e4), [1, 2, 3]), op.reduceSum(weights(op, [1]))) }),
      { shape: [1, 1, 6, 6] },
    );
    const { graph } = await inFloat16(open(large)).at(new Map([["x", [1, 1, 6, 6]]]));
    const sums = graph.nodes.filter(({ opType }) => opType === "ReduceSum");
    expect(sums.flatMap(({ outputs }) => outputs.map((value) => value!.dtype))).toEqual(sums.map(() => "float32"));
  });
});
