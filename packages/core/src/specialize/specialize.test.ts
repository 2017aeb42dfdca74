import { describe, expect, it } from "vitest";
import { constantNumbers, Graph, Node, Value, type Attribute } from "../ir/graph.js";
import { print } from "../ir/print.js";
import { createOps, type Ops } from "../ir/ops/index.js";
import { readModel } from "../onnx/read.js";
import { writeModel } from "../onnx/write.js";
import { buildModel, open, publish, randomTensor, runtime, tinyCnn, weights } from "../testing/models.js";
import { declare, encodeModel } from "../testing/protos.js";
import { tensor, type DType, type Shape } from "../tensor.js";
import { specialize } from "./specialize.js";
import { inputShapes } from "../model/load.js";

/** The graph of a file for inputs of these shapes. */
async function typed(bytes: Uint8Array, shapes: Readonly<Record<string, Shape>>): Promise<Graph> {
  const model = readModel(bytes);
  return specialize(model, new Map(Object.entries(shapes)), runtime, new Map([["model.onnx", bytes]]));
}

const emit = (op: Ops, opType: string, inputs: readonly Value[], shape: Shape, dtype: DType = "int64") =>
  op.emit(opType, inputs, [{ dtype, shape }])[0]!;

/** x [N, 2, 3] -> [N, 6] in the roundabout way of exporters: Shape, Gather, Unsqueeze, Concat, Reshape. */
function shapeChain() {
  return buildModel(
    (op, x) => {
      const shape = emit(op, "Shape", [x], [3]);
      const rows = emit(op, "Gather", [shape, op.scalar(0, "int64")], []);
      const target = emit(op, "Concat", [emit(op, "Unsqueeze", [rows, op.ints([0])], [1]), op.ints([-1])], [2]);
      const concat = new Node(
        "Concat",
        target.node!.inputs,
        target.node!.outputs,
        new Map([["axis", { kind: "int", value: 0 }]]),
      );
      op.graph.nodes[op.graph.nodes.length - 1] = concat;
      const flat = emit(op, "Reshape", [x, target], [1, 6], "float32");
      return { shape, rows, target, flat, y: op.relu(flat) };
    },
    { shape: [1, 2, 3], freeBatch: "N" },
  );
}

