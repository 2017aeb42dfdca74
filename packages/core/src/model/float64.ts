import { windowOf } from "../ir/window.js";
import { XstarError } from "../errors.js";
import { constantNumbers, Graph, Node, Value, type LooseType, type ValueType } from "../ir/graph.js";
import { isLoose } from "../autodiff/vjp.js";
import { inline, mapSubgraphs, valuesFromOutside, type InlineOptions } from "../ir/inline.js";
import { createOps, positiveAxis, type Ops } from "../ir/ops/index.js";
import { scan } from "../ir/scan.js";
import { writeModel } from "../onnx/write.js";
import type { Runtime } from "../runtime/runtime.js";
import { size, tensor, type DType } from "../tensor.js";
import type { Normalized } from "../normalize/normalize.js";

/**
 * The same computation with float64 in the place of float32; inputs, outputs and the values that can be named stay float32.
 *
 * ONNX Runtime has no float64 kernel for convolutions and means of pictures: those become matrix products and sums. Other
 * nodes without one are computed in float32. It is slow, and tells what rounding does: at the kink of a ReLU, for example.
 */
export async function inFloat64({ graph: source, opset, values }: Normalized, runtime: Runtime): Promise<Normalized> {
  const kernelOf = await findKernels(nodesOf(source), opset, runtime);
  const graph = new Graph(source.name);
  const op = createOps(graph, runtime.lowering, "float64");
  const widened = widening(op);
  const bindings = source.inputs.map((input) => [input, widened(graph.input(input.name, input.type))] as const);
  const map = inline(graph, source, new Map(bindings), [...source.values()], {
    rewrite: widerNodes(op, widened, kernelOf),
  });
  const outside = (value: Value) => {
    const made = map.get(value) ?? value;
    return !typeOf(value) || made.dtype === value.dtype ? made : op.cast(made, value.dtype);
  };
  for (const output of source.outputs) graph.output(outside(output));
  return { graph, opset, values: new Map([...values].map(([name, value]) => [name, outside(value)])) };
}

type Rewriting = NonNullable<InlineOptions["rewrite"]>;

/** The nodes of a graph, and those of a Scan's steps. */
const nodesOf = (graph: Graph): Node[] =>
  graph.nodes.flatMap((node) => (node.qualifiedType === "Scan" ? nodesOf(bodyOf(node)) : [node]));

function bodyOf(node: Node): Graph {
  const body = node.attributes.get("body");
  if (body?.kind === "graph") return body.value;
  throw new XstarError("bad-graph", `Node "${node.label}" (Scan) has no body`);
}

/** Puts the same node in float64 in the place of one. */
function widerNodes(op: Ops, widened: (value: Value) => Value, kernelOf: (node: Node) => Kernel): Rewriting {
  return (node, given, resolve) => {
    if (node.qualifiedType !== "Scan" && hasSubgraphs(node)) return inSingle(op, node, given, resolve);
    if (!isOfFloats(node) || !isTyped(node)) return undefined;
    if (node.qualifiedType === "Scan")
      return widerScan(
        op,
        node,
        given.map((value) => value && widened(value)) as Value[],
        (value) => widened(resolve(value)),
        kernelOf,
      );
    const wide = given.map((value) => value && widened(value));
    const rewrite = node.domain === "" ? rewrites[node.opType] : undefined;
    if (rewrite && (!isLoose(node) || node.opType === "Clip")) return rewrite(node, wide as Value[], op);
    const types = node.outputs.map((output) => output && typeOf(output));
    const kernel = kernelOf(node);
    if (kernel)
      return op.repeatNode(
        node,
        wide,
        types.map((type, i) => type && { ...type, dtype: kernel[i]! }),
      );
    // what is float32 already, such as the scales of a Resize, stays the constant that rules read
    const narrow = given.map((value, i) =>
      value && node.inputs[i]!.dtype === "float32" ? op.cast(value, "float32") : value,
    );
    return op.repeatNode(node, narrow, types).map((output) => output && widened(output));
  };
}

/** A node of which the branches stay as they are, in float32. */
function inSingle(
  op: Ops,
  node: Node,
  given: readonly (Value | undefined)[],
  resolve: (value: Value) => Value,
): (Value | undefined)[] {
  const single = (value: Value) => (value.dtype === "float64" ? op.cast(value, "float32") : value);
  const outputs = node.outputs.map(
    (output) => output && new Value(op.graph.uniqueName(output.name), output.type, output.loose),
  );
  const inner = valuesFromOutside(node).map((value) => [value, single(resolve(value))] as const);
  const seen = new Map(inner);
  const attributes = mapSubgraphs(node.attributes, (value) => value && (seen.get(value) ?? value));
  const inputs = given.map((value) => value && single(value));
  op.graph.append(new Node(node.opType, inputs, outputs, attributes, node.domain, node.name));
  return outputs;
}

