import { describe, expect, it } from "vitest";
import { Node, Value } from "../../ir/graph.js";
import type { Ops } from "../../ir/ops/index.js";
import { inspect } from "../../model/inspect.js";
import { vjp } from "../../model/vjp.js";
import { buildModel, open, randomTensor } from "../../testing/models.js";
import { numbers, tensor, type Tensor } from "../../tensor.js";
import { looseRules } from "./rules.js";

/** The rows of x [5, 4] that begin with a number above 0. */
function keptRows(op: Ops, x: Value): { readonly places: Value; readonly rows: Value } {
  const isKept = op.greater(op.reshape(op.sliceAxis(x, 1, 0, 1), [5]), 0);
  const places = op.loose("Reshape", [op.loose("NonZero", [isKept], "int64"), op.ints([-1])], "int64");
  return { places, rows: op.loose("Gather", [x, places], "float32", { axis: 0 }) };
}

const columns = (op: Ops) => op.constant(tensor("float32", [1, -2, 0.5, 3], [4]), "columns");
const matrix = (op: Ops) => op.constant(randomTensor([4, 3], 7), "matrix");
const f = (op: Ops, opType: string, inputs: (Value | undefined)[], attributes = {}) =>
  op.loose(opType, inputs, "float32", attributes);

type Build = (op: Ops, rows: Value, at: { readonly x: Value; readonly places: Value }) => Value;