describe("specialize", () => {
  it("gives every value of a network its type and shape", async () => {
    const graph = await typed(tinyCnn(), { x: [5, 1, 6, 6] });
    expect(Object.fromEntries([...graph.values()].map(({ name, shape }) => [name, shape]))).toEqual({
      x: [5, 1, 6, 6],
      conv: [5, 4, 6, 6],
      relu: [5, 4, 6, 6],
      pool: [5, 4, 2, 2],
      flat: [5, 16],
      scores: [5, 3],
      probabilities: [5, 3],
    });
    expect([...graph.values()].every(({ dtype }) => dtype === "float32")).toBe(true);
  });

  it("replaces what depends on shapes alone by constants", async () => {
    for (const batch of [1, 4]) {
      const graph = await typed(shapeChain(), { x: [batch, 2, 3] });
      expect(graph.nodes.map(({ opType }) => opType)).toEqual(["Reshape", "Relu"]);
      expect(constantNumbers(graph.nodes[0]!.inputs[1])).toEqual([batch, -1]);
      expect(graph.nodes[0]!.outputs[0]!.shape).toEqual([batch, 6]);
    }
  });

  it("keeps the names and the order of inputs and outputs", async () => {
    const graph = await typed(shapeChain(), { x: [2, 2, 3] });
    expect(graph.inputs.map(({ name }) => name)).toEqual(["x"]);
    expect(graph.outputs.map(({ name }) => name)).toEqual(["y"]);
  });

  it("finds shapes that only a run tells, and leaves open those that depend on the data", async () => {
    const bytes = buildModel(
      (op, x) => {
        const rows = emit(op, "NonZero", [op.greater(x, -1)], [1, 4]);
        const long = emit(op, "Range", [op.scalar(0), op.scalar(2.5), op.scalar(0.5)], [5], "float32");
        return {
          rows,
          long,
          y: op.add(op.reduceSum(op.cast(rows, "float32")), op.mul(op.reduceSum(long), op.reduceSum(x))),
        };
      },
      { shape: [4] },
    );
    const graph = await typed(bytes, { x: [4] });
    const rows = [...graph.values()].find(({ name }) => name === "rows")!;
    expect(rows.type).toBeUndefined();
    expect(rows.node?.opType).toBe("NonZero");
    expect(graph.outputs[0]!.shape).toEqual([]);
    expect([...graph.values()].some(({ name }) => name === "long")).toBe(false);
  });

  it("does not take random numbers for constants", async () => {
    const bytes = buildModel(
      (op, x) => {
        const noise = op.emit("RandomNormal", [], [{ dtype: "float32", shape: [3] }], { shape: [3] })[0]!;
        return { noise, y: op.add(x, noise) };
      },
      { shape: [3] },
    );
    const graph = await typed(bytes, { x: [3] });
    expect(graph.nodes.map(({ opType }) => opType)).toEqual(["RandomNormal", "Add"]);
  });

  it("takes the branch of an If that shapes decide", async () => {
    const graph = new Graph("choose");
    const op = createOps(graph, "cpu", "c");
    const x = graph.input("x", { dtype: "float32", shape: [1, 2] });
    const rows = op.gather(emit(op, "Shape", [x], [2]), op.ints([0]));
    const condition = op.greater(op.reshape(rows, []), op.scalar(1, "int64"));
    const branch = (opType: string) => {
      const inner = new Graph(opType);
      const result = new Value(`${opType}_result`);
      inner.append(new Node(opType, [x], [result]));
      inner.output(result);
      return { kind: "graph", value: inner } as const;
    };
    const y = new Value("y");
    const attributes = new Map([
      ["then_branch", branch("Exp")],
      ["else_branch", branch("Neg")],
    ]);
    graph.append(new Node("If", [condition], [y], attributes));
    publish(graph, { y });
    const bytes = writeModel(graph, { opsets: new Map([["", 20]]), freeBatch: "N" });
    expect((await typed(bytes, { x: [1, 2] })).nodes.map(({ opType }) => opType)).toEqual(["Neg", "Identity"]);
    expect((await typed(bytes, { x: [2, 2] })).nodes.map(({ opType }) => opType)).toEqual(["Exp", "Identity"]);
  });

  it.each<DType>(["float16", "float64", "int8", "uint16", "uint32", "int64", "bool", "string"])(
    "takes %s inputs",
    async (dtype) => {
      const bytes = buildModel((op, x) => ({ shape: emit(op, "Shape", [x], [2]), y: op.identity(x) }), {
        shape: [2, 3],
        dtype,
      });
      const graph = await typed(bytes, { x: [2, 3] });
      expect(graph.outputs[0]!.type).toEqual({ dtype, shape: [2, 3] });
    },
  );

  it("says which inputs the model cannot be run with", async () => {
    await expect(typed(tinyCnn(), { x: [1, 1, 9, 9] })).rejects.toMatchObject({
      code: "unsupported-model",
      message: expect.stringContaining('The model cannot be run with input "x" [1,1,9,9]: ONNX Runtime could not'),
    });
    await expect(typed(tinyCnn(), {})).rejects.toMatchObject({
      code: "bad-argument",
      message: 'The shape of input "x" is missing',
    });
    await expect(typed(tinyCnn(), { x: [1, 1, 1e6, 1e6] })).rejects.toMatchObject({
      code: "bad-argument",
      message: 'Input "x" of shape [1,1,1000000,1000000] is too large',
    });
  });
});

describe("inputShapes", () => {
  const inputs = [
    { name: "x", dtype: "float32", dims: ["N", 3, "H", undefined] },
    { name: "z", dtype: "float32", dims: [1, 2] },
  ] as const;

  it("fills the first free dimension by the batch and the others by what is given", () => {
    expect(inputShapes(inputs, 4, new Map([["x", [4, 3, 8, 8]]]))).toEqual(
      new Map([
        ["x", [4, 3, 8, 8]],
        ["z", [1, 2]],
      ]),
    );
    expect(inputShapes(inputs.slice(1), 4)).toEqual(new Map([["z", [1, 2]]]));
  });

  it("names a dimension that is left free, with an example", () => {
    expect(() => inputShapes(inputs)).toThrow(
      expect.objectContaining({
        code: "bad-argument",
        message: 'Dimension 2 of input "x" is free and needs a size',
        hint: 'Give the input\'s shape, for example shapes: new Map([["x", [1, 3, 224, 224]]]), on the command line --shape x=1,3,224,224',
      }),
    );
  });
});

