/** Damages ONNX files in the ways that broken exports, cut transfers and hostile authors do. */
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import {
  AttributeProto_AttributeType as Kind,
  FunctionProtoSchema,
  GraphProtoSchema,
  ModelProtoSchema,
  NodeProtoSchema,
  StringStringEntryProtoSchema,
  TensorProto_DataLocation,
  TensorShapeProto_DimensionSchema,
} from "onnx-buf";

const absurd = [0n, -1n, 1n, 2n, 7n, 255n, 65536n, 2n ** 31n - 1n, 2n ** 31n, 2n ** 40n, 2n ** 62n, -(2n ** 63n)];
const names = ["", "__proto__", "constructor", "x", "a/b", "\u0000", "é".repeat(3000), "../up"];
const places = [
  "../secret.bin",
  "/etc/passwd",
  "sub/../../secret.bin",
  "link.bin",
  "weights.bin",
  "missing.bin",
  "",
  ".",
];

const pick = (rng, list) => list[rng.int(list.length)];

function graphsOf(graph, found = []) {
  found.push(graph);
  for (const node of graph.node) for (const { g } of node.attribute) if (g) graphsOf(g, found);
  return found;
}

/** Mutations of the messages: each changes a decoded model in place, or does nothing where it finds no place for it. */
const mutations = {
  absurdInputDimension(model, rng) {
    const dims = model.graph.input.flatMap(({ type }) => type?.value.value?.shape?.dim ?? []);
    if (dims.length > 0) pick(rng, dims).value = { case: "dimValue", value: pick(rng, absurd) };
  },
  manyInputDimensions(model, rng) {
    const shape = pick(rng, model.graph.input)?.type?.value.value?.shape;
    for (let n = rng.int(70); shape && n >= 0; n--)
      shape.dim.push(
        create(TensorShapeProto_DimensionSchema, { value: { case: "dimValue", value: 1n + BigInt(rng.int(3)) } }),
      );
  },
  absurdConstantDimension(model, rng) {
    const constant = pick(rng, model.graph.initializer);
    if (constant) constant.dims[rng.int(constant.dims.length + 1)] = pick(rng, absurd);
  },
  absurdAttribute(model, rng) {
    const attribute = pick(rng, pick(rng, model.graph.node)?.attribute ?? []);
    if (!attribute) return;
    if (attribute.type === Kind.INT) attribute.i = pick(rng, absurd);
    else if (attribute.type === Kind.INTS) attribute.ints[rng.int(attribute.ints.length + 1)] = pick(rng, absurd);
    else if (attribute.type === Kind.FLOAT) attribute.f = pick(rng, [0, -1, NaN, Infinity, 1e38]);
    else if (attribute.type === Kind.STRING) attribute.s = new TextEncoder().encode(pick(rng, names));
  },
  otherAttributeType(model, rng) {
    const attribute = pick(rng, pick(rng, model.graph.node)?.attribute ?? []);
    if (attribute) attribute.type = rng.int(15);
  },
  absurdNumbers(model, rng) {
    const whole = model.graph.initializer.filter(({ dataType }) => dataType === 7);
    const constant = pick(rng, whole);
    if (!constant) return;
    const count = Math.max(1, constant.rawData.length / 8);
    constant.rawData = new Uint8Array(BigInt64Array.from({ length: count }, () => pick(rng, absurd)).buffer);
    constant.int64Data = [];
  },
  cycle(model, rng) {
    const { node } = model.graph;
    const [from, to] = [rng.int(node.length), rng.int(node.length)].sort((a, b) => a - b);
    if (node[from]?.input.length) node[from].input[rng.int(node[from].input.length)] = node[to].output[0] ?? "";
  },
  duplicateName(model, rng) {
    const [a, b] = [pick(rng, model.graph.node), pick(rng, model.graph.node)];
    if (a?.output.length && b?.output.length) a.output[0] = pick(rng, [b.output[0], ...b.input, a.input[0] ?? ""]);
  },
  otherName(model, rng) {
    const node = pick(rng, model.graph.node);
    if (node) pick(rng, [node.input, node.output])[rng.int(2)] = pick(rng, names);
  },
  otherOperator(model, rng) {
    const [a, b] = [pick(rng, model.graph.node), pick(rng, model.graph.node)];
    if (a)
      a.opType = pick(rng, [
        b.opType,
        "Loop",
        "If",
        "Scan",
        "Relu",
        "Softmax",
        "NoSuchOperator",
        "",
        "LSTM",
        "Concat",
        "Reshape",
        "Expand",
        "Conv",
      ]);
  },
  otherDomain(model, rng) {
    const node = pick(rng, model.graph.node);
    if (node) node.domain = pick(rng, ["com.acme", "com.microsoft", "ai.onnx.ml", "ai.onnx", "com.microsoft.nchwc"]);
  },
  otherVersion(model, rng) {
    const set = pick(rng, model.opsetImport);
    if (set) set.version = pick(rng, [...absurd, 1n, 5n, 6n, 8n, 9n, 10n, 11n, 12n, 13n, 17n, 22n, 25n, 28n]);
    if (rng.int(4) === 0) model.irVersion = pick(rng, absurd);
    if (rng.int(8) === 0) model.opsetImport = [];
  },
  otherType(model, rng) {
    const constant = pick(rng, model.graph.initializer);
    const type = rng.int(26);
    if (constant && rng.int(2)) constant.dataType = type;
    const input = pick(rng, model.graph.input);
    if (input?.type?.value.value) input.type.value.value.elemType = type;
  },
  drop(model, rng) {
    const list = pick(rng, [model.graph.node, model.graph.initializer, model.graph.input, model.graph.output]);
    list.splice(rng.int(Math.max(1, list.length)), 1);
  },
  repeat(model, rng) {
    const list = pick(rng, [model.graph.node, model.graph.initializer, model.graph.input, model.graph.output]);
    if (list.length > 0) list.splice(rng.int(list.length), 0, pick(rng, list));
  },
  reorder(model, rng) {
    const { node } = model.graph;
    if (node.length > 1) node.splice(rng.int(node.length), 0, ...node.splice(rng.int(node.length), 1));
  },
  externalData(model, rng) {
    const constant = pick(
      rng,
      graphsOf(model.graph).flatMap(({ initializer }) => initializer),
    );
    if (!constant) return;
    constant.dataLocation = TensorProto_DataLocation.EXTERNAL;
    const entry = (key, value) => create(StringStringEntryProtoSchema, { key, value });
    constant.externalData = [entry("location", pick(rng, places))];
    if (rng.int(2))
      constant.externalData.push(entry("offset", pick(rng, ["0", "4", "-4", "1e9", "99999999999999999999", "x"])));
    if (rng.int(2)) constant.externalData.push(entry("length", pick(rng, ["4", "0", "-1", "123456789012", "NaN"])));
    constant.rawData = new Uint8Array();
  },
  emptyConstant(model, rng) {
    const constant = pick(rng, model.graph.initializer);
    if (constant) constant.rawData = constant.rawData.subarray(0, rng.int(constant.rawData.length + 1));
  },
  calls(model, rng) {
    const node = pick(rng, model.graph.node);
    if (!node) return;
    const body = [create(NodeProtoSchema, { ...node, domain: pick(rng, ["", "f"]), input: ["i"], output: ["o"] })];
    if (rng.int(3) === 0) body.push(create(NodeProtoSchema, { ...node, domain: "f", input: ["o"], output: ["p"] }));
    model.functions.push(
      create(FunctionProtoSchema, { domain: "f", name: node.opType, input: ["i"], output: ["o"], node: body }),
    );
    node.domain = "f";
  },
  deep(model, rng) {
    const inner = model.graph;
    if (inner.node.length === 0) return;
    let graph = create(GraphProtoSchema, { name: "g", node: [create(NodeProtoSchema, inner.node[0])] });
    for (let n = pick(rng, [3, 30, 90, 300]); n > 0; n--) {
      const node = { opType: "If", input: [inner.node[0].input[0] ?? ""], output: [`d${n}`] };
      const attribute = ["then_branch", "else_branch"]
        .slice(rng.int(2))
        .map((name) => ({ name, type: Kind.GRAPH, g: graph }));
      graph = create(GraphProtoSchema, { name: "g", node: [{ ...node, attribute }] });
      if (attribute.length > 1 && n > 12) n = 12;
    }
    inner.node.push(...graph.node);
  },
};