/** What is done with some rows, of which the input decides how many there are; with each operator for which there is a rule. */
const cases: Readonly<Record<string, Build>> = {
  "Add Mul": (op, rows) => op.mul(op.add(rows, columns(op)), rows),
  "Sub Div": (op, rows) => op.div(op.sub(columns(op), rows), op.add(op.mul(rows, rows), 1)),
  "Max Min": (op, rows) => op.min(op.max(rows, columns(op)), f(op, "ReduceSum", [rows, op.ints([1])], { keepdims: 1 })),
  "Where Clip": (op, rows) => op.where(op.greater(rows, 0.4), op.mul(rows, rows), op.clip(rows, -0.5, 0.3)),
  "Exp Log Sqrt": (op, rows) => op.log(op.add(op.sqrt(op.exp(rows)), 1)),
  "Sigmoid Tanh Relu": (op, rows) => op.mul(op.sigmoid(rows), op.add(op.tanh(rows), op.relu(rows))),
  "an axis that is broadcast": (op, rows) =>
    op.mul(f(op, "Unsqueeze", [rows, op.ints([1])]), f(op, "Unsqueeze", [rows, op.ints([0])])),
  Slice: (op, rows) =>
    f(op, "Slice", [rows, op.ints([1, 3]), op.ints([2 ** 31, -5]), op.ints([0, 1]), op.ints([1, -2])]),
  Compress: (op, rows) => f(op, "Compress", [rows, op.constant(tensor("bool", [1, 0, 1, 1]))], { axis: 1 }),
  Tile: (op, rows) => f(op, "Tile", [rows, op.ints([2, 3])]),
  Reshape: (op, rows) => op.mul(f(op, "Reshape", [rows, op.ints([-1, 2, 2])]), 2),
  "Flatten Squeeze Unsqueeze": (op, rows) =>
    f(op, "Squeeze", [f(op, "Unsqueeze", [f(op, "Flatten", [rows]), op.ints([2])]), op.ints([2])]),
  Transpose: (op, rows) => f(op, "Transpose", [f(op, "Unsqueeze", [rows, op.ints([0])])], { perm: [2, 0, 1] }),
  "Transpose of all axes": (op, rows) => f(op, "Transpose", [rows]),
  Expand: (op, rows) => f(op, "Expand", [f(op, "Unsqueeze", [rows, op.ints([1])]), op.ints([1, 3, 1])]),
  Concat: (op, rows, { x }) => f(op, "Concat", [x, rows, op.exp(rows)], { axis: 0 }),
  "Concat along the last axis": (op, rows) => f(op, "Concat", [rows, op.mul(rows, rows)], { axis: -1 }),
  Split: (op, rows) => {
    const parts = [0, 1].map((i) => new Value(op.graph.uniqueName(`part${i}`), undefined, { dtype: "float32" }));
    op.graph.append(new Node("Split", [rows, op.ints([1, 3])], parts, new Map([["axis", { kind: "int", value: 1 }]])));
    return op.mul(parts[1]!, parts[1]!);
  },
  Pad: (op, rows) => f(op, "Pad", [rows, op.ints([1, 0, 0, -1])]),
  "Gather along the last axis": (op, rows) => f(op, "Gather", [rows, op.ints([2, 0, 2])], { axis: 1 }),
  "Gather of rows twice": (op, rows, { x, places }) =>
    op.add(f(op, "Gather", [op.mul(x, x), places], { axis: 0 }), rows),
  GatherND: (op, _, { x, places }) => f(op, "GatherND", [x, op.loose("Unsqueeze", [places, op.ints([-1])], "int64")]),
  GatherElements: (op, rows) => {
    const none = op.loose("Cast", [op.mul(rows, 0)], "int64", { to: 7 });
    return f(op, "GatherElements", [rows, op.add(none, 2)], { axis: 1 });
  },
  ScatterElements: (op, rows, { x, places }) => {
    const wide = op.loose(
      "Expand",
      [op.loose("Unsqueeze", [places, op.ints([-1])], "int64"), op.ints([1, 4])],
      "int64",
    );
    const onto = op.mul(x, 3);
    return f(op, "ScatterElements", [onto, wide, op.exp(rows)], { axis: 0 });
  },
  ScatterND: (op, rows, { x, places }) =>
    f(op, "ScatterND", [op.mul(x, 3), op.loose("Unsqueeze", [places, op.ints([-1])], "int64"), op.exp(rows)]),
  TopK: (op, rows) => {
    const scores = f(op, "ReduceSum", [op.mul(rows, columns(op)), op.ints([1])], { keepdims: 0 });
    const [best, at] = ["float32", "int64"].map(
      (dtype) => new Value(op.graph.uniqueName("top"), undefined, { dtype: dtype as "float32" }),
    ) as [Value, Value];
    const count = op.loose("Min", [op.loose("Shape", [scores], "int64"), op.ints([2])], "int64");
    op.graph.append(new Node("TopK", [scores, count], [best, at]));
    return best;
  },
  Softmax: (op, rows) => f(op, "Softmax", [rows], { axis: -1 }),
  LogSoftmax: (op, rows) => f(op, "LogSoftmax", [rows], { axis: 1 }),
  MatMul: (op, rows) => f(op, "MatMul", [rows, matrix(op)]),
  "MatMul of both": (op, rows) => f(op, "MatMul", [rows, f(op, "Transpose", [rows], { perm: [1, 0] })]),
  Gemm: (op, rows) => f(op, "Gemm", [rows, matrix(op), op.constant(tensor("float32", [1, 2, 3]))]),
  "Gemm turned": (op, rows) => f(op, "Gemm", [rows, op.transpose(matrix(op), [1, 0])], { transB: 1 }),
  ReduceSum: (op, rows) => f(op, "ReduceSum", [op.mul(rows, rows), op.ints([0])], { keepdims: 0 }),
  ReduceMean: (op, rows) => f(op, "ReduceMean", [op.mul(rows, rows), op.ints([1])], { keepdims: 1 }),
  "ReduceMax ReduceMin": (op, rows) =>
    op.sub(...(["ReduceMax", "ReduceMin"].map((one) => f(op, one, [rows, op.ints([1])])) as [Value, Value])),
};

/** x [5, 4], of which rows begin with these numbers. */
function startingWith(first: readonly number[]): Tensor {
  const data = Float32Array.from(numbers(randomTensor([5, 4], 3)), (value, i) => (i % 4 === 0 ? first[i / 4]! : value));
  return tensor("float32", data, [5, 4]);
}

const starts = {
  some: startingWith([0.8, -0.7, 1.1, -0.5, 0.6]),
  all: startingWith([0.8, 0.7, 1.1, 0.5, 0.6]),
  none: startingWith([-0.8, -0.7, -1.1, -0.5, -0.6]),
};

