import { XstarError } from "../errors.js";
import { Graph, Node, Value, valueOf, type Attribute, type Constant, type ValueType } from "../ir/graph.js";
import { tensor, type Tensor } from "../tensor.js";
import { inlineFunctions } from "./functions.js";
import {
  Kind,
  modelProto,
  type AttributeProto,
  type GraphProto,
  type ModelProto,
  type NodeProto,
  type ValueInfoProto,
} from "./schema.js";
import { takeTokensAsVectors } from "./token-inputs.js";
import { inMemory, readTensor, typeHint } from "./read-tensor.js";
import { takeWholeInputsAsFloats } from "./integer-inputs.js";
import { dtypeOf, nameOfType, type DeclaredInput, type Model } from "./model.js";

/**
 * Reads an ONNX file. Weights are not copied: constants are views of `bytes`. Calls of model-local functions become the
 * nodes of their bodies.
 *
 * Throws `bad-model` when the bytes are no ONNX model or the graph is not well formed (undefined or duplicate names,
 * cycles, negative dimensions), and `unsupported-model` for element types that xstar does not handle.
 *
 * @example
 * const { graph, inputs } = readModel(bytes);
 * print(graph);
 */
export function readModel(bytes: Uint8Array): Model {
  const proto = decode(bytes);
  if (!proto.graph) throw new XstarError("bad-model", "The file holds no ONNX graph", notOnnxHint);
  const { graph: calls, opsets } = inlineFunctions(proto, proto.graph);
  const inputs: DeclaredInput[] = [];
  const graph = readGraph(calls, new Map(), (input) => inputs.push(readInput(input)));
  return {
    graph,
    inputs: takeTokensAsVectors(graph, takeWholeInputsAsFloats(graph, inputs)),
    opsets,
    irVersion: Number(proto.irVersion),
    producer: [proto.producerName, proto.producerVersion].filter(Boolean).join(" "),
    metadata: new Map(proto.metadataProps.map(({ key, value }) => [key, value])),
    functions: new Set(proto.functions.map(({ domain, name }) => (isStandard(domain) ? name : `${domain}::${name}`))),
    bytes,
  };
}

const isStandard = (domain: string) => domain === "" || domain === "ai.onnx";

const notOnnxHint = { hint: "Check that the path names an .onnx file and that it was copied whole" };

function decode(bytes: Uint8Array): ModelProto {
  try {
    return modelProto.read(bytes);
  } catch (cause) {
    throw new XstarError("bad-model", "The file is not a readable ONNX model", { ...notOnnxHint, cause });
  }
}

/** Reads a graph or a subgraph, whose nodes see the values of the graphs around it. */
function readGraph(
  proto: GraphProto,
  outer: ReadonlyMap<string, Value>,
  declare: (input: ValueInfoProto) => void,
): Graph {
  const graph = new Graph(proto.name || "graph");
  const scope = new Map(outer);
  const own = new Set<string>();
  const define = (value: Value) => {
    if (own.has(value.name))
      throw new XstarError("bad-model", `Two values of graph "${graph.name}" are named "${value.name}"`);
    own.add(value.name);
    graph.uniqueName(value.name);
    scope.set(value.name, value);
  };
  for (const initializer of proto.initializer) define(valueOf(initializer.name, readTensor(initializer)));
  if (proto.sparseInitializer.length > 0) {
    throw new XstarError(
      "unsupported-model",
      `Graph "${graph.name}" holds sparse initializers, which xstar does not read`,
      { hint: "Export the model with dense weights" },
    );
  }
  for (const input of proto.input) {
    if (own.has(input.name) && scope.get(input.name)!.constant) continue;
    declare(input);
    const value = new Value(input.name, staticType(input));
    define(value);
    graph.inputs.push(value);
  }
  for (const node of inRunnableOrder(proto.node, scope, graph.name)) readNode(node, graph, scope, define);
  for (const output of proto.output) {
    const value = resolve(output.name, scope, `output of graph "${graph.name}"`);
    if (!value) throw new XstarError("bad-model", `An output of graph "${graph.name}" has no name`);
    graph.output(value);
  }
  return graph;
}

/** The type of a value whose declaration leaves nothing free. */
function staticType({ type }: ValueInfoProto): ValueType | undefined {
  const { elemType, shape: declared } = type?.tensorType ?? {};
  if (elemType === undefined || !declared) return undefined;
  const dtype = dtypeOf(elemType);
  const shape = declared.dim.map(({ dimValue }) => Number(dimValue ?? -1));
  return dtype && shape.every((dim) => dim >= 0) ? { dtype, shape } : undefined;
}

function readInput(info: ValueInfoProto): DeclaredInput {
  const type = info.type?.tensorType;
  if (!type) {
    const [other = "of no type"] = Object.keys(info.type ?? {});
    throw new XstarError("unsupported-model", `Input "${info.name}" is not a tensor but ${other}`, {
      hint: "Export the model with a tensor in its place",
    });
  }
  const dtype = dtypeOf(type.elemType);
  if (!dtype) {
    throw new XstarError(
      "unsupported-model",
      `Input "${info.name}" has ${nameOfType(type.elemType)}, which xstar does not handle`,
      typeHint,
    );
  }
  const dims = (type.shape?.dim ?? []).map(
    ({ dimValue = 0n, dimParam = "" }) => dimParam || (dimValue > 0n ? Number(dimValue) : undefined),
  );
  return { name: info.name, dtype, dims };
}

