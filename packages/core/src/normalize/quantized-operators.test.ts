import ort from "onnxruntime-node";
import { describe, expect, it } from "vitest";
import { createRng } from "../rng.js";
import { constantValue, Graph, Node, Value, type Attribute } from "../ir/graph.js";
import { writeModel } from "../onnx/write.js";
import { fromOrt } from "../runtime/from-ort.js";
import { numbers, size, tensor, type Shape } from "../tensor.js";
import { openModel } from "../model/load.js";
import { dynamicallyQuantizedOperators, quantizedOperators } from "./quantized-operators.js";
import { vjp } from "../model/vjp.js";

const runtime = fromOrt(ort);
const ints = (value: readonly number[]): Attribute => ({ kind: "ints", value });

interface QuantizedCase {
  readonly x: Shape;
  /** Shapes of further operands; they are constant. */
  readonly others?: readonly Shape[];
  readonly attributes?: Readonly<Record<string, Attribute>>;
  /** The operator on floats that it stands for. */
  readonly plain: string;
  readonly resultFirst?: true;
}

const cases: Readonly<Record<string, QuantizedCase>> = {
  QLinearConv: { x: [1, 2, 5, 5], others: [[3, 2, 3, 3]], attributes: { pads: ints([1, 1, 1, 1]) }, plain: "Conv" },
  QLinearMatMul: { x: [2, 3], others: [[3, 4]], plain: "MatMul" },
  "com.microsoft::QLinearAdd": { x: [2, 3], others: [[3]], plain: "Add" },
  "com.microsoft::QLinearMul": { x: [2, 3], others: [[2, 3]], plain: "Mul" },
  "com.microsoft::QLinearConcat": {
    x: [2, 3],
    others: [[2, 2]],
    attributes: { axis: { kind: "int", value: 1 } },
    plain: "Concat",
    resultFirst: true,
  },
  "com.microsoft::QLinearSigmoid": { x: [2, 3], plain: "Sigmoid" },
  "com.microsoft::QLinearLeakyRelu": {
    x: [2, 3],
    attributes: { alpha: { kind: "float", value: 0.2 } },
    plain: "LeakyRelu",
  },
  "com.microsoft::QLinearAveragePool": {
    x: [1, 2, 4, 4],
    attributes: { kernel_shape: ints([2, 2]), strides: ints([2, 2]) },
    plain: "AveragePool",
  },
  "com.microsoft::QLinearGlobalAveragePool": { x: [1, 2, 4, 4], plain: "GlobalAveragePool" },
};

/** A model of one operator: on floats, or on whole numbers with a scale of 1/32 between quantizing and dequantizing. */
function modelOf(name: string, one: QuantizedCase, isQuantized: boolean): Uint8Array {
  const rng = createRng(4);
  const graph = new Graph();
  const constant = (dtype: "float32" | "uint8", values: ArrayLike<number>, shape: Shape = []) =>
    constantValue(graph.uniqueName("constant"), tensor(dtype, values, shape));
  const parameters = [constant("float32", [1 / 32]), constant("uint8", [128])];
  const node = (type: string, inputs: readonly Value[], attributes: readonly (readonly [string, Attribute])[] = []) => {
    const [domain, opType] = type.includes("::") ? type.split("::") : ["", type];
    const made = new Node(
      opType!,
      [...inputs],
      [new Value(graph.uniqueName(type))],
      new Map(attributes),
      domain,
      graph.uniqueName("node"),
    );
    graph.append(made);
    return made.outputs[0]!;
  };
  const x = graph.input("x", { dtype: "float32", shape: one.x });
  const others = (one.others ?? []).map((shape) => {
    const levels = Array.from({ length: size(shape) }, () => 112 + rng.int(32));
    const floats = levels.map((level) => (level - 128) / 32);
    return isQuantized ? constant("uint8", levels, shape) : constant("float32", floats, shape);
  });
  const attributes = Object.entries(one.attributes ?? {});
  if (isQuantized) {
    const operands = [node("QuantizeLinear", [x, ...parameters]), ...others].flatMap((q) => [q, ...parameters]);
    const y = node(name, one.resultFirst ? [...parameters, ...operands] : [...operands, ...parameters], attributes);
    graph.output(node("DequantizeLinear", [y, ...parameters]));
  } else graph.output(node(one.plain, [x, ...others], attributes));
  return writeModel(graph, {
    opsets: new Map([
      ["", 17],
      ["com.microsoft", 1],
    ]),
  });
}

async function gradientOf(bytes: Uint8Array, one: { readonly x: Shape }, cotangent: (shape: Shape) => Float32Array) {
  const model = openModel(bytes, { runtime });
  const shapes = new Map([["x", one.x]]);
  const { shape } = (await model.at(shapes)).graph.outputs[0]!;
  const run = await vjp(model, { shapes });
  const away = createRng(1)
    .uniforms(size(one.x), -0.9, 0.9)
    .map((value) => value + 0.1 * Math.sign(value));
  const x = tensor("float32", away, one.x);
  const result = await run.run({ x }, { dtype: "float32", shape, data: cotangent(shape) });
  await run.release();
  return { x, y: numbers(result.output), dx: numbers(result.gradient) };
}

describe("operators on whole numbers", () => {
  it("all have a case", () => {
    expect(Object.keys(cases)).toEqual(Object.keys(quantizedOperators));
  });

  it.each(Object.entries(cases))("%s passes on the gradient of its float kin", async (name, one) => {
    const cotangent = (shape: Shape) => createRng(2).normals(size(shape));
    const quantized = await gradientOf(modelOf(name, one, true), one, cotangent);
    const plain = await gradientOf(modelOf(name, one, false), one, cotangent);
    quantized.y.forEach((y, i) => expect(Math.abs(y - plain.y[i]!)).toBeLessThan(0.25));
    quantized.dx.forEach((dx, i) => expect(Math.abs(dx - plain.dx[i]!)).toBeLessThan(0.03));
    expect(Math.hypot(...quantized.dx)).toBeGreaterThan(0.05);
  });
});