/** A recurrent layer's steps in float64. */
function widerScan(
  op: Ops,
  node: Node,
  given: readonly Value[],
  outer: (value: Value) => Value,
  kernelOf: (node: Node) => Kernel,
): Value[] {
  const body = bodyOf(node);
  const sliced = node.int("num_scan_inputs", 0);
  const carried = given.length - sliced;
  const reversed = (kind: "input" | "output") => (node.ints(`scan_${kind}_directions`) ?? []).map((one) => one === 1);
  const outside = valuesFromOutside(node)
    .filter((value) => !node.inputs.includes(value))
    .map((value) => [value, outer(value)] as const);
  const { states, stacks } = scan(op, {
    states: given.slice(0, carried),
    slices: given.slice(carried).map((value, i) => ({ value, isReversed: reversed("input")[i] ?? false })),
    backwards: reversed("output"),
    build(inner, before, elements) {
      const widened = widening(inner);
      const bound = new Map([
        ...outside,
        ...[...before, ...elements].map((value, i) => [body.inputs[i]!, value] as const),
      ]);
      const map = inline(inner.graph, body, bound, body.outputs, {
        prefix: `${inner.graph.name}/`,
        rewrite: widerNodes(inner, widened, kernelOf),
      });
      const results = body.outputs.map((output) => map.get(output) ?? outer(output));
      return { states: results.slice(0, carried), stacks: results.slice(carried) };
    },
  });
  return [...states, ...stacks];
}

/** Makes float64 of float32 values, each once, and of small constants in memory constants. */
function widening(op: Ops): (value: Value) => Value {
  const known = new Map<Value, Value>();
  return (value) => {
    if (value.dtype !== "float32") return value;
    const numbers = value.constant && size(value.shape) <= largestConstant ? constantNumbers(value) : undefined;
    const wide =
      known.get(value) ??
      (numbers ? op.constant(tensor("float64", numbers, value.shape), value.name) : op.cast(value, "float64"));
    known.set(value, wide);
    return wide;
  };
}

/** Larger ones are cast when the graph is opened. */
const largestConstant = 4096;

const wider = (type: ValueType | undefined): ValueType | undefined =>
  type?.dtype === "float32" ? { ...type, dtype: "float64" } : type;

const typeOf = ({ type, loose }: Value): ValueType | LooseType | undefined => type ?? loose;

const isOfFloats = (node: Node) =>
  [...node.inputs, ...node.outputs].some((value) => value && typeOf(value)?.dtype === "float32");

/** Of some nothing is known: nothing is computed behind them. */
const isTyped = (node: Node) => [...node.inputs, ...node.outputs].every((value) => !value || typeOf(value));

const hasSubgraphs = ({ attributes }: Node) => [...attributes.values()].some(({ kind }) => kind === "graph");

/** As an input of a graph, with what is not known of its shape left free; undefined where its rank is not known. */
function declared({ type, loose }: Value): ValueType | undefined {
  if (type || !loose?.dims) return type;
  return { dtype: loose.dtype, shape: loose.dims.map((dim) => dim ?? -1) };
}

/** The types that a node's outputs have in float64; undefined where ONNX Runtime has no such kernel. */
type Kernel = readonly (DType | undefined)[] | undefined;

/** Which nodes ONNX Runtime runs in float64: each kind of node is tried once, by itself. */
async function findKernels(nodes: readonly Node[], opset: number, runtime: Runtime): Promise<(node: Node) => Kernel> {
  // an approximation of a function may have a kernel where the function has none
  const kind = ({ qualifiedType, attributes, inputs, outputs }: Node) => {
    const modes = [...attributes].filter(([, attribute]) => attribute.kind === "string");
    return JSON.stringify([qualifiedType, modes, [...inputs, undefined, ...outputs].map((value) => value?.dtype)]);
  };
  const known = new Map<string, Kernel>();
  for (const node of nodes) {
    if (isOfFloats(node) && isTyped(node) && !known.has(kind(node)))
      known.set(kind(node), await kernelOf(node, opset, runtime));
  }
  return (node) => known.get(kind(node));
}

const widerType = ({ dtype }: Value): DType => (dtype === "float32" ? "float64" : dtype);

/** They have kernels that open, and refuse to run. */
const refusing: ReadonlySet<string> = new Set(["LSTM", "GRU"]);

async function kernelOf(node: Node, opset: number, runtime: Runtime): Promise<Kernel> {
  if (refusing.has(node.qualifiedType)) return undefined;
  if (node.inputs.some((input) => input && !declared(input))) return undefined;
  const graph = new Graph("probe");
  const inputs = node.inputs.map((input, i) => {
    if (!input) return undefined;
    // axes, shapes and the like have to be known where they are constants
    return input.constant && input.dtype !== "float32" ? input : graph.input(`in${i}`, wider(declared(input))!);
  });
  const outputs = node.outputs.map((output, i) => output && new Value(`out${i}`));
  graph.append(new Node(node.opType, inputs, outputs, node.attributes, node.domain, "probe"));
  for (const output of outputs) if (output) graph.output(output);
  try {
    const session = await runtime.open(writeModel(graph, { opsets: new Map([["", opset]]) }), {
      optimization: "disabled",
    });
    const types = new Map(session.outputs.map(({ name, dtype }) => [name, dtype]));
    await session.release();
    return outputs.map((output, i) => output && (types.get(output.name) ?? widerType(node.outputs[i]!)));
  } catch (error) {
    if (error instanceof XstarError) return undefined;
    throw error;
  }
}

