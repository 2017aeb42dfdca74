import { XstarError } from "../errors.js";
import { constantNumbers, constantValue, Graph, Value, type Node, type ValueType } from "../ir/graph.js";
import { inline, valuesRead } from "../ir/inline.js";
import type { Model } from "../onnx/model.js";
import { writeModel } from "../onnx/write.js";
import type { Runtime } from "../runtime/runtime.js";
import { elementBytes, floatTypes, size, viewBytes, type Shape, type Tensor } from "../tensor.js";
import { inlineKnownBranches } from "./branches.js";
import { countAxesFromFront } from "./old-axes.js";
import { closePoolWindows } from "./pool-windows.js";
import { writeSamePads } from "./same-pads.js";
import { refuseImpossible } from "./refuse-impossible.js";
import { settleScales } from "./resize-scales.js";
import { followSequences } from "./sequences.js";
import { locator, type WeightFiles } from "../onnx/weights.js";

/** Constants up to this many elements are folded, whatever their type; larger ones stay nodes that ONNX Runtime folds. */
const largestFolded = 4096;

/** Inputs and values of more elements are taken for a mistake, not allocated. */
const largestInput = 2 ** 27;
const largestValue = 2 ** 29;

/** Operators whose result's shape depends on the elements, not only on the shapes, of what they read. */
const dataShaped: ReadonlySet<string> = new Set([
  "NonZero",
  "Unique",
  "Compress",
  "NonMaxSuppression",
  "Loop",
  "If",
  "Scan",
]);

const randomTypes: ReadonlySet<string> = new Set([
  "RandomNormal",
  "RandomNormalLike",
  "RandomUniform",
  "RandomUniformLike",
  "Bernoulli",
  "Multinomial",
]);

/** The domains of ONNX Runtime's own operators; `com.microsoft` also stands for what begins with it. */
const ownDomains =
  /^(|ai\.onnx\.ml|ai\.onnx\.(preview\.)?training|com\.microsoft(\..*)?|com\.ms\..*|org\.pytorch\.aten)$/;

/** The nodes of operators that ONNX Runtime does not have, and that the model does not define as functions. */
export function foreignNodes(graph: Graph): Node[] {
  return graph.nodes.flatMap((node) => {
    const inner = [...node.attributes.values()].flatMap((one) => (one.kind === "graph" ? foreignNodes(one.value) : []));
    return ownDomains.test(node.domain) ? inner : [node, ...inner];
  });
}

function refuseForeign(graph: Graph): void {
  const nodes = foreignNodes(graph);
  if (nodes.length === 0) return;
  const types = [...new Set(nodes.map((node) => node.qualifiedType))];
  const shown = nodes.slice(0, 5).map((node) => `"${node.label}" (${node.qualifiedType})`);
  const more = nodes.length > shown.length ? ` and ${nodes.length - shown.length} more` : "";
  throw new XstarError(
    "unsupported-model",
    `ONNX Runtime has no operator ${types.join(", ")}, which the model uses at node ${shown.join(", ")}${more}`,
    {
      hint: "Export the model with these operators as functions (FunctionProto) or as standard operators",
      details: { nodes: nodes.map((node) => ({ node: node.label, domain: node.domain, opType: node.opType })) },
    },
  );
}

/**
 * The model's graph for inputs of the given shapes: every value with its type and static shape, as ONNX Runtime finds
 * them, and everything that depends on shapes alone replaced by constants.
 *
 * Throws `unsupported-model` when ONNX Runtime cannot run the model at these shapes.
 */