/** The nodes sorted so that each comes after what it reads: the standard demands it, but not every file obeys. */
function inRunnableOrder(
  nodes: readonly NodeProto[],
  scope: ReadonlyMap<string, Value>,
  graphName: string,
): NodeProto[] {
  const producers = new Map<string, NodeProto>();
  for (const node of nodes) for (const name of node.output) if (name) producers.set(name, node);
  const sorted: NodeProto[] = [];
  const state = new Map<NodeProto, "open" | "done">();
  for (const root of nodes) {
    const stack: NodeProto[] = [root];
    while (stack.length > 0) {
      const node = stack.at(-1)!;
      if (state.get(node) === "done") {
        stack.pop();
        continue;
      }
      const pending = state.get(node) === "open" ? [] : readNames(node);
      const waiting = pending
        .map((name) => (scope.has(name) ? undefined : producers.get(name)))
        .filter((producer): producer is NodeProto => producer !== undefined && state.get(producer) !== "done");
      if (waiting.some((producer) => state.get(producer) === "open" || producer === node)) {
        throw new XstarError("bad-model", `Node "${labelOf(node)}" of graph "${graphName}" depends on its own output`);
      }
      state.set(node, "open");
      if (waiting.length > 0) stack.push(...waiting);
      else {
        state.set(node, "done");
        sorted.push(node);
        stack.pop();
      }
    }
  }
  return sorted;
}

/** Every name a node reads, those that its subgraphs read from outside included. */
function readNames(node: NodeProto): string[] {
  const inner = node.attribute.flatMap(({ g }) => {
    if (!g) return [];
    const own = new Set([
      ...[...g.input, ...g.initializer].map(({ name }) => name),
      ...g.node.flatMap((n) => n.output),
    ]);
    return [...g.node.flatMap(readNames), ...g.output.map(({ name }) => name)].filter((name) => !own.has(name));
  });
  return [...node.input, ...inner].filter(Boolean);
}

function readNode(proto: NodeProto, graph: Graph, scope: Map<string, Value>, define: (value: Value) => void): void {
  if (proto.opType === "Constant" && (proto.domain === "" || proto.domain === "ai.onnx")) {
    const name = proto.output[0] ?? "";
    define(valueOf(name, readConstantNode(proto)));
    return;
  }
  const inputs = proto.input.map((name) => resolve(name, scope, `input of node "${labelOf(proto)}" (${proto.opType})`));
  const outputs = proto.output.map((name) => (name ? new Value(name) : undefined));
  const attributes = new Map(proto.attribute.map((attribute) => [attribute.name, readAttribute(attribute, scope)]));
  const domain = proto.domain === "ai.onnx" ? "" : proto.domain;
  graph.append(new Node(proto.opType, inputs, outputs, attributes, domain, proto.name));
  for (const output of outputs) if (output) define(output);
}

function resolve(name: string, scope: ReadonlyMap<string, Value>, what: string): Value | undefined {
  if (name === "") return undefined;
  const value = scope.get(name);
  if (!value) throw new XstarError("bad-model", `"${name}", an ${what}, is not defined anywhere in the model`);
  return value;
}

function labelOf(node: NodeProto): string {
  return node.name || node.output[0] || node.opType;
}

function readAttribute(proto: AttributeProto, scope: ReadonlyMap<string, Value>): Attribute {
  const text = new TextDecoder();
  switch (proto.type) {
    case Kind.INT:
      return { kind: "int", value: Number(proto.i) };
    case Kind.FLOAT:
      return { kind: "float", value: proto.f };
    case Kind.STRING:
      return { kind: "string", value: text.decode(proto.s) };
    case Kind.INTS:
      return { kind: "ints", value: proto.ints.map(Number) };
    case Kind.FLOATS:
      return { kind: "floats", value: proto.floats };
    case Kind.STRINGS:
      return { kind: "strings", value: proto.strings.map((s) => text.decode(s)) };
    case Kind.TENSOR:
      if (!proto.t) break;
      return { kind: "tensor", value: readTensor(proto.t) };
    case Kind.GRAPH:
      if (!proto.g) break;
      return { kind: "graph", value: readGraph(proto.g, scope, () => undefined) };
    default:
      return { kind: "opaque", value: proto };
  }
  throw new XstarError("bad-model", `Attribute "${proto.name}" holds nothing`);
}

function readConstantNode(proto: NodeProto): Constant {
  const attribute = proto.attribute[0];
  if (!attribute) throw new XstarError("bad-model", `Constant node "${labelOf(proto)}" holds no value`);
  if (attribute.t) return readTensor(attribute.t);
  const scalars: Partial<Record<string, () => Tensor>> = {
    value_float: () => tensor("float32", [attribute.f], []),
    value_floats: () => tensor("float32", attribute.floats),
    value_int: () => tensor("int64", [Number(attribute.i)], []),
    value_ints: () => tensor("int64", attribute.ints.map(Number)),
  };
  const make = scalars[attribute.name];
  if (!make)
    throw new XstarError(
      "unsupported-model",
      `Constant node "${labelOf(proto)}" holds a ${attribute.name}, which xstar does not read`,
    );
  return inMemory(make());
}