/** Slopes of a sum of the output along a few directions, by the gradient and by differences, at several places. */
async function slopes(bytes: Uint8Array, precision: "float32" | "float64", places: readonly Tensor[]) {
  const model = open(bytes);
  const product = await vjp(model, { precision });
  const shapes = new Map([["x", [5, 4]]]);
  const { graph } = await model.at(shapes);
  const cotangent = randomTensor(graph.outputs[0]!.shape, 5);
  const weights = numbers(cotangent);
  const directions = [1, 2, 3].map((seed) => numbers(randomTensor([20], seed)));
  const found: { readonly gradient: number[]; readonly differences: number[] }[] = [];
  for (const x of places) {
    const value = async (by: number, v: readonly number[]) => {
      const moved = numbers(x).map((one, i) => one + by * v[i]!);
      const { output } = await product.run({ x: tensor("float32", moved, x.shape) }, cotangent);
      return numbers(output).reduce((sum, one, i) => sum + one * weights[i]!, 0);
    };
    const { gradient } = await product.run({ x }, cotangent);
    const step = 1 / 4096;
    const differences: number[] = [];
    for (const v of directions) differences.push(((await value(step, v)) - (await value(-step, v))) / (2 * step));
    found.push({
      gradient: directions.map((v) => numbers(gradient).reduce((sum, one, i) => sum + one * v[i]!, 0)),
      differences,
    });
  }
  await product.release();
  return found;
}

const isNear = (a: readonly number[], b: readonly number[]) => {
  const largest = Math.max(1, ...b.map(Math.abs));
  return a.length === b.length && a.every((one, i) => Math.abs(one - b[i]!) < 3e-3 * largest);
};

describe.each(Object.entries(cases))("%s of rows that the input chooses", (_, build) => {
  const bytes = buildModel(
    (op, x) => {
      const { places, rows } = keptRows(op, x);
      return { y: build(op, rows, { x, places }) };
    },
    { shape: [5, 4] },
  );

  it.each(["float32", "float64"] as const)("has the gradient that differences tell, in %s", async (precision) => {
    for (const { gradient, differences } of await slopes(bytes, precision, Object.values(starts)))
      expect({ gradient, differences }).toSatisfy(() => isNear(gradient, differences));
  });
});

/** What boxes, rows of x that begin with a number above 0, see of a map that x is a part of. */
const regions = (attributes: Readonly<Record<string, number | string>>) =>
  buildModel(
    (op, x) => {
      const { rows } = keptRows(op, x);
      const [corner, extent] = [f(op, "Abs", [rows]), op.constant(tensor("float32", [0, 0, 2.3, 1.9]), "extent")];
      const boxes = op.add(f(op, "Clip", [corner, op.scalar(0.15), op.scalar(2.6)]), extent);
      const count = op.loose("Gather", [op.loose("Shape", [rows], "int64"), op.ints([0])], "int64");
      const map = op.reshape(
        op.matMul(op.constant(randomTensor([2 * 36, 20], 2), "map"), op.reshape(x, [20, 1])),
        [1, 2, 6, 6],
      );
      const first = op.loose("ConstantOfShape", [count], "float32");
      const batches = op.loose("Cast", [first], "int64", { to: 7 });
      return {
        y: f(op, "RoiAlign", [map, boxes, batches], {
          output_height: 2,
          output_width: 3,
          sampling_ratio: 2,
          ...attributes,
        }),
      };
    },
    { shape: [5, 4] },
  );

it.each([{}, { coordinate_transformation_mode: "output_half_pixel" }])(
  "RoiAlign of regions that the input chooses has the gradient that differences tell: %o",
  async (mode) => {
    for (const { gradient, differences } of await slopes(regions(mode), "float64", Object.values(starts)))
      expect({ gradient, differences }).toSatisfy(() => isNear(gradient, differences));
  },
);

it("RoiAlign of regions that the input chooses is cut off where they decide how many points there are", async () => {
  const { layers } = await inspect(open(regions({ sampling_ratio: 0 })));
  expect(layers.find(({ name }) => name === "y")).toMatchObject({
    differentiable: false,
    reason: expect.stringContaining("RoiAlign of a number of regions"),
  });
});

it("every rule for values of unknown shapes has a case", () => {
  const unary =
    /^(Abs|Neg|A?(sin|cos|tan)h?|Sinh?|Cosh?|Tan|Reciprocal|Erf|Floor|Ceil|Round|Sign|.*Elu|.*Relu|Shrink|Hard.*|Soft(plus|sign)|Mish|Gelu|Swish|Identity|Cast|Mod|Sum|Mean)$/i;
  const named = new Set(Object.keys(cases).flatMap((name) => name.split(" ")));
  const without = Object.keys(looseRules({}))
    .map((name) => name.slice(0, -1))
    .filter((name) => !named.has(name) && !unary.test(name));
  expect(without).toEqual(["RoiAlign"]);
});