/** Mutations of the bytes. */
const damages = {
  bit: (bytes, rng) => {
    for (let n = 1 + rng.int(3); n > 0; n--) bytes[rng.int(bytes.length)] ^= 1 << rng.int(8);
    return bytes;
  },
  byte: (bytes, rng) => {
    bytes[rng.int(bytes.length)] = pick(rng, [0, 0x7f, 0x80, 0xff, rng.int(256)]);
    return bytes;
  },
  cut: (bytes, rng) => bytes.subarray(0, rng.int(bytes.length)),
  remove: (bytes, rng) => {
    const at = rng.int(bytes.length);
    return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + rng.int(12))]);
  },
  splice: (bytes, rng, other) => {
    const [from, at] = [rng.int(other.length), rng.int(bytes.length)];
    return Buffer.concat([
      bytes.subarray(0, at),
      other.subarray(from, from + 1 + rng.int(64)),
      bytes.subarray(at + rng.int(8)),
    ]);
  },
};

/** A damaged copy of a file, with the names of what was done to it. `other` is a file to take pieces from. */
export function mutateModel(bytes, other, rng) {
  const copy = Buffer.from(bytes);
  if (copy.length > 0 && rng.int(2)) {
    const name = pick(rng, Object.keys(damages));
    return { bytes: damages[name](copy, rng, other), done: [name] };
  }
  const model = fromBinary(ModelProtoSchema, copy);
  const done = [];
  for (let n = 1 + (rng.int(3) === 0 ? rng.int(3) : 0); n > 0; n--) {
    const name = pick(rng, Object.keys(mutations));
    mutations[name](model, rng);
    done.push(name);
  }
  try {
    return { bytes: toBinary(ModelProtoSchema, model), done };
  } catch {
    return { bytes: damages.bit(copy, rng), done: ["bit"] };
  }
}
