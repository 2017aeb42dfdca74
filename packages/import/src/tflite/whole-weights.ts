import { constantTensor, constantValue, Node, tensor, Value, type Tensor } from "@xstar/core";
import { floatsOf, stridesOf } from "../build/arrays.js";
import type { Builder } from "../build/builder.js";
import type { Symbolic } from "../build/symbolic.js";
import { int8, uint8, type TfliteTensor } from "./model.js";

/** The axis of the outputs of weights, by operator. */
const outputAxis: Readonly<Record<string, number>> = { Conv: 0, ConvTranspose: 1, Gemm: 1, MatMul: 1 };

const storage = { [int8]: "int8", [uint8]: "uint8", 2: "int32" } as const;

/**
 * Weights of an operator on whole numbers are kept as whole numbers, too: a DequantizeLinear makes fractions of them. So
 * the file stays as small as it was, and ONNX Runtime computes with whole numbers as TensorFlow Lite does.
 */
export function keepWholeWeights(b: Builder, made: Symbolic, inputs: readonly (TfliteTensor | undefined)[]): void {
  const node = producerOf(made);
  if (!node) return;
  replace(b, node, 1, inputs[1], outputAxis[node.opType]!);
  // a transposed convolution is given the size that comes out, first of all
  replace(b, node, 2, inputs[node.opType === "ConvTranspose" ? 3 : 2], 0);
}

/** The node that weighs, behind the addition of a bias. */
function producerOf({ value }: Symbolic): Node | undefined {
  const { node } = value;
  if (!node || node.opType in outputAxis) return node;
  return node.opType === "Add" && node.inputs[0]?.node?.opType === "MatMul" ? node.inputs[0].node : undefined;
}

function replace(b: Builder, node: Node, place: number, from: TfliteTensor | undefined, axis: number): void {
  const held = constantTensor(node.inputs[place]);
  const dtype = storage[from?.type as keyof typeof storage];
  if (!held || !from?.quantization || !dtype) return;
  const { scale, zero } = from.quantization;
  const name = node.inputs[place]!.name;
  const constants = [
    constantValue(`${name}_whole`, wholeOf(held, scale, zero, axis, dtype)),
    constantValue(`${name}_scale`, perAxis("float32", scale)),
  ];
  if (dtype !== "int32") constants.push(constantValue(`${name}_zero_point`, perAxis(dtype, zero)));
  const fractions = new Value(b.graph.uniqueName(`${name}_dequantized`), { dtype: "float32", shape: held.shape });
  const attributes = scale.length === 1 ? new Map() : new Map([["axis", { kind: "int", value: axis } as const]]);
  b.graph.nodes.splice(
    b.graph.nodes.indexOf(node),
    0,
    new Node("DequantizeLinear", constants, [fractions], attributes),
  );
  node.inputs[place] = fractions;
}

const perAxis = (dtype: "float32" | "int8" | "uint8", values: readonly number[]) =>
  tensor(dtype, values, values.length === 1 ? [] : [values.length]);

/** The whole numbers that the fractions stand for. */
function wholeOf(
  held: Tensor,
  scale: readonly number[],
  zero: readonly number[],
  axis: number,
  dtype: "int8" | "uint8" | "int32",
): Tensor {
  const step = stridesOf(held.shape)[axis]!;
  const count = held.shape[axis]!;
  const at = scale.length === 1 ? () => 0 : (i: number) => Math.floor(i / step) % count;
  const whole = Float64Array.from(floatsOf(held), (x, i) => Math.round(x / scale[at(i)]!) + zero[at(i)]!);
  return tensor(dtype, whole, held.shape);
}