export async function specialize(
  model: Model,
  shapes: ReadonlyMap<string, Shape>,
  runtime: Runtime,
  files: WeightFiles,
): Promise<Graph> {
  refuseForeign(model.graph);
  refuseImpossible(model.graph);
  const graph = new Graph(model.graph.name);
  const bindings = new Map<Value, Value>();
  model.inputs.forEach(({ name, dtype }, i) => {
    const shape = shapes.get(name);
    if (!shape)
      throw new XstarError("bad-argument", `The shape of input "${name}" is missing`, {
        hint: `Give it as shapes: new Map([["${name}", [...]]])`,
      });
    if (!shape.every((dim) => Number.isInteger(dim) && dim >= 0)) {
      throw new XstarError("bad-argument", `Input "${name}" cannot have the shape [${shape}]`, {
        hint: "Give whole numbers, none below 0",
      });
    }
    if (size(shape) > largestInput) {
      throw new XstarError("bad-argument", `Input "${name}" of shape [${shape}] is too large`, {
        hint: `It would have ${size(shape)} elements, and ${largestInput} is the most`,
      });
    }
    bindings.set(model.graph.inputs[i]!, graph.input(name, { dtype, shape }));
  });
  const map = inline(graph, model.graph, bindings, [...model.graph.values()]);
  const outputs = model.graph.outputs.map((output) => map.get(output) ?? output);
  const settle = async (typed: Graph, results: readonly Value[]) => {
    const first = await probe(typed, { model, runtime, files, runs: "fixed" });
    const folded = fold(typed, first.known, results);
    if (!first.isOpen) return folded;
    // with the arithmetic of shapes gone most shapes are known; what is left depends on elements
    const own = [...folded.outputs];
    return fold(folded, (await probe(folded, { model, runtime, files, runs: "all" })).known, own);
  };
  let known = await settle(graph, outputs);
  const opset = model.opsets.get("") ?? 0;
  const simpler = (from: Graph) =>
    inlineKnownBranches(from) ??
    followSequences(from, opset) ??
    countAxesFromFront(from, opset) ??
    writeSamePads(from) ??
    closePoolWindows(from, opset) ??
    settleScales(from, opset);
  for (let next = simpler(known); next; next = simpler(known)) {
    known = await settle(next, [...next.outputs]);
  }
  return known;
}

interface Probing {
  readonly model: Model;
  readonly runtime: Runtime;
  readonly files: WeightFiles;
  /** What may be run to learn its shape: only what is the same for every input, or everything. */
  readonly runs: "fixed" | "all";
}

interface Probed {
  /** Values that are the same for every input, as far as they are worth folding. */
  readonly known: ReadonlyMap<Value, Tensor>;
  /** Whether there are values of which the type is not known. */
  readonly isOpen: boolean;
}

/** Opens the graph with every value as an output: ONNX Runtime says their types; one run gives what it cannot infer. */
async function probe(graph: Graph, { model, runtime, files, runs }: Probing): Promise<Probed> {
  const values = graph.nodes.flatMap((node) => node.outputs.filter((output) => output !== undefined));
  if (values.length === 0) return { known: new Map(), isOpen: false };
  graph.outputs.splice(0, graph.outputs.length, ...values);
  refuseLargeFills(graph);
  const { opsets, irVersion } = model;
  const opset = opsets.get("") ?? 0;
  const bytes = writeModel(graph, { opsets, irVersion, locate: locator(model) });
  const session = await explained(graph, opset, () => runtime.open(bytes, { files, optimization: "disabled" }));
  try {
    const ports = new Map(session.outputs.map((port) => [port.name, port]));
    const isStatic = staticValues(graph);
    const unknown = new Set<Value>();
    for (const value of values) {
      const port = ports.get(value.name);
      if (!port?.dtype) continue;
      // no dimensions can mean a scalar, or that ONNX Runtime does not know the rank
      const isKnown = port.dims.length > 0 && port.dims.every((dim): dim is number => dim !== undefined);
      const dims = isKnown ? (port.dims as readonly number[]) : undefined;
      if (dims && size(dims) > largestValue) throw tooLarge(value, dims);
      if (dims) value.type = { dtype: port.dtype, shape: dims };
      else unknown.add(value);
    }
    const isFolded = (value: Value) =>
      value.type !== undefined && (size(value.shape) <= largestFolded || !floatTypes.has(value.dtype));
    const asked = values.filter((value) => {
      if (unknown.has(value)) return runs === "all" || isStatic(value);
      return isStatic(value) && isFolded(value);
    });
    const isOpen = [...unknown].some((value) => !asked.includes(value));
    if (asked.length === 0) return { known: new Map(), isOpen };
    const feeds = Object.fromEntries(graph.inputs.map((input) => [input.name, zeros(input.type!)]));
    const names = asked.map(({ name }) => name);
    const results = await explained(graph, opset, () => session.run(feeds, names));
    for (const value of asked) {
      const { dtype, shape } = results[value.name]!;
      value.type = { dtype, shape: [...shape] };
    }
    const folded = asked.filter((value) => isStatic(value) && isFolded(value));
    return { known: new Map(folded.map((value) => [value, results[value.name]!])), isOpen };
  } finally {
    await session.release();
  }
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

async function explained<T>(graph: Graph, opset: number, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const shapes = graph.inputs.map((input) => `"${input.name}" [${input.shape}]`).join(", ");
    const reason = XstarError.is(cause) ? cause.message : String(cause);
    throw new XstarError("unsupported-model", `The model cannot be run with input ${shapes}: ${reason}`, {
      cause,
      ...(opset < 7 || opset > newestOpset ? { hint: opsetHint(opset) } : {}),
    });
  }
}

