import { type Attribute, type Constant, Graph, Node, Value } from "../ir/graph.js";
import { dtypeNumbers, toInt64 } from "../tensor.js";
import {
  attributeProto,
  dimensionProto,
  entryProto,
  external,
  graphProto,
  Kind,
  modelProto,
  nodeProto,
  operatorSetIdProto,
  shapeProto,
  tensorProto,
  tensorTypeProto,
  typeProto,
  valueInfoProto,
  type AttributeProto,
  type GraphProto,
  type TensorProto,
  type ValueInfoProto,
} from "./schema.js";
import { Names } from "../ir/names.js";

/** A constant's place in another file, as ONNX external data. */
export interface Place {
  readonly location: string;
  readonly offset: number;
}

export interface WriteOptions {
  readonly opsets: ReadonlyMap<string, number>;
  readonly metadata?: ReadonlyMap<string, string>;
  readonly irVersion?: number;
  /** Who made the model. @default "xstar" */
  readonly producer?: string;
  /** Name of the first dimension of inputs and outputs, where it is left free. */
  readonly freeBatch?: string;
  /** Files of which external data is copied into the result instead of pointed at. */
  readonly embed?: ReadonlyMap<string, Uint8Array>;
  /** Says where bytes already lie, so that they are pointed at instead of copied; undefined keeps them inline. */
  readonly locate?: (bytes: Uint8Array) => Place | undefined;
}

/** IR version 10 (ONNX 1.16) goes with opsets up to 21 and is read by every ONNX Runtime since 1.18. */
const irVersion = 10;

/** The newest that ONNX Runtime reads; later ones add nothing that a graph of xstar would need. */
const newestIrVersion = 13;

/**
 * The graph as the bytes of an ONNX file. Constants that no node reads are left out.
 *
 * @example
 * const bytes = writeModel(graph, { opsets: new Map([["", canonicalOpset]]) });
 */
export function writeModel(graph: Graph, given: WriteOptions): Uint8Array {
  const constants = constantsOf(graph);
  const taken = namesIn(graph);
  // constants of several origins may share a name: each gets one that nothing else in the file has
  const names = new Map(constants.map((value) => [value, taken.take(value.name)]));
  const options: Writing = { ...given, names, taken };
  return modelProto.write(
    modelProto.make({
      irVersion: BigInt(Math.min(newestIrVersion, Math.max(irVersion, options.irVersion ?? 0))),
      producerName: options.producer ?? "xstar",
      opsetImport: [...options.opsets].map(([domain, version]) =>
        operatorSetIdProto.make({ domain, version: BigInt(version) }),
      ),
      metadataProps: [...(options.metadata ?? [])].map(([key, value]) => entryProto.make({ key, value })),
      graph: writeGraph(graph, options, constants),
    }),
  );
}

/** What the parts need besides the caller's options. */
interface Writing extends WriteOptions {
  readonly names: ReadonlyMap<Value, string>;
  readonly taken: Names;
}

/** The names of all values but constants, in subgraphs too. */
function namesIn(graph: Graph): Names {
  const taken = new Names();
  const visit = (inner: Graph) => {
    for (const value of inner.values()) taken.add(value.name);
    for (const node of inner.nodes) {
      for (const attribute of node.attributes.values()) if (attribute.kind === "graph") visit(attribute.value);
    }
  };
  visit(graph);
  return taken;
}

const nameOf = (value: Value | undefined, { names }: Writing) => (value ? (names.get(value) ?? value.name) : "");

function writeGraph(graph: Graph, options: Writing, constants: readonly Value[]): GraphProto {
  return graphProto.make({
    name: graph.name,
    input: graph.inputs.map((value) => writeInfo(value, options)),
    output: graph.outputs.map((value) => writeInfo(value, options)),
    initializer: constants.map((value) => writeTensor(nameOf(value, options), value.constant!, options)),
    node: graph.nodes.map((node) => writeNode(node, options)),
  });
}

/** The constants that the graph reads, inside subgraphs too, each once. */
function constantsOf(graph: Graph): Value[] {
  const found = new Set<Value>();
  const visit = (inner: Graph) => {
    for (const node of inner.nodes) {
      for (const input of node.inputs) if (input?.constant) found.add(input);
      for (const attribute of node.attributes.values()) if (attribute.kind === "graph") visit(attribute.value);
    }
    for (const output of inner.outputs) if (output.constant) found.add(output);
  };
  visit(graph);
  return [...found];
}

