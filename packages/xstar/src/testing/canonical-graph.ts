import { createHash } from "node:crypto";
import { fromBinary } from "@bufbuild/protobuf";
import {
  AttributeProto_AttributeType as Kind,
  ModelProtoSchema,
  TensorProto_DataLocation,
  type AttributeProto,
  type GraphProto,
  type TensorProto,
  type TypeProto,
} from "onnx-buf";

/** Bytes of external data, by the location that a file names. */
export type Files = ReadonlyMap<string, Uint8Array>;

/** An ONNX file as text that no name of a node, value, weight or file changes: values are numbered as they appear. */
export interface CanonicalGraph {
  readonly text: string;
  /** The number of a graph input or output, by its name. */
  idOf(name: string): number;
}

export const sha256 = (...parts: readonly (string | Uint8Array)[]): string => {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest("hex");
};

/** Reads the bytes themselves, not through xstar, so that nothing of it can hide a change. */
export function canonicalGraph(bytes: Uint8Array, files: Files): CanonicalGraph {
  const { graph, opsetImport, irVersion } = fromBinary(ModelProtoSchema, bytes);
  const opsets = opsetImport.map(({ domain, version }) => `${domain || "ai.onnx"} ${version}`).sort();
  const scope: Scope = { ids: new Map(), constants: new Map(), files, count: 0 };
  const lines = graphLines(graph!, scope);
  return {
    text: [`ir ${irVersion}, ${opsets.join(", ")}`, ...lines, ""].join("\n"),
    idOf(name) {
      const id = scope.ids.get(name);
      if (id === undefined) throw new Error(`The graph has no value "${name}"`);
      return id;
    },
  };
}

interface Scope {
  readonly ids: Map<string, number>;
  readonly constants: Map<string, string>;
  readonly files: Files;
  count: number;
}

function graphLines(graph: GraphProto, scope: Scope): string[] {
  for (const one of graph.initializer) scope.constants.set(one.name, tensorText(one, scope.files));
  const define = (name: string) => {
    if (name === "") return "_";
    scope.ids.set(name, scope.count);
    return `v${scope.count++}`;
  };
  const types = new Map(graph.input.map(({ name, type }) => [name, typeText(type)]));
  const undeclared = new Set(types.keys());
  const lines: string[] = [];
  const declare = (name: string) => {
    undeclared.delete(name);
    lines.push(`input ${define(name)} ${types.get(name)}`);
  };
  const read = (name: string): string => {
    if (name === "") return "_";
    const constant = scope.constants.get(name);
    if (constant) return constant;
    if (undeclared.has(name)) declare(name);
    return `v${scope.ids.get(name)!}`;
  };
  for (const { domain, opType, input, output, attribute } of graph.node) {
    const inputs = input.map(read).join(", ");
    const attributes = attribute.map((one) => ` ${one.name}=${attributeText(one, scope)}`).sort();
    lines.push(
      `${output.map(define).join(", ")} = ${domain && `${domain}::`}${opType}(${inputs})${attributes.join("")}`,
    );
  }
  for (const name of undeclared) declare(name);
  return [...lines, `output ${graph.output.map(({ name }) => read(name)).join(", ")}`];
}

function attributeText(attribute: AttributeProto, scope: Scope): string {
  const text = (bytes: Uint8Array) => JSON.stringify(new TextDecoder().decode(bytes));
  switch (attribute.type) {
    case Kind.INT:
      return String(attribute.i);
    case Kind.FLOAT:
      return String(attribute.f);
    case Kind.STRING:
      return text(attribute.s);
    case Kind.INTS:
      return `[${attribute.ints.join(",")}]`;
    case Kind.FLOATS:
      return `[${attribute.floats.join(",")}]`;
    case Kind.STRINGS:
      return `[${attribute.strings.map(text).join(",")}]`;
    case Kind.TENSOR:
      return tensorText(attribute.t!, scope.files);
    case Kind.GRAPH: {
      const inner: Scope = { ...scope, ids: new Map(scope.ids), constants: new Map(scope.constants) };
      const lines = graphLines(attribute.g!, inner);
      scope.count = inner.count;
      return `{\n${lines.map((line) => `  ${line}`).join("\n")}\n}`;
    }
    default:
      throw new Error(`Attribute "${attribute.name}" is of type ${attribute.type}, which pins do not read`);
  }
}

function tensorText({ name, dims, dataType, rawData, dataLocation, externalData }: TensorProto, files: Files): string {
  const place = new Map(externalData.map(({ key, value }) => [key, value]));
  const offset = Number(place.get("offset"));
  const isOutside = dataLocation === TensorProto_DataLocation.EXTERNAL;
  const file = files.get(place.get("location") ?? "");
  const bytes = isOutside ? file?.subarray(offset, offset + Number(place.get("length"))) : rawData;
  if (!bytes || (bytes.length === 0 && !dims.includes(0n)))
    throw new Error(`Constant "${name}" holds no bytes that pins read`);
  return `<${dataType}[${dims.join(",")}] ${sha256(bytes)}>`;
}

function typeText(type: TypeProto | undefined): string {
  if (type?.value.case !== "tensorType") return "";
  const { elemType, shape } = type.value.value;
  return `<${elemType}[${(shape?.dim ?? []).map(({ value }) => value.value ?? "").join(",")}]>`;
}