function zeros({ dtype, shape }: ValueType): Tensor {
  const count = size(shape);
  if (dtype === "string") return { dtype, shape, data: Array.from({ length: count }, () => "") };
  return { dtype, shape, data: viewBytes(dtype, new Uint8Array(count * elementBytes[dtype]!)) };
}

/** Tells which values are the same for every input of these shapes. */
function staticValues(graph: Graph): (value: Value) => boolean {
  const elements = new Set<Value>();
  const shapes = new Set<Value>(graph.inputs);
  const fixed = (value: Value) => value.constant !== undefined || elements.has(value);
  for (const node of graph.nodes) {
    const reads = valuesRead(node);
    const allFixed = reads.every(fixed) && !randomTypes.has(node.opType);
    const readsShapeOnly = node.domain === "" && (node.opType === "Shape" || node.opType === "Size");
    const shapesFixed = reads.every((value) => fixed(value) || shapes.has(value)) && shapeInputsFixed(node, fixed);
    for (const output of node.outputs) {
      if (!output) continue;
      if (allFixed || (readsShapeOnly && shapesFixed)) elements.add(output);
      if (allFixed || (shapesFixed && !dataShaped.has(node.opType))) shapes.add(output);
    }
  }
  return (value) => elements.has(value);
}

/** Integer inputs other than plain data (a Reshape's shape, a Slice's starts, ...) decide the shape of a result. */
function shapeInputsFixed(node: Node, fixed: (value: Value) => boolean): boolean {
  const deciding: Readonly<Record<string, readonly number[]>> = {
    Reshape: [1],
    Expand: [1],
    Tile: [1],
    Slice: [1, 2, 3, 4],
    Pad: [1, 3],
    Resize: [2, 3],
    Upsample: [1],
    ConstantOfShape: [0],
    Range: [0, 1, 2],
    OneHot: [1],
    TopK: [1],
    Split: [1],
    Squeeze: [1],
    Unsqueeze: [1],
  };
  return (deciding[node.opType] ?? []).every((i) => node.inputs[i] === undefined || fixed(node.inputs[i]));
}

/** The graph with known values as constants, without the nodes that only they needed. */
function fold(graph: Graph, known: ReadonlyMap<Value, Tensor>, outputs: readonly Value[]): Graph {
  const bindings = new Map<Value, Value>();
  const result = new Graph(graph.name);
  for (const input of graph.inputs) bindings.set(input, result.input(input.name, input.type));
  for (const [value, t] of known) bindings.set(value, constantValue(result.uniqueName(value.name), t));
  const kept = [...graph.values()].filter((value) => !bindings.has(value));
  const map = inline(result, graph, bindings, kept);
  for (const output of outputs) result.output(map.get(output) ?? output);
  return result;
}