describe("openModel", () => {
  it("keeps the graph for shapes that it was asked for before", async () => {
    const model = open(tinyCnn());
    const shapes = new Map([["x", [2, 1, 6, 6]]]);
    expect(await model.at(shapes)).toBe(await model.at(new Map(shapes)));
  });

  it("takes a model of another domain's operators alone", async () => {
    const node = [{ opType: "Normalizer", domain: "ai.onnx.ml", input: ["x"], output: ["y"] }];
    const graph = { input: [declare("x", [2])], node, output: [{ name: "y" }] };
    const model = open(encodeModel(graph, { opsetImport: [{ domain: "ai.onnx.ml", version: 3n }] }));
    const { graph: normalized } = await model.at(new Map([["x", [2]]]));
    expect(normalized.outputs[0]!.shape).toEqual([2]);
  });

  it("refuses a model without an opset, or without an output", () => {
    const node = [{ opType: "Relu", input: ["x"], output: ["y"] }];
    const input = [declare("x", [2])];
    expect(() => open(encodeModel({ input, node, output: [{ name: "y" }] }, { opsetImport: [] }))).toThrow(
      expect.objectContaining({
        code: "bad-model",
        message: "The model does not say which version of the ONNX operator set it uses",
      }),
    );
    expect(() => open(encodeModel({ input, node }))).toThrow(
      expect.objectContaining({ code: "bad-model", message: "The model has no output" }),
    );
  });

  it("says which operator sets are run when a model has another", async () => {
    const bytes = buildModel((op, x) => ({ y: op.relu(x) }), { opset: 5 });
    await expect(open(bytes).at(new Map([["x", [1, 1, 6, 6]]]))).rejects.toMatchObject({
      code: "unsupported-model",
      hint: expect.stringContaining("operator set 5, and ONNX Runtime runs 7 to 26"),
    });
  });

  it("says that double precision is why ONNX Runtime has no kernel", async () => {
    const double = buildModel(
      (op, x) => {
        const w = op.constant(tensor("float64", [1, 2, 3, 4], [1, 1, 2, 2]));
        return { y: op.emit("Conv", [x, w], [{ dtype: "float64", shape: [1, 1, 5, 5] }])[0]! };
      },
      { dtype: "float64" },
    );
    await expect(typed(double, { x: [1, 1, 6, 6] })).rejects.toMatchObject({
      code: "unsupported-model",
      hint: expect.stringMatching(/no Conv of double precision \(float64\)/),
    });
  });

  it("points back at the weights in the file, and at those beside it", async () => {
    const graph = new Graph("far");
    const op = createOps(graph);
    const x = graph.input("x", { dtype: "float32", shape: [2, 100] });
    const w = op.constant(randomTensor([100, 3]), "w");
    publish(graph, { y: op.matMul(x, w) });
    const opsets = new Map([["", 20]]);
    const inside = writeModel(graph, { opsets });
    const data = new Uint8Array((randomTensor([100, 3]).data as Float32Array).buffer);
    const beside = writeModel(graph, { opsets, locate: () => ({ location: "w.bin", offset: 0 }) });
    expect(beside.length).toBeLessThan(500);
    const shapes = new Map([["x", [2, 100]]]);
    const texts = await Promise.all(
      [typed(inside, { x: [2, 100] }), specialize(readModel(beside), shapes, runtime, new Map([["w.bin", data]]))].map(
        async (one) => print(await one),
      ),
    );
    expect(texts[0]).toBe(texts[1]);
    await expect(specialize(readModel(beside), shapes, runtime, new Map())).rejects.toMatchObject({
      code: "unsupported-model",
    });
  });
});

describe("a shape that ONNX Runtime infers and does not compute", () => {
  it("is found where values in front of it share memory by what is inferred", async () => {
    const bytes = buildModel(
      (op, x) => {
        op.neg(x);
        const tan = op.emit("Tan", [op.mul(op.tanh(x), 0.7)], [x.type])[0]!;
        const above = op.reciprocal(op.add(op.mul(x, x), 0.5));
        op.graph.output(above);
        const y = new Value("y");
        const windows = { kernel_shape: [1, 1, 1], strides: [2, 1, 2] };
        const attributes = new Map<string, Attribute>([["ceil_mode", { kind: "int", value: 1 }]]);
        for (const [name, value] of Object.entries(windows)) attributes.set(name, { kind: "ints", value });
        op.graph.append(new Node("AveragePool", [tan], [y], attributes));
        return { y };
      },
      { shape: [3, 1, 1, 1, 2], opset: 21 },
    );
    const graph = await typed(bytes, { x: [3, 1, 1, 1, 2] });
    expect(graph.outputs.at(-1)!.shape).toEqual([3, 1, 1, 1, 1]);
  });
});

describe("tensor helpers of the tests", () => {
  it("draw the same for the same shape and seed", () => {
    expect(randomTensor([2, 2])).toEqual(randomTensor([2, 2]));
    expect(randomTensor([2, 2], 2)).not.toEqual(randomTensor([2, 2]));
    expect(weights(createOps(new Graph()), [2]).constant).toBeDefined();
    expect(tensor("float32", [1]).shape).toEqual([1]);
  });
});