function writeInfo(value: Value, options: Writing): ValueInfoProto {
  const { freeBatch } = options;
  if (!value.type) return valueInfoProto.make({ name: nameOf(value, options) });
  const dim = value.shape.map((dimension, i) => {
    const free = i === 0 && freeBatch !== undefined ? freeBatch : i === 0 ? "N" : `${value.name}_${i}`;
    return dimension < 0 || (i === 0 && freeBatch !== undefined)
      ? dimensionProto.make({ dimParam: free })
      : dimensionProto.make({ dimValue: BigInt(dimension) });
  });
  return valueInfoProto.make({
    name: nameOf(value, options),
    type: typeProto.make({
      tensorType: tensorTypeProto.make({ elemType: dtypeNumbers[value.dtype], shape: shapeProto.make({ dim }) }),
    }),
  });
}

function writeNode(node: Node, options: Writing) {
  // empty last inputs would be legal, but ONNX Runtime crashes on some
  const given = node.inputs.slice(0, node.inputs.findLastIndex((input) => input !== undefined) + 1);
  return nodeProto.make({
    opType: node.opType,
    domain: node.domain,
    name: node.name,
    input: given.map((input) => nameOf(input, options)),
    output: node.outputs.map((output) => output?.name ?? ""),
    attribute: [...node.attributes].map(([name, attribute]) => writeAttribute(name, attribute, options)),
  });
}

function writeAttribute(name: string, attribute: Attribute, options: Writing): AttributeProto {
  const text = new TextEncoder();
  const make = (fields: Partial<AttributeProto>) => attributeProto.make({ ...fields, name });
  switch (attribute.kind) {
    case "int":
      return make({ type: Kind.INT, i: toInt64(attribute.value) });
    case "float":
      return make({ type: Kind.FLOAT, f: attribute.value });
    case "string":
      return make({ type: Kind.STRING, s: text.encode(attribute.value) });
    case "ints":
      return make({ type: Kind.INTS, ints: attribute.value.map(toInt64) });
    case "floats":
      return make({ type: Kind.FLOATS, floats: [...attribute.value] });
    case "strings":
      return make({ type: Kind.STRINGS, strings: attribute.value.map((s) => text.encode(s)) });
    case "tensor":
      return make({ type: Kind.TENSOR, t: writeTensor("", attribute.value, options) });
    case "graph":
      return make({ type: Kind.GRAPH, g: writeGraph(withOwnOutputs(attribute.value, options), options, []) });
    case "opaque":
      return attribute.value as AttributeProto;
  }
}

/** A subgraph of which every output is a value of its own: ONNX Runtime refuses those that hand on a value from outside. */
function withOwnOutputs(source: Graph, { taken }: Writing): Graph {
  const own = new Set(source.values());
  if (source.outputs.every((output) => own.has(output))) return source;
  const graph = new Graph(source.name);
  graph.inputs.push(...source.inputs);
  graph.appendAll(source.nodes);
  for (const output of source.outputs) {
    const handed = own.has(output) ? output : new Value(taken.take(output.name), output.type);
    if (handed !== output) graph.append(new Node("Identity", [output], [handed]));
    graph.output(handed);
  }
  return graph;
}

/** Below this size a reference costs as much as the data. */
const smallestExternal = 256;

function writeTensor(name: string, constant: Constant, options: Writing): TensorProto {
  const base = { name, dataType: dtypeNumbers[constant.dtype], dims: constant.shape.map(BigInt) };
  const { source } = constant;
  if ("strings" in source) {
    const text = new TextEncoder();
    return tensorProto.make({ ...base, stringData: source.strings.map((s) => text.encode(s)) });
  }
  if ("location" in source) {
    const { location, offset, length } = source;
    const rawData = options.embed?.get(location)?.subarray(offset, offset + length) as
      | Uint8Array<ArrayBuffer>
      | undefined;
    return tensorProto.make({ ...base, ...(rawData ? { rawData } : pointTo(location, offset, length)) });
  }
  const place = source.bytes.byteLength >= smallestExternal ? options.locate?.(source.bytes) : undefined;
  if (place) return tensorProto.make({ ...base, ...pointTo(place.location, place.offset, source.bytes.byteLength) });
  return tensorProto.make({ ...base, rawData: source.bytes as Uint8Array<ArrayBuffer> });
}

function pointTo(location: string, offset: number, length: number) {
  const entries = { location, offset: String(offset), length: String(length) };
  return {
    dataLocation: external,
    externalData: Object.entries(entries).map(([key, value]) => entryProto.make({ key, value })),
  };
}
