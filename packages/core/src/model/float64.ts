import { windowOf } from "../ir/window.js";
import { XstarError } from "../errors.js";
import { Graph, Node, Value, type ValueType } from "../ir/graph.js";
import { inline } from "../ir/inline.js";
import { createOps, type Ops } from "../ir/ops/index.js";
import { writeModel } from "../onnx/write.js";
import type { Runtime } from "../runtime/runtime.js";
import { size } from "../tensor.js";
import type { Normalized } from "../normalize/normalize.js";

/**
 * The same computation with float64 in the place of float32; inputs, outputs and the values that can be named stay float32.
 *
 * ONNX Runtime has no float64 kernel for convolutions and means of pictures: those become matrix products and sums. Other
 * nodes without one are computed in float32. It is slow, and tells what rounding does: at the kink of a ReLU, for example.
 */
export async function inFloat64({ graph: source, opset, values }: Normalized, runtime: Runtime): Promise<Normalized> {
  const hasKernel = await findKernels(source, opset, runtime);
  const graph = new Graph(source.name);
  const op = createOps(graph, runtime.lowering, "float64");
  const widened = (value: Value) => (value.dtype === "float32" ? op.cast(value, "float64") : value);
  const bindings = source.inputs.map((input) => [input, widened(graph.input(input.name, input.type))] as const);
  const map = inline(graph, source, new Map(bindings), [...source.values()], {
    rewrite(node, given) {
      if (!isOfFloats(node)) return undefined;
      const types = node.outputs.map((output) => output?.type);
      const wide = given.map((value) => value && widened(value));
      const rewrite = node.domain === "" ? rewrites[node.opType] : undefined;
      if (rewrite) return [rewrite(node, wide as Value[], op)];
      if (hasKernel(node)) return op.repeatNode(node, wide, types.map(wider));
      const narrow = wide.map((value, i) => (node.inputs[i]?.dtype === "float32" ? op.cast(value!, "float32") : value));
      return op.repeatNode(node, narrow, types).map((output) => output && widened(output));
    },
  });
  const outside = (value: Value) => {
    const made = map.get(value) ?? value;
    return made.dtype === value.dtype ? made : op.cast(made, value.dtype);
  };
  for (const output of source.outputs) graph.output(outside(output));
  return { graph, opset, values: new Map([...values].map(([name, value]) => [name, outside(value)])) };
}

const wider = (type: ValueType | undefined): ValueType | undefined =>
  type?.dtype === "float32" ? { ...type, dtype: "float64" } : type;

const isOfFloats = (node: Node) => [...node.inputs, ...node.outputs].some((value) => value?.type?.dtype === "float32");

/** Which nodes ONNX Runtime runs in float64: each kind of node is tried once, by itself. */
async function findKernels(source: Graph, opset: number, runtime: Runtime): Promise<(node: Node) => boolean> {
  const kind = (node: Node) => JSON.stringify([node.qualifiedType, node.inputs.map((input) => input?.dtype)]);
  const known = new Map<string, boolean>();
  for (const node of source.nodes) {
    if (isOfFloats(node) && !known.has(kind(node))) known.set(kind(node), await runs(node, opset, runtime));
  }
  return (node) => known.get(kind(node))!;
}

async function runs(node: Node, opset: number, runtime: Runtime): Promise<boolean> {
  const graph = new Graph("probe");
  const inputs = node.inputs.map((input, i) => {
    if (!input) return undefined;
    // axes, shapes and the like have to be known where they are constants
    return input.constant && input.dtype !== "float32" ? input : graph.input(`in${i}`, wider(input.type)!);
  });
  const outputs = node.outputs.map((output, i) => output && new Value(`out${i}`, wider(output.type)));
  graph.append(new Node(node.opType, inputs, outputs, node.attributes, node.domain, "probe"));
  for (const output of outputs) if (output) graph.output(output);
  try {
    const session = await runtime.open(writeModel(graph, { opsets: new Map([["", opset]]) }), {
      optimization: "disabled",
    });
    await session.release();
    return true;
  } catch (error) {
    if (error instanceof XstarError) return false;
    throw error;
  }
}

const rewrites: Readonly<Record<string, (node: Node, inputs: readonly Value[], op: Ops) => Value>> = {
  /** Products of the weights [G, O/G, I/G k] and the elements under each window [N, G, I/G k, windows]. */
  Conv(node, [x, w, bias], op) {
    const [n, channels] = x!.shape as [number, number];
    const [o, i, ...kernel] = w!.shape as [number, number, ...number[]];
    const places = node.outputs[0]!.shape.slice(2);
    const group = node.int("group", 1);
    const { strides, dilations, before, after } = windowOf(node, kernel, x!.shape.slice(2), places);
    const padded = op.pad(x!, [0, 0, ...before], [0, 0, ...after]);
    const taps = offsets(kernel).map((offset) => {
      const ranges = offset.map((at, axis) => {
        const start = at * dilations[axis]!;
        return { axis: axis + 2, start, end: start + (places[axis]! - 1) * strides[axis]! + 1, step: strides[axis]! };
      });
      return op.reshape(op.slice(padded, ranges), [n, group, channels / group, 1, size(places)]);
    });
    const patches = op.reshape(op.concat(taps, 3), [n, group, i * size(kernel), size(places)]);
    const product = op.matMul(op.reshape(w!, [group, o / group, i * size(kernel)]), patches);
    const y = op.reshape(product, [n, o, ...places]);
    return bias ? op.add(y, op.reshape(bias, [o, ...places.map(() => 1)])) : y;
  },
  GlobalAveragePool: (_, [x], op) =>
    op.reduceMean(
      x!,
      x!.shape.slice(2).map((_, i) => i + 2),
      true,
    ),
};

/** All places of a kernel in row-major order. */
function offsets(kernel: readonly number[]): number[][] {
  return kernel.reduce<number[][]>(
    (places, length) => places.flatMap((place) => Array.from({ length }, (_, at) => [...place, at])),
    [[]],
  );
}
