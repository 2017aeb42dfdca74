import { describe, expect, it } from "vitest";
import { AttributeProto_AttributeType as Kind, TensorProto_DataLocation } from "onnx-buf";
import { print } from "../ir/print.js";
import { buildModel, weights } from "../testing/models.js";
import { declare, encodeModel, encodeSum } from "../testing/protos.js";
import { readModel } from "./read.js";

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
