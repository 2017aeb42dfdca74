import { expect, it } from "vitest";
import { Node, Value, type Attribute } from "../ir/graph.js";
import type { Ops } from "../ir/ops/index.js";
import { buildModel, open } from "../testing/models.js";
import { numbers, tensor } from "../tensor.js";
import { vjp } from "../model/vjp.js";

/** A node whose types ONNX Runtime has to find, as in a file. */
function put(
  op: Ops,
  opType: string,
  inputs: readonly (Value | undefined)[],
  attributes: Record<string, number> = {},
): Value {
  const output = new Value(op.graph.uniqueName(opType));
  const held = Object.entries(attributes).map(([key, value]): [string, Attribute] => [key, { kind: "int", value }]);
  op.graph.append(new Node(opType, [...inputs], [output], new Map(held), "", opType));
  return output;
}

const at = (op: Ops, place: number) => op.constant(tensor("int64", [place], []));

/** The gradient of sum(i y[i]) by x = [1, 2, 3, 4, 5], and y. */
async function differentiate(build: (op: Ops, x: Value) => Value, count: number, opset: number) {
  const bytes = buildModel((op, x) => ({ y: build(op, x) }), { shape: [5], opset });
  const model = open(bytes);
  const of = await vjp(model, { shapes: new Map([["x", [5]]]), of: "y" });
  const { shape } = (await model.at(new Map([["x", [5]]]))).graph.outputs[0]!;
  const weights = tensor(
    "float32",
    Array.from({ length: count }, (_, i) => i + 1),
    shape,
  );
  const { output, gradient } = await of.run({ x: tensor("float32", [1, 2, 3, 4, 5]) }, weights);
  await of.release();
  return { shape, y: numbers(output), gradient: numbers(gradient) };
}

it.each([11, 13, 20])("lists of known length are followed, opset %i", async (opset) => {
  const lists: [string, number, (op: Ops, x: Value) => Value, number[], number[]][] = [
    [
      "stacked",
      10,
      (op, x) =>
        put(op, "ConcatFromSequence", [put(op, "SequenceConstruct", [x, op.mul(x, 2)])], { axis: 1, new_axis: 1 }),
      [1, 2, 2, 4, 3, 6, 4, 8, 5, 10],
      [5, 11, 17, 23, 29],
    ],
    [
      "changed",
      5,
      (op, x) => {
        const list = put(op, "SplitToSequence", [x, at(op, 2)], { axis: 0 });
        const longer = put(op, "SequenceInsert", [
          list,
          put(op, "Mul", [put(op, "SequenceAt", [list, at(op, 0)]), op.scalar(10, "float32")]),
          at(op, -1),
        ]);
        const shorter = put(op, "SequenceErase", [longer, at(op, 1)]);
        const length = new Value("length");
        op.graph.append(
          new Node(
            "Cast",
            [put(op, "SequenceLength", [longer])],
            [length],
            new Map([["to", { kind: "int", value: 1 }]]),
          ),
        );
        return put(op, "Mul", [
          put(op, "ConcatFromSequence", [opset >= 14 ? put(op, "Identity", [shorter]) : shorter], { axis: 0 }),
          length,
        ]);
      },
      [4, 8, 40, 80, 20],
      [4 + 120, 8 + 160, 0, 0, 20],
    ],
    [
      "of single elements",
      2,
      (op, x) => {
        const list = put(op, "SplitToSequence", [x, undefined], { axis: 0, keepdims: 0 });
        const two = [put(op, "SequenceAt", [list, at(op, -1)]), put(op, "SequenceAt", [list, at(op, 1)])];
        return put(op, "ConcatFromSequence", [put(op, "SequenceConstruct", two)], { axis: 0, new_axis: 1 });
      },
      [5, 2],
      [0, 2, 0, 0, 1],
    ],
  ];
  for (const [name, count, build, y, gradient] of lists) {
    const result = await differentiate(build, count, opset);
    expect(result.y, name).toEqual(y);
    expect(result.gradient, name).toEqual(gradient);
  }
});

it("a place that depends on the input is refused by name", async () => {
  const build = (op: Ops, x: Value) => {
    const list = put(op, "SequenceConstruct", [x, op.mul(x, 2)]);
    return put(op, "SequenceAt", [list, op.reshape(op.argMax(op.slice(x, [{ axis: 0, start: 0, end: 2 }]), 0), [])]);
  };
  await expect(differentiate(build, 5, 20)).rejects.toThrow(
    /behind node "SequenceConstruct" \(SequenceConstruct\): lists of tensors are followed where/,
  );
});
