import { XstarError } from "../errors.js";
import { constantNumbers, Graph, Node, Value, type ValueType } from "../ir/graph.js";
import { prune, valuesRead } from "../ir/inline.js";
import type { Model } from "../onnx/model.js";
import { writeModel } from "../onnx/write.js";
import type { Runtime, Session } from "../runtime/runtime.js";
import { elementBytes, floatTypes, numbers, size, viewBytes, type DType, type Shape, type Tensor } from "../tensor.js";
import { findFixedValues, isEndless } from "./fixed-values.js";
import { locator, type WeightFiles } from "../onnx/weights.js";

/** Constants up to this many elements are folded, whatever their type; larger ones stay nodes that ONNX Runtime folds. */
const largestFolded = 4096;

/** Values of more elements are taken for a mistake, not allocated. */
const largestValue = 2 ** 29;

/** What runs the graphs of a model. */
export interface Host {
  readonly model: Model;
  readonly runtime: Runtime;
  readonly files: WeightFiles;
}

/** What ONNX Runtime says of a tensor without running the graph. */
export interface InferredType {
  readonly dtype: DType;
  /** Undefined where it cannot tell. */
  readonly shape: Shape | undefined;
  /** What it can tell of the dimensions; undefined where not even their number. */
  readonly dims: readonly (number | undefined)[] | undefined;
}

/**
 * The types that ONNX Runtime infers for all tensors that nodes compute, without a run. Throws `unsupported-model` when it
 * refuses the graph.
 */
export async function inferTypes(graph: Graph, host: Host): Promise<Map<Value, InferredType>> {
  const values = graph.nodes.flatMap((node) => node.outputs.filter((output) => output !== undefined));
  if (values.length === 0) return new Map();
  refuseLargeFills(graph);
  const { shapes } = findFixedValues(graph);
  const probe = sharing(graph);
  // what is not run: no dimensions may mean a scalar or an unknown rank, and only a scalar's shape has no element
  const ranks = new Map(
    values.flatMap((value) => (shapes.has(value) ? [] : [[value, shapeOf(probe, value)] as const])),
  );
  for (const value of [...values, ...ranks.values()]) probe.output(value);
  const session = await openProbe(probe, host);
  await session.release();
  const ports = new Map(session.outputs.map((port) => [port.name, port]));
  const types = new Map<Value, InferredType>();
  for (const value of values) {
    const port = ports.get(value.name);
    if (!port?.dtype) continue;
    const [rank] = ports.get(ranks.get(value)?.name ?? "")?.dims ?? [];
    const dims = port.dims.length > 0 || rank === 0 ? port.dims : undefined;
    const shape = dims?.every((dim) => dim !== undefined) ? (dims as Shape) : undefined;
    if (shape && size(shape) > largestValue) throw tooLarge(value, shape);
    types.set(value, { dtype: port.dtype, shape, dims });
  }
  return types;
}

/** Types the values that have none as far as their shapes are inferred; not those that cannot be computed. */
export function adoptTypes(graph: Graph, types: ReadonlyMap<Value, InferredType>): void {
  for (const node of graph.nodes) {
    if (isEndless(node)) continue;
    for (const output of node.outputs) {
      const { dtype, shape, dims } = (output && types.get(output)) ?? {};
      if (dtype && shape) output!.type ??= { dtype, shape };
      else if (dtype) output!.loose = { dtype, dims };
    }
  }
}

/**
 * Runs the graph once for the shapes that it computes, which are not always those that ONNX Runtime infers, and types its
 * values by them. Only what has the same shape for every input is run: other values keep the type that is inferred, or
 * none. Returns the values that are the same for every input, as far as they are worth folding.
 */
export async function runForShapes(
  graph: Graph,
  inferred: ReadonlyMap<Value, InferredType>,
  host: Host,
): Promise<Map<Value, Tensor>> {
  const { elements, shapes } = findFixedValues(graph);
  const probe = sharing(graph);
  const sameAs = findSameShapes(graph);
  // of nodes that nothing reads ONNX Runtime runs the last first: each shape is then asked for as soon as its value is
  // there, which is freed before the next
  const asked = [...inferred].reverse().flatMap(([value, { dtype, shape }]) => {
    if (!shapes.has(value) || sameAs.has(value)) return [];
    const isWhole = elements.has(value) && (!shape || isFolded(dtype, shape));
    return { value, dtype, isWhole, output: isWhole ? value : shapeOf(probe, value) };
  });
  if (asked.length === 0) return new Map();
  for (const { output } of asked) probe.output(output);
  prune(probe);
  const kept = [...asked.flatMap(({ value, isWhole }) => (isWhole ? [] : [value])), ...sameAs.keys()];
  const results = await runProbe(graph, probe, kept, host);
  const known = new Map<Value, Tensor>();
  for (const { value, dtype, isWhole, output } of asked) {
    const result = results[output.name]!;
    value.type = { dtype, shape: isWhole ? [...result.shape] : numbers(result) };
    if (isWhole && isFolded(dtype, value.shape)) known.set(value, result);
  }
  for (const [value, other] of [...sameAs].reverse()) {
    const type = inferred.get(value);
    if (type && other.type && shapes.has(value)) value.type = { dtype: type.dtype, shape: other.shape };
  }
  return known;
}

