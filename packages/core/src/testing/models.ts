import ort from "onnxruntime-node";
import { Graph, type Value } from "../ir/graph.js";
import { createOps, type Ops } from "../ir/ops/index.js";
import { openModel, type LoadedModel } from "../model/load.js";
import { writeModel, type WriteOptions } from "../onnx/write.js";
import { createRng } from "../rng.js";
import { fromOrt } from "../runtime/from-ort.js";
import { size, tensor, type DType, type Shape, type Tensor } from "../tensor.js";

/** ONNX Runtime on one core: what all tests of the core run on. */
export const runtime = fromOrt(ort);

/** Normal float32 numbers, always the same for the same shape and seed. */
export function randomTensor(shape: Shape, seed = 1, deviation = 1): Tensor {
  const rng = createRng(seed).split(String(shape));
  const data = Float32Array.from({ length: size(shape) }, () => deviation * rng.normal());
  return tensor("float32", data, shape);
}

/** Names the values of a record in a graph; the last one becomes its output. */
export function publish(graph: Graph, values: Readonly<Record<string, Value>>): void {
  for (const [name, value] of Object.entries(values)) value.name = graph.uniqueName(name);
  graph.output(Object.values(values).at(-1)!);
}

export interface ModelOptions extends Partial<WriteOptions> {
  readonly shape?: Shape;
  readonly dtype?: DType;
  readonly opset?: number;
  readonly input?: string;
}

/** An ONNX file of one input; the values that `build` gives are named after their keys, the last one is the output. */
export function buildModel(
  build: (op: Ops, x: Value) => Readonly<Record<string, Value>>,
  { shape = [1, 1, 6, 6], dtype = "float32", opset = 20, input = "x", ...options }: ModelOptions = {},
): Uint8Array {
  const graph = new Graph("test");
  const op = createOps(graph, "cpu", "test");
  const x = graph.input(input, { dtype, shape });
  publish(graph, build(op, x));
  return writeModel(graph, { opsets: new Map([["", opset]]), ...options });
}

export const open = (bytes: Uint8Array): LoadedModel => openModel(bytes, { runtime, contract: null });

/** Constants with random numbers. */
export const weights = (op: Ops, shape: Shape, seed = 1, deviation = 0.5): Value =>
  op.constant(randomTensor(shape, seed, deviation), "weights");

/**
 * Pictures of 6 x 6 with one or more channels -> conv 3x3 (4 channels) -> relu -> mean -> dense -> softmax over 3 classes.
 * With a `flat` size the features are reshaped to that constant before the dense layer, as in models made for one picture.
 */
export function tinyCnn({ channels = 1, batch = "N" as string | 1 } = {}): Uint8Array {
  return buildModel(
    (op, x) => {
      const conv = op.conv(x, weights(op, [4, channels, 3, 3]), { pads: [1, 1, 1, 1] }, weights(op, [4], 2));
      const relu = op.relu(conv);
      const pool = op.averagePool(relu, { kernel: [3, 3], strides: [3, 3] });
      const flat = batch === 1 ? op.reshape(pool, [1, 16]) : op.flatten(pool);
      const scores = op.gemm(flat, weights(op, [16, 3], 3), { c: weights(op, [3], 4) });
      return { conv, relu, pool, flat, scores, probabilities: op.softmax(scores, 1) };
    },
    { shape: [1, channels, 6, 6], ...(batch === "N" && { freeBatch: "N" }) },
  );
}

/**
 * Pictures of 8 x 8, or of any size -> conv 3x3 (16 channels) -> relu -> mean -> dense over 3 classes, whose weights have 4 bits: for
 * that operator there is no rule.
 */
export function fourBitNetwork({ isFree = false } = {}): Uint8Array {
  return buildModel(
    (op, x) => {
      const conv = op.conv(x, weights(op, [16, 1, 3, 3]), { strides: [2, 2], pads: [1, 1, 1, 1] });
      const mean = op.reduceMean(op.relu(conv), [2, 3]);
      const rng = createRng(5);
      const packed = Uint8Array.from({ length: 24 }, () => rng.int(256));
      const dense = [
        op.constant(tensor("uint8", packed), "packed"),
        op.constant(tensor("float32", [4, 4, 4]), "scales"),
      ];
      const attributes = { K: 16, N: 3, block_size: 16, quant_type: 1 };
      const types = [{ dtype: "float32", shape: [1, 3] } as const];
      const [scores] = op.emit("MatMulBnb4", [mean, ...dense], types, attributes, "com.microsoft");
      if (isFree) x.type = { dtype: "float32", shape: [1, 1, -1, -1] };
      return { conv, mean, scores: scores! };
    },
    {
      shape: [1, 1, 8, 8],
      freeBatch: "N",
      opsets: new Map([
        ["", 20],
        ["com.microsoft", 1],
      ]),
    },
  );
}

/**
 * Pictures of 6 x 6 -> 4 tokens of 8 features -> attention with 2 heads -> MLP -> dense over 3 classes. Made for one picture.
 */
export function tinyTransformer(): Uint8Array {
  return buildModel((op, x) => {
    const patches = op.conv(x, weights(op, [8, 1, 3, 3]), { strides: [3, 3] });
    const tokens = op.transpose(op.reshape(patches, [1, 8, 4]), [0, 2, 1]);
    const project = (seed: number) => op.matMul(tokens, weights(op, [8, 8], seed));
    const byHead = (features: Value) => op.transpose(op.reshape(features, [1, 4, 2, 4]), [0, 2, 1, 3]);
    const keys = op.transpose(byHead(project(3)), [0, 1, 3, 2]);
    const attention = op.softmax(op.matMul(byHead(project(2)), keys), 3);
    const values = project(4);
    const mixed = op.transpose(op.matMul(attention, byHead(values)), [0, 2, 1, 3]);
    const residual = op.add(tokens, op.reshape(mixed, [1, 4, 8]));
    const mlp = op.relu(op.matMul(residual, weights(op, [8, 8], 5)));
    const scores = op.matMul(op.reshape(op.reduceMean(mlp, [1]), [1, 8]), weights(op, [8, 3], 6));
    return { tokens, attention, values, mlp, scores };
  });
}