interface DynamicCase {
  readonly x: Shape;
  readonly w: Shape;
  readonly attributes?: Readonly<Record<string, Attribute>>;
  /** The operator on floats that it stands for. */
  readonly plain: string;
  /** A scale and zero point for each column of the weights. */
  readonly byColumn?: true;
  /** A bias of whole numbers of this shape is added before the products become floats. */
  readonly bias?: Shape;
}

const dynamicCases: Readonly<Record<string, DynamicCase>> = {
  MatMulInteger: { x: [2, 3], w: [3, 4], plain: "MatMul", byColumn: true },
  ConvInteger: { x: [1, 2, 5, 5], w: [3, 2, 3, 3], attributes: { pads: ints([1, 1, 1, 1]) }, plain: "Conv" },
  "MatMulInteger and a bias": { x: [2, 3], w: [3, 4], plain: "MatMul", bias: [4] },
  "ConvInteger and a bias": { x: [1, 2, 5, 5], w: [3, 2, 3, 3], plain: "Conv", bias: [1, 3, 1, 1] },
  "com.microsoft::MatMulIntegerToFloat": { x: [2, 3], w: [3, 4], plain: "MatMul" },
  "com.microsoft::DynamicQuantizeMatMul": { x: [2, 2, 3], w: [3, 4], plain: "MatMul", byColumn: true },
};

/** As exporters write it: the input's scale is found at every run, and the products of whole numbers become floats after. */
function dynamicModelOf(title: string, one: DynamicCase, by: string) {
  const { x: shape, w: wShape, attributes, plain, byColumn, bias } = one;
  const name = title.replace(/ and .*/, "");
  const rng = createRng(7);
  const graph = new Graph();
  const levels = (of: Shape, most: number) => Array.from({ length: size(of) }, () => rng.int(2 * most) - most);
  const constant = (dtype: "float32" | "int8" | "int32", values: ArrayLike<number>, of: Shape) =>
    constantValue(graph.uniqueName("constant"), tensor(dtype, values, of));
  const node = (type: string, inputs: readonly Value[], count = 1, more: typeof attributes = {}) => {
    const [domain, opType] = type.includes("::") ? type.split("::") : ["", type];
    const outputs = Array.from({ length: count }, () => new Value(graph.uniqueName(type)));
    graph.append(
      new Node(opType!, [...inputs], outputs, new Map(Object.entries(more)), domain, graph.uniqueName("node")),
    );
    return outputs as [Value, Value, Value];
  };
  const columns = byColumn ? wShape.at(-1)! : 1;
  const of = byColumn ? [columns] : [];
  const scale = Array.from({ length: columns }, (_, i) => (1 + i) / 64);
  const zero = Array.from({ length: columns }, (_, i) => i - 1);
  const q = levels(wShape, 32);
  const x = graph.input("x", { dtype: "float32", shape });
  if (by === "floats") {
    const w = q.map((level, i) => (level - zero[i % columns]!) * scale[i % columns]!);
    graph.output(node(plain, [x, constant("float32", w, wShape)], 1, attributes)[0]);
  } else {
    const [w, wScale, wZero] = [
      constant("int8", q, wShape),
      constant("float32", scale, of),
      constant("int8", zero, of),
    ];
    if (name.endsWith("DynamicQuantizeMatMul")) graph.output(node(name, [x, w, wScale, wZero])[0]);
    else {
      const [level, xScale, xZero] = node("DynamicQuantizeLinear", [x], 3);
      if (name.endsWith("ToFloat")) graph.output(node(name, [level, w, xScale, wScale, xZero, wZero])[0]);
      else {
        const [sums] = node(name, [level, w, xZero, wZero], 1, attributes);
        const added = bias && node("Add", [constant("int32", levels(bias, 500), bias), sums])[0];
        const [floats] = node("Cast", [added ?? sums], 1, { to: { kind: "int", value: 1 } });
        graph.output(node("Mul", [floats, node("Mul", [xScale, wScale])[0]])[0]);
      }
    }
  }
  return writeModel(graph, {
    opsets: new Map([
      ["", 17],
      ["com.microsoft", 1],
    ]),
  });
}

describe("operators of which the input's scale is found at every run", () => {
  it("all have a case", () => {
    const names = ["MatMulInteger", "ConvInteger", ...Object.keys(dynamicallyQuantizedOperators)];
    const layers = ["com.microsoft::DynamicQuantizeLSTM"];
    expect([...Object.keys(dynamicCases).filter((name) => !name.includes(" and ")), ...layers]).toEqual(names);
  });

  it.each(Object.entries(dynamicCases))("%s computes the same and passes on the gradient", async (name, one) => {
    const cotangent = (shape: Shape) => createRng(2).normals(size(shape));
    const bytes = dynamicModelOf(name, one, "whole numbers");
    const quantized = await gradientOf(bytes, one, cotangent);
    const plain = await gradientOf(dynamicModelOf(name, one, "floats"), one, cotangent);
    quantized.dx.forEach((dx, i) => expect(dx).toBeCloseTo(plain.dx[i]!, 4));
    expect(Math.hypot(...quantized.dx)).toBeGreaterThan(0.05);
    const session = await runtime.open(bytes);
    const results = await session.run({ x: quantized.x });
    await session.release();
    numbers(Object.values(results)[0]!).forEach((y, i) => expect(quantized.y[i]).toBeCloseTo(y, 4));
  });
});