/**
 * Values share memory by the shapes that are inferred. Where such a shape is not the one that is computed ONNX Runtime may
 * refuse to run, and runs when all values are `kept` as outputs, which share none.
 */
async function runProbe(
  graph: Graph,
  probe: Graph,
  kept: readonly Value[],
  host: Host,
): Promise<Record<string, Tensor>> {
  const feeds = Object.fromEntries(graph.inputs.map((input) => [input.name, zeros(input.type!)]));
  const names = probe.outputs.map(({ name }) => name);
  const run = async () => {
    const session = await openProbe(probe, host);
    try {
      return await explained(graph, host, () => session.run(feeds, names));
    } finally {
      await session.release();
    }
  };
  try {
    return await run();
  } catch (error) {
    if (!(XstarError.is(error) && error.message.includes("re-use buffer"))) throw error;
    for (const value of kept) if (value.node) probe.output(value);
    return run();
  }
}

/** Operators whose result takes the place of what they read, of the same shape, where nothing else reads it. */
const inPlace = /^(Relu|LeakyRelu|PRelu|Elu|Selu|Celu|Sigmoid|HardSigmoid|Tanh|Clip|HardSwish|BatchNormalization)$/;

/** What each value that may be overwritten is of the same shape as: to ask for its own shape would keep it in memory. */
function findSameShapes(graph: Graph): Map<Value, Value> {
  const readers = new Map<Value, Node[]>();
  for (const node of graph.nodes) {
    for (const value of valuesRead(node)) {
      const known = readers.get(value);
      if (known) known.push(node);
      else readers.set(value, [node]);
    }
  }
  const same = new Map<Value, Value>();
  for (const [value, [reader, ...others]] of readers) {
    const isOnly = value.node !== undefined && others.length === 0 && reader!.inputs[0] === value;
    const [output] = reader!.outputs;
    if (isOnly && output && inPlace.test(reader!.qualifiedType)) same.set(value, output);
  }
  return same;
}

const isFolded = (dtype: DType, shape: Shape) => size(shape) <= largestFolded || !floatTypes.has(dtype);

/** A graph of the same nodes and values, without outputs. */
function sharing(source: Graph): Graph {
  const graph = new Graph(source.name);
  graph.inputs.push(...source.inputs);
  graph.appendAll(source.nodes);
  for (const value of source.values()) graph.uniqueName(value.name);
  return graph;
}

function shapeOf(graph: Graph, value: Value): Value {
  const shape = new Value(graph.uniqueName(`${value.name}/shape`));
  graph.append(new Node("Shape", [value], [shape]));
  return shape;
}

/** Opens a graph whose outputs are not declared to be of a type, which ONNX Runtime would take for true. */
function openProbe(graph: Graph, host: Host): Promise<Session> {
  const { model, runtime, files } = host;
  graph.outputs.forEach(({ name }, i) => (graph.outputs[i] = new Value(name)));
  const bytes = writeModel(graph, { opsets: model.opsets, irVersion: model.irVersion, locate: locator(model) });
  return explained(graph, host, () => runtime.open(bytes, { files, optimization: "disabled" }));
}

/** ONNX Runtime follows the elements of shapes, even of this one's 2^40, while it opens a graph. */
function refuseLargeFills(graph: Graph): void {
  for (const { opType, domain, inputs, outputs } of graph.nodes) {
    if (opType !== "ConstantOfShape" || domain !== "" || !outputs[0]) continue;
    const shape = constantNumbers(inputs[0]);
    if (shape && size(shape) > largestValue) throw tooLarge(outputs[0], shape);
  }
}

function tooLarge(value: Value, shape: Shape): XstarError {
  return new XstarError("unsupported-model", `Value "${value.name}" would be of shape [${shape}], which is too large`, {
    hint: "Choose a smaller input, or check the sizes in the model",
  });
}

const newestOpset = 26;

const opsetHint = (opset: number) =>
  `The model uses operator set ${opset}, and ONNX Runtime runs 7 to ${newestOpset}: convert it, for example with onnx.version_converter to 20`;

async function explained<T>(graph: Graph, { model }: Host, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const opset = model.opsets.get("") ?? 0;
    const shapes = graph.inputs.map((input) => `"${input.name}" [${input.shape}]`).join(", ");
    const reason = XstarError.is(cause) ? cause.message : String(cause);
    throw new XstarError("unsupported-model", `The model cannot be run with input ${shapes}: ${reason}`, {
      cause,
      ...hintOf(graph, opset, reason),
    });
  }
}

function hintOf(graph: Graph, opset: number, reason: string): { readonly hint?: string } {
  if (opset < 7 || opset > newestOpset) return { hint: opsetHint(opset) };
  const [, missing] = /Could not find an implementation for (\w+)/.exec(reason) ?? [];
  const isDouble = [...graph.inputs, ...graph.nodes.flatMap(valuesRead)].some(
    (value) => value.type?.dtype === "float64",
  );
  if (missing === undefined || !isDouble) return {};
  return {
    hint: `ONNX Runtime has no ${missing} of double precision (float64), which the model uses: export it in float32`,
  };
}

function zeros({ dtype, shape }: ValueType): Tensor {
  const count = size(shape);
  if (dtype === "string") return { dtype, shape, data: Array.from({ length: count }, () => "") };
  return { dtype, shape, data: viewBytes(dtype, new Uint8Array(count * elementBytes[dtype]!)) };
}
