import { describe, expect, it } from "vitest";
import { constantValue, Graph, Node, Value, type Attribute } from "../ir/graph.js";
import { createOps } from "../ir/ops/index.js";
import { writeModel } from "../onnx/write.js";
import { numbers, tensor } from "../tensor.js";
import { open, randomTensor, runtime } from "../testing/models.js";
import { vjp } from "../model/vjp.js";

const shapes = new Map([
  ["x", [1, 2, 6, 6]],
  ["w", [2, 2, 2, 2]],
]);
const corners = tensor("float32", [0.3, 1.2, 4.1, 3.7, 1.1, 0.4, 5.2, 4.9], [2, 4]);

/** y = RoiAlign(x) w */
function regions(opset: number, attributes: Readonly<Record<string, Attribute>>): Uint8Array {
  const graph = new Graph("regions");
  const op = createOps(graph);
  const [x, w] = [...shapes].map(([name, shape]) => graph.input(name, { dtype: "float32", shape })) as [Value, Value];
  const rows = constantValue("batches", tensor("int64", [0, 0]));
  const aligned = new Value("aligned", { dtype: "float32", shape: w.shape });
  const size: Attribute = { kind: "int", value: 2 };
  const all = new Map(Object.entries({ ...attributes, output_height: size, output_width: size }));
  graph.append(new Node("RoiAlign", [x, constantValue("regions", corners), rows], [aligned], all, "", "align"));
  graph.publish(op.mul(aligned, w), "y");
  return writeModel(graph, { opsets: new Map([["", opset]]) });
}

const max: Attribute = { kind: "string", value: "max" };
const points = (value: number): Attribute => ({ kind: "int", value });

describe("RoiAlign", () => {
  it.each(
    [10, 15, 16, 20].flatMap((opset) => [
      { opset, sampling_ratio: 0 },
      { opset, sampling_ratio: 2, mode: max },
    ]),
  )("computes what it does in its operator set: %j", async ({ opset, sampling_ratio, ...rest }) => {
    const bytes = regions(opset, { sampling_ratio: points(sampling_ratio), ...rest });
    const feeds = { x: randomTensor([1, 2, 6, 6]), w: randomTensor([2, 2, 2, 2], 2) };
    const plain = await runtime.open(bytes);
    const { y } = await plain.run(feeds);
    await plain.release();
    const of = await vjp(open(bytes), { shapes, wrt: "w" });
    const { output, gradient } = await of.run(feeds, feeds.w);
    await of.release();
    for (const same of [output, gradient]) {
      numbers(same).forEach((value, i) => expect(value).toBeCloseTo(numbers(y!)[i]!, 5));
    }
  });

  it.each([
    [{ mode: max }, "RoiAlign is not differentiated with sampling_ratio 0, which lets the regions decide"],
    [{}, "RoiAlign is not differentiated with sampling_ratio 0, which lets the regions decide"],
  ])("says which attribute is in the way: %j", async (attributes, reason) => {
    await expect(vjp(open(regions(16, attributes)), { shapes, wrt: "x" })).rejects.toMatchObject({
      code: "missing-vjp-rule",
      message: expect.stringContaining('node "align" (RoiAlign)'),
      hint: expect.stringContaining(reason),
    });
  });
});
