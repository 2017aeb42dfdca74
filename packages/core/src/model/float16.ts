import { XstarError } from "../errors.js";
import { constantNumbers, Graph, type Node, type Value } from "../ir/graph.js";
import { inline } from "../ir/inline.js";
import { createOps, type Ops } from "../ir/ops/index.js";
import { hasSubgraphs } from "../normalize/narrow-integers.js";
import type { Normalized } from "../normalize/normalize.js";
import { size, tensor } from "../tensor.js";
import type { LoadedModel } from "./load.js";

/**
 * What is computed in float16: products of weights, and what lies between them and keeps the size of numbers. Sums over many
 * elements, powers and exponentials stay in float32, where they neither overflow nor lose what is small.
 */
const halved: ReadonlySet<string> = new Set(
  `Add Clip Concat Conv ConvTranspose Flatten Gemm HardSigmoid HardSwish Identity LeakyRelu MatMul Max MaxPool Min Mul Neg PRelu Pad
  Relu Reshape Sigmoid Slice Split Squeeze Sub Tanh Transpose Unsqueeze Where`.split(/\s+/),
);

/**
 * The same model with weights and activations in float16, and so its gradients: half the memory, and the speed of processors that
 * have units for it. Inputs, outputs and layers stay float32 where they are read, and with them objective, picture and optimizer.
 * Throws `unsupported-model` for loops.
 *
 * @example
 * const model = inFloat16(openModel(bytes, { runtime: fromOrt(ort, { provider: "webgpu" }) }));
 */
export function inFloat16<M extends LoadedModel>(model: M): M {
  const known = new WeakMap<Normalized, Normalized>();
  return {
    ...model,
    precision: "float16",
    async at(...given) {
      const whole = await model.at(...given);
      const made = known.get(whole) ?? halve(whole, model);
      known.set(whole, made);
      return made;
    },
  };
}

function halve({ graph: source, opset, values }: Normalized, { runtime }: LoadedModel): Normalized {
  if (hasSubgraphs(source))
    throw new XstarError("unsupported-model", "A model with a loop is not computed in float16", {
      hint: "Leave the precision at float32",
    });
  const graph = new Graph(source.name);
  const op = createOps(graph, runtime.lowering, "float16");
  const [half, single] = [casting(op, "float32", "float16"), casting(op, "float16", "float32")];
  const bindings = source.inputs.map((input) => [input, graph.input(input.name, input.type)] as const);
  const map = inline(graph, source, new Map(bindings), [...source.values()], {
    rewrite(node, inputs) {
      if (mayHalve(node)) {
        const types = node.outputs.map((output) => output?.type);
        return op.repeatNode(
          node,
          inputs.map((value) => value && half(value)),
          types.map((type) => (type?.dtype === "float32" ? { ...type, dtype: "float16" as const } : type)),
        );
      }
      // what the model itself has in float16 stays so
      const wide = inputs.map((value, i) => (value && node.inputs[i]!.dtype === "float32" ? single(value) : value));
      if (wide.every((value, i) => value === inputs[i])) return undefined;
      return op.repeatNode(
        node,
        wide,
        node.outputs.map((output) => output?.type),
      );
    },
  });
  const outside = (value: Value) => {
    const made = map.get(value) ?? value;
    return value.type && made.dtype !== value.dtype ? single(made) : made;
  };
  for (const output of source.outputs) graph.output(outside(output));
  return { graph, opset, values: new Map([...values].map(([name, value]) => [name, outside(value)])) };
}

const mayHalve = (node: Node) =>
  node.domain === "" &&
  halved.has(node.opType) &&
  node.outputs.every((output) => !output || output.type) &&
  node.outputs[0]?.dtype === "float32";

/** Larger constants are cast when the graph is opened. */
const largestConstant = 4096;

/** Makes values of one type those of another, each once. */
function casting(op: Ops, from: "float16" | "float32", to: "float16" | "float32"): (value: Value) => Value {
  const known = new Map<Value, Value>();
  return (value) => {
    if (value.dtype !== from) return value;
    const numbers = value.constant && size(value.shape) <= largestConstant ? constantNumbers(value) : undefined;
    const made =
      known.get(value) ??
      (numbers ? op.constant(tensor(to as "float32", numbers, value.shape), value.name) : op.cast(value, to));
    known.set(value, made);
    return made;
  };
}