const rewrites: Readonly<Record<string, (node: Node, inputs: readonly Value[], op: Ops) => readonly Value[]>> = {
  /** Products of the weights [G, O/G, I/G k] and the elements under each window [N, G, I/G k, windows]. */
  Conv(node, [x, w, bias], op) {
    const { shape } = node.outputs[0]!;
    // ONNX Runtime multiplies no matrices of an empty batch
    if (size(shape) === 0) return [op.fill(shape, 0, x!.dtype)];
    const [n, channels] = x!.shape as [number, number];
    const [o, i, ...kernel] = w!.shape as [number, number, ...number[]];
    const places = shape.slice(2);
    const group = node.int("group", 1);
    const { strides, dilations, before, after } = windowOf(node, kernel, x!.shape.slice(2), places);
    const padded = op.pad(x!, [0, 0, ...before], [0, 0, ...after]);
    const windows = { kernel, strides, dilations, places };
    const taken = size(kernel) > mostSlices ? gatherWindows(op, padded, windows) : sliceWindows(op, padded, windows);
    const patches = op.reshape(taken, [n, group, (channels / group) * size(kernel), size(places)]);
    const product = op.matMul(op.reshape(w!, [group, o / group, i * size(kernel)]), patches);
    const y = op.reshape(product, [n, o, ...places]);
    return [bias ? op.add(y, op.reshape(bias, [o, ...places.map(() => 1)])) : y];
  },
  /** ONNX Runtime fuses a Clip with a Relu in front of it, and knows no bounds of float64 there. */
  Clip(_, [x, low, high], op) {
    const raised = low ? op.where(op.lessOrEqual(x!, low), low, x!) : x!;
    return [high ? op.where(op.greaterOrEqual(raised, high), high, raised) : raised];
  },
  GlobalAveragePool: (_, [x], op) => [
    op.reduceMean(
      x!,
      x!.shape.slice(2).map((_, i) => i + 2),
      true,
    ),
  ],
  /** ONNX Runtime's own gives mean and deviation in float32. */
  LayerNormalization(node, [x, scale, bias], op) {
    const first = positiveAxis(node.int("axis", -1), x!.rank);
    const axes = x!.shape.flatMap((_, i) => (i >= first ? [i] : []));
    const mean = op.reduceMean(x!, axes, true);
    const centered = op.sub(x!, mean);
    const variance = op.reduceMean(op.mul(centered, centered), axes, true);
    const inverse = op.reciprocal(op.sqrt(op.add(variance, node.float("epsilon", 1e-5))));
    const y = op.mul(op.mul(centered, inverse), scale!);
    return [bias ? op.add(y, bias) : y, mean, inverse];
  },
};

interface Windows {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  readonly places: readonly number[];
}

/** Of larger kernels ONNX Runtime takes minutes to open the graph: those are gathered, which is slower to go back through. */
const mostSlices = 64;

/** The elements under each window, [N, C, elements of the kernel, windows]: a slice for each element. */
function sliceWindows(op: Ops, x: Value, { kernel, strides, dilations, places }: Windows): Value {
  const taps = offsets(kernel).map((offset) => {
    const ranges = offset.map((at, axis) => {
      const start = at * dilations[axis]!;
      return { axis: axis + 2, start, end: start + (places[axis]! - 1) * strides[axis]! + 1, step: strides[axis]! };
    });
    return op.reshape(op.slice(x, ranges), [...x.shape.slice(0, 2), 1, size(places)]);
  });
  return op.concat(taps, 2);
}

/** The same, axis by axis. */
function gatherWindows(op: Ops, x: Value, { kernel, strides, dilations, places }: Windows): Value {
  const gathered = kernel.reduce((rest, k, axis) => {
    const [steps, starts] = [
      { count: k, by: dilations[axis]!, shape: [k, 1] },
      { count: places[axis]!, by: strides[axis]!, shape: [1, places[axis]!] },
    ].map(({ count, by, shape }) => op.reshape(op.mul(op.range(count), by), shape)) as [Value, Value];
    return op.gather(rest, op.add(steps, starts), 2 * axis + 2);
  }, x);
  const axes = kernel.map((_, axis) => 2 * axis + 2);
  return op.transpose(gathered, [0, 1, ...axes, ...axes.map((axis) => axis + 1)]);
}

/** All places of a kernel in row-major order. */
function offsets(kernel: readonly number[]): number[][] {
  return kernel.reduce<number[][]>(
    (places, length) => places.flatMap((place) => Array.from({ length }, (_, at) => [...place, at])),
    [[]],
  );
}
