import { describe, expect, it } from "vitest";
import { AttributeProto_AttributeType as Kind, TensorProto_DataLocation } from "onnx-buf";
import { constantNumbers, constantTensor } from "../ir/graph.js";
import { print } from "../ir/print.js";
import { buildModel, weights } from "../testing/models.js";
import { declare, encodeModel, encodeSum, type TensorInit } from "../testing/protos.js";
import { numbers, toHalf } from "../tensor.js";
import { externalConstants } from "./external.js";
import { readModel } from "./read.js";

/** The constant `w` of a model made by `encodeSum`. */
const readW = (w: TensorInit) => readModel(encodeSum(w)).graph.nodes[0]!.inputs[1]!;

const raw = (data: ArrayBufferView<ArrayBuffer>) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength);

describe("readModel", () => {
  it("keeps what the file says about itself", () => {
    const graph = { name: "mine", input: [declare("x", ["N", 3, undefined, 0])], output: [declare("x", [])] };
    const model = readModel(
      encodeModel(graph, {
        irVersion: 7n,
        opsetImport: [
          { domain: "ai.onnx", version: 11n },
          { domain: "com.acme", version: 2n },
        ],
        producerName: "maker",
        producerVersion: "1.2",
        metadataProps: [{ key: "a", value: "b" }],
      }),
    );
    expect(model).toMatchObject({
      irVersion: 7,
      opsets: new Map([
        ["", 11],
        ["com.acme", 2],
      ]),
      producer: "maker 1.2",
      metadata: new Map([["a", "b"]]),
      inputs: [{ name: "x", dtype: "float32", dims: ["N", 3, undefined, undefined] }],
    });
    expect(model.graph.name).toBe("mine");
  });

  it("sees weights in the file itself, without copying them", () => {
    const bytes = buildModel((op, x) => ({ y: op.add(x, weights(op, [100])) }), { shape: [100] });
    const padded = new Uint8Array(bytes.length + 3);
    padded.set(bytes, 3);
    const ofNode = typeof Buffer === "undefined" ? [] : [Buffer.from(padded.buffer, 3)];
    for (const file of [bytes, padded.subarray(3), ...ofNode]) {
      const { source } = readModel(file).graph.nodes[0]!.inputs[1]!.constant!;
      expect("bytes" in source && source.bytes.buffer).toBe(file.buffer);
    }
  });

  it.each<readonly [string, number, TensorInit]>([
    ["raw float32", 1, { rawData: raw(Float32Array.of(1, 0)) }],
    ["float_data", 1, { floatData: [1, 0] }],
    ["raw float64", 11, { rawData: raw(Float64Array.of(1, 0)) }],
    ["double_data", 11, { doubleData: [1, 0] }],
    ["raw float16", 10, { rawData: raw(Uint16Array.of(toHalf(1), 0)) }],
    ["int32_data for float16", 10, { int32Data: [toHalf(1), 0] }],
    ["raw int64", 7, { rawData: raw(BigInt64Array.of(1n, 0n)) }],
    ["int64_data", 7, { int64Data: [1n, 0n] }],
    ["int32_data", 6, { int32Data: [1, 0] }],
    ["int32_data for int8", 3, { int32Data: [1, 0] }],
    ["int32_data for uint8", 2, { int32Data: [1, 0] }],
    ["int32_data for int16", 5, { int32Data: [1, 0] }],
    ["int32_data for uint16", 4, { int32Data: [1, 0] }],
    ["int32_data for bool", 9, { int32Data: [1, 0] }],
    ["raw bool", 9, { rawData: Uint8Array.of(1, 0) }],
    ["uint64_data", 13, { uint64Data: [1n, 0n] }],
    ["uint64_data for uint32", 12, { uint64Data: [1n, 0n] }],
  ])("reads a tensor kept as %s", (_, dataType, data) => {
    const w = readW({ dataType, dims: [2n], ...data });
    expect(constantNumbers(w)).toEqual([1, 0]);
    expect(w.shape).toEqual([2]);
  });

  it("reads scalars, empty tensors and strings", () => {
    expect(constantNumbers(readW({ dataType: 1, floatData: [3] }))).toEqual([3]);
    expect(constantNumbers(readW({ dataType: 1, dims: [2n, 0n] }))).toEqual([]);
    const text = new TextEncoder();
    const words = readW({ dataType: 8, dims: [2n], stringData: ["a", "é"].map((word) => text.encode(word)) });
    expect(words.constant!.source).toEqual({ strings: ["a", "é"] });
  });

  it("knows where weights in other files lie", () => {
    const externalData = [
      { key: "location", value: "weights.bin" },
      { key: "offset", value: "16" },
      { key: "length", value: "8" },
    ];
    const dataLocation = TensorProto_DataLocation.EXTERNAL;
    const far = { dataType: 1, dims: [2n], dataLocation };
    const model = readModel(encodeSum({ ...far, externalData }));
    const w = model.graph.nodes[0]!.inputs[1]!;
    expect(w.constant!.source).toEqual({ location: "weights.bin", offset: 16, length: 8 });
    expect(constantTensor(w)).toBeUndefined();
    expect([...externalConstants(model)]).toEqual([
      ["weights.bin", [{ value: w, location: "weights.bin", offset: 16, length: 8 }]],
    ]);
    const whole = readW({ ...far, externalData: externalData.slice(0, 1) });
    expect(whole.constant!.source).toEqual({ location: "weights.bin", offset: 0, length: 8 });
  });

  it("takes initializers that old files also list as inputs for constants", () => {
    const { inputs, graph } = readModel(
      encodeModel({
        input: [declare("w", [2]), declare("x", [2])],
        output: [declare("y", [2])],
        initializer: [{ name: "w", dataType: 1, dims: [2n], floatData: [1, 2] }],
        node: [{ opType: "Add", input: ["x", "w"], output: ["y"] }],
      }),
    );
    expect(inputs.map(({ name }) => name)).toEqual(["x"]);
    expect(graph.inputs.map(({ name }) => name)).toEqual(["x"]);
    expect(constantNumbers(graph.nodes[0]!.inputs[1])).toEqual([1, 2]);
  });

  it.each([
    ["value", { type: Kind.TENSOR, t: { dataType: 1, dims: [2n], floatData: [1, 2] } }, [1, 2], [2]],
    ["value_float", { type: Kind.FLOAT, f: 1.5 }, [1.5], []],
    ["value_floats", { type: Kind.FLOATS, floats: [1.5, 2] }, [1.5, 2], [2]],
    ["value_int", { type: Kind.INT, i: 7n }, [7], []],
    ["value_ints", { type: Kind.INTS, ints: [7n, -8n] }, [7, -8], [2]],
  ])("takes a Constant node with %s for a constant", (name, attribute, values, shape) => {
    const { graph } = readModel(
      encodeModel({
        input: [declare("x", [2])],
        output: [declare("y", [2])],
        node: [
          { opType: "Constant", output: ["c"], attribute: [{ name, ...attribute }] },
          { opType: "Add", input: ["x", "c"], output: ["y"] },
        ],
      }),
    );
    const constant = graph.nodes[0]!.inputs[1]!;
    expect(graph.nodes).toHaveLength(1);
    expect(constant.name).toBe("c");
    expect(numbers(constantTensor(constant)!)).toEqual(values);
    expect(constant.shape).toEqual(shape);
  });

  it("sorts nodes that stand before what they read, also through a subgraph", () => {
    const branch = (name: string) => ({
      name,
      output: [{ name: `${name}_out` }],
      node: [{ opType: "Neg", input: ["late"], output: [`${name}_out`] }],
    });
    const { graph } = readModel(
      encodeModel({
        input: [declare("x", [2]), declare("c", [], 9)],
        output: [declare("z", [2])],
        node: [
          { opType: "Tanh", input: ["y"], output: ["z"] },
          {
            opType: "If",
            input: ["c"],
            output: ["y"],
            attribute: [
              { name: "then_branch", type: Kind.GRAPH, g: branch("a") },
              { name: "else_branch", type: Kind.GRAPH, g: branch("b") },
            ],
          },
          { opType: "Relu", input: ["x"], output: ["late"] },
        ],
      }),
    );
    expect(graph.nodes.map(({ opType }) => opType)).toEqual(["Relu", "If", "Tanh"]);
  });

  it("keeps the names of a subgraph apart from those outside", () => {
    const branch = { name: "b", output: [{ name: "z" }], node: [{ opType: "Neg", input: ["x"], output: ["z"] }] };
    const attribute = ["then_branch", "else_branch"].map((name) => ({ name, type: Kind.GRAPH, g: branch }));
    const { graph } = readModel(
      encodeModel({
        input: [declare("x", [2]), declare("c", [], 9)],
        output: [declare("z", [2])],
        node: [
          { opType: "If", input: ["c"], output: ["y"], attribute },
          { opType: "Tanh", input: ["y"], output: ["z"] },
        ],
      }),
    );
    expect(graph.nodes.map(({ opType }) => opType)).toEqual(["If", "Tanh"]);
  });

  it("reads subgraphs whose inputs have no type", () => {
    const body = {
      name: "body",
      input: [{ name: "i" }, { name: "go" }, { name: "state" }],
      output: [{ name: "go" }, { name: "next" }],
      node: [{ opType: "Neg", input: ["state"], output: ["next"] }],
    };
    const { graph } = readModel(
      encodeModel({
        input: [declare("x", [2])],
        output: [declare("y", [2])],
        node: [
          {
            opType: "Loop",
            input: ["", "", "x"],
            output: ["y"],
            attribute: [{ name: "body", type: Kind.GRAPH, g: body }],
          },
        ],
      }),
    );
    expect(print(graph)).toContain("Loop(_, _, x) {body=graph body}");
  });

  it("keeps optional inputs and outputs that are left out", () => {
    const { graph } = readModel(
      encodeModel({
        input: [declare("x", [2])],
        output: [declare("y", [2])],
        node: [{ opType: "Clip", input: ["x", "", "x"], output: ["y", ""] }],
      }),
    );
    expect(graph.nodes[0]!.inputs.map((input) => input?.name)).toEqual(["x", undefined, "x"]);
    expect(graph.nodes[0]!.outputs.map((output) => output?.name)).toEqual(["y", undefined]);
  });
});
