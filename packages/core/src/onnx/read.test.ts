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

describe("a broken file", () => {
  const x = declare("x", [2]);
  const good = buildModel((op, value) => ({ y: op.add(value, weights(op, [100])) }), { shape: [100] });
  const relu = (input: string, output: string, name = "") => ({
    opType: "Relu",
    input: [input],
    output: [output],
    name,
  });
  const graph = (...node: ReturnType<typeof relu>[]) =>
    encodeModel({ name: "g", input: [x], output: [{ name: "y" }], node });
  const external = (...externalData: { key: string; value: string }[]) =>
    encodeSum({ dataType: 1, dims: [2n], dataLocation: TensorProto_DataLocation.EXTERNAL, externalData });
  const at = (offset: string, length: string) =>
    external({ key: "location", value: "w" }, { key: "offset", value: offset }, { key: "length", value: length });

  it.each<readonly [string, string, string, () => Uint8Array]>([
    ["nothing at all", "bad-model", "The file holds no ONNX graph", () => new Uint8Array()],
    ["a text", "bad-model", "The file is not a readable ONNX model", () => new TextEncoder().encode("hello, world")],
    [
      "a page",
      "bad-model",
      "The file is not a readable ONNX model",
      () => new TextEncoder().encode("<!doctype html><html>"),
    ],
    ["a truncated file", "bad-model", "The file is not a readable ONNX model", () => good.subarray(0, good.length - 9)],
    [
      "a model without a graph",
      "bad-model",
      "The file holds no ONNX graph",
      () => encodeModel({}, { graph: undefined! }),
    ],
    [
      "an undefined name",
      "bad-model",
      '"lost", an input of node "n" (Relu), is not defined anywhere in the model',
      () => graph(relu("lost", "y", "n")),
    ],
    [
      "an undefined output",
      "bad-model",
      '"y", an output of graph "g", is not defined anywhere in the model',
      () => graph(relu("x", "z")),
    ],
    [
      "an output without a name",
      "bad-model",
      'An output of graph "g" has no name',
      () => encodeModel({ name: "g", input: [x], output: [{}] }),
    ],
    [
      "a duplicate name",
      "bad-model",
      'Two values of graph "g" are named "y"',
      () => graph(relu("x", "y"), relu("x", "y")),
    ],
    [
      "a node that takes an input's name",
      "bad-model",
      'Two values of graph "g" are named "x"',
      () => graph(relu("x", "x"), relu("x", "y")),
    ],
    [
      "a cycle",
      "bad-model",
      'Node "b" of graph "g" depends on its own output',
      () => graph(relu("b", "a"), relu("a", "b"), relu("b", "y")),
    ],
    [
      "a node that reads itself",
      "bad-model",
      'Node "y" of graph "g" depends on its own output',
      () => graph(relu("y", "y")),
    ],
    [
      "negative dimensions",
      "bad-model",
      'Constant "w" has the impossible shape [-2]',
      () => encodeSum({ dataType: 1, dims: [-2n], floatData: [1, 2] }),
    ],
    [
      "absurd dimensions",
      "bad-model",
      'Constant "w" has the impossible shape [1099511627776,1099511627776]',
      () => encodeSum({ dataType: 1, dims: [2n ** 40n, 2n ** 40n] }),
    ],
    [
      "dimensions beyond the data",
      "bad-model",
      'Constant "w" of shape [1000000000] holds 0 elements instead of 1000000000',
      () => encodeSum({ dataType: 1, dims: [10n ** 9n] }),
    ],
    [
      "raw data of a wrong size",
      "bad-model",
      'Constant "w" of shape [2] needs 8 bytes of float32 but has 7',
      () => encodeSum({ dataType: 1, dims: [2n], rawData: new Uint8Array(7) }),
    ],
    [
      "too few elements",
      "bad-model",
      'Constant "w" of shape [2] holds 1 elements instead of 2',
      () => encodeSum({ dataType: 1, dims: [2n], floatData: [1] }),
    ],
    [
      "too few strings",
      "bad-model",
      'Constant "w" of shape [2] holds 1 elements instead of 2',
      () => encodeSum({ dataType: 8, dims: [2n], stringData: [new Uint8Array()] }),
    ],
    [
      "external data without a place",
      "bad-model",
      'Constant "w" does not say in which file its data lies',
      () => external(),
    ],
    [
      "external data before the file",
      "bad-model",
      'Constant "w" has an impossible place in file "w": offset -8, length 8',
      () => at("-8", "8"),
    ],
    [
      "external data of a wrong length",
      "bad-model",
      'Constant "w" has an impossible place in file "w": offset 0, length 9',
      () => at("0", "9"),
    ],
    [
      "external data at no number",
      "bad-model",
      'Constant "w" has an impossible place in file "w": offset NaN, length 8',
      () => at("here", "8"),
    ],
    [
      "a Constant without a value",
      "bad-model",
      'Constant node "y" holds no value',
      () => encodeModel({ output: [{ name: "y" }], node: [{ opType: "Constant", output: ["y"] }] }),
    ],
    [
      "an attribute without its tensor",
      "bad-model",
      'Attribute "value" holds nothing',
      () =>
        encodeModel({
          input: [x],
          output: [{ name: "y" }],
          node: [{ ...relu("x", "y"), attribute: [{ name: "value", type: Kind.TENSOR }] }],
        }),
    ],
    [
      "an attribute without its graph",
      "bad-model",
      'Attribute "body" holds nothing',
      () =>
        encodeModel({
          input: [x],
          output: [{ name: "y" }],
          node: [{ ...relu("x", "y"), attribute: [{ name: "body", type: Kind.GRAPH }] }],
        }),
    ],
    [
      "bfloat16 weights",
      "unsupported-model",
      'Constant "w" has element type bfloat16, which xstar does not handle',
      () => encodeSum({ dataType: 16, dims: [2n] }),
    ],
    [
      "a bfloat16 input",
      "unsupported-model",
      'Input "x" has element type bfloat16, which xstar does not handle',
      () => encodeModel({ input: [declare("x", [2], 16)] }),
    ],
    [
      "an input that is no tensor",
      "unsupported-model",
      'Input "x" is not a tensor but of no type',
      () => encodeModel({ input: [{ name: "x" }] }),
    ],
    [
      "sparse weights",
      "unsupported-model",
      'Graph "g" holds sparse initializers, which xstar does not read',
      () => encodeModel({ name: "g", sparseInitializer: [{}] }),
    ],
    [
      "a Constant of strings",
      "unsupported-model",
      'Constant node "y" holds a value_string, which xstar does not read',
      () =>
        encodeModel({
          node: [{ opType: "Constant", output: ["y"], attribute: [{ name: "value_string", type: Kind.STRING }] }],
        }),
    ],
  ])("with %s is refused: %s", (_, code, message, make) => {
    expect(() => readModel(make())).toThrow(expect.objectContaining({ name: "XstarError", code, message }));
  });

  it("gets a hint when it is no ONNX file at all", () => {
    expect(() => readModel(new TextEncoder().encode("hello, world"))).toThrow(
      expect.objectContaining({ hint: expect.stringContaining("copied whole") }),
    );
  });

  it("truncated anywhere is never taken for a whole one with other weights", () => {
    for (let length = 0; length < good.length; length += 7) {
      const outcome = (() => {
        try {
          return print(readModel(good.subarray(0, length)).graph);
        } catch (error) {
          return error;
        }
      })();
      if (typeof outcome === "string") expect(outcome).toBe(print(readModel(good).graph));
      else expect(outcome).toMatchObject({ name: "XstarError", code: "bad-model" });
    }
  });
});
