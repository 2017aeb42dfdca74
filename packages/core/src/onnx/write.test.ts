import { describe, expect, it } from "vitest";
import { constantValue, Graph, Node, Value, valueOf, type Attribute } from "../ir/graph.js";
import { createOps } from "../ir/ops/index.js";
import { print } from "../ir/print.js";
import { createRng, type Rng } from "../rng.js";
import { buildModel, randomTensor, runtime, weights } from "../testing/models.js";
import { numbers, tensor, type DType, type Tensor } from "../tensor.js";
import type { Model } from "./model.js";
import { readModel } from "./read.js";
import { writeModel } from "./write.js";

const write = ({ graph, opsets, metadata, irVersion }: Model) => writeModel(graph, { opsets, metadata, irVersion });

const dtypes: readonly DType[] = [
  "float16",
  "float32",
  "float64",
  "int8",
  "int16",
  "int32",
  "int64",
  "uint8",
  "uint16",
  "uint32",
  "uint64",
  "bool",
];

function randomConstant(rng: Rng, name: string): Value {
  const shape = [[], [3], [2, 0], [2, 3], [1, 40, 2]][rng.int(5)]!;
  const count = shape.reduce((a, b) => a * b, 1);
  if (rng.int(8) === 0) {
    return constantValue(name, { dtype: "string", shape, data: Array.from({ length: count }, (_, i) => `é${i}`) });
  }
  if (rng.int(8) === 0) {
    return valueOf(name, {
      dtype: "float32",
      shape,
      source: { location: "far.bin", offset: rng.int(2 ** 30), length: 4 * count },
    });
  }
  const dtype = dtypes[rng.int(dtypes.length)] as "float32";
  return constantValue(
    name,
    tensor(
      dtype,
      Array.from({ length: count }, () => rng.int(2)),
      shape,
    ),
  );
}

function randomAttribute(rng: Rng, depth: number, outer: readonly Value[]): Attribute {
  const makers: readonly (() => Attribute)[] = [
    () => ({ kind: "int", value: rng.int(2 ** 31) - 2 ** 30 }),
    () => ({ kind: "float", value: Math.fround(rng.normal()) }),
    () => ({ kind: "string", value: `mode ${rng.int(9)} ü` }),
    () => ({ kind: "ints", value: [rng.int(9), -rng.int(9)] }),
    () => ({ kind: "floats", value: [Math.fround(rng.normal())] }),
    () => ({ kind: "strings", value: ["a", ""] }),
    () => ({ kind: "tensor", value: randomConstant(rng, "").constant! }),
    () => ({ kind: "graph", value: depth > 1 ? new Graph("empty") : randomGraph(rng, depth + 1, outer) }),
  ];
  return makers[rng.int(makers.length)]!();
}

/** Any graph: operators that do not exist, all kinds of attributes, subgraphs that read outer values, names that clash. */
function randomGraph(rng: Rng, depth = 0, outer: readonly Value[] = []): Graph {
  const graph = new Graph(`graph${depth}`);
  const own = (base: string) => graph.uniqueName(`${base}${depth}_${rng.int(1e6)}`);
  for (let i = 0; i < 1 + rng.int(2); i++) {
    const dtype = dtypes[rng.int(dtypes.length)]!;
    graph.inputs.push(new Value(own("in"), { dtype, shape: [1, 2, 3].slice(rng.int(4)) }));
  }
  const known: (Value | undefined)[] = [...outer, ...graph.inputs, undefined];
  for (let i = 0; i < 3; i++) known.push(randomConstant(rng, "same name"));
  for (let i = 0; i < 2 + rng.int(6); i++) {
    const inputs = Array.from({ length: rng.int(4) }, () => known[rng.int(known.length)]);
    const outputs = [new Value(own("out")), ...(rng.int(3) === 0 ? [undefined, new Value(own("out"))] : [])];
    const visible = known.filter((value) => value !== undefined && !value.constant) as Value[];
    const attributes = new Map(
      Array.from({ length: rng.int(4) }, (_, k) => [`a${k}`, randomAttribute(rng, depth, visible)] as const),
    );
    graph.append(new Node(`Op${rng.int(5)}`, inputs, outputs, attributes, rng.int(2) ? "" : "com.acme", `node${i}`));
    known.push(...outputs);
  }
  graph.output(graph.nodes.at(-1)!.outputs[0]!);
  return graph;
}

/** Everything in a graph as text and bytes, subgraphs and constants included. */
function contents(graph: Graph): unknown {
  const constant = (value: Value["constant"]) => {
    const { dtype, shape, source } = value!;
    return [dtype, shape, "bytes" in source ? [...source.bytes] : source];
  };
  return {
    text: print(graph),
    nodes: graph.nodes.map((node) => ({
      name: node.name,
      inputs: node.inputs.map((input) => input?.constant && constant(input.constant)),
      attributes: [...node.attributes].map(([name, { kind, value }]) => {
        if (kind === "graph") return [name, contents(value as Graph)];
        if (kind === "tensor") return [name, constant(value as NonNullable<Value["constant"]>)];
        return [name, kind, value];
      }),
    })),
  };
}

describe("a model that was written", () => {
  it("has an IR version that ONNX Runtime reads, however new the source is", async () => {
    const bytes = buildModel((op, x) => ({ y: op.relu(x) }), { irVersion: 14 });
    expect(readModel(bytes).irVersion).toBe(13);
    await (await runtime.open(bytes)).release();
  });

  it.each(Array.from({ length: 40 }, (_, seed) => seed))("reads as it was, again and again (seed %i)", (seed) => {
    const rng = createRng(seed).split("model");
    const given = {
      opsets: new Map([
        ["", 13 + rng.int(9)],
        ["com.acme", 1],
      ]),
      metadata: new Map([["key", "välue"]]),
      irVersion: 8 + rng.int(5),
    };
    const first = readModel(writeModel(randomGraph(rng), given));
    const bytes = write(first);
    const second = readModel(bytes);
    expect(contents(second.graph)).toEqual(contents(first.graph));
    expect([...write(second)]).toEqual([...bytes]);
    const { opsets, metadata, irVersion, producer, inputs } = second;
    expect({ opsets, metadata, producer, inputs }).toEqual({
      ...given,
      producer: "xstar",
      inputs: first.inputs,
      irVersion: undefined,
    });
    expect(irVersion).toBe(Math.max(10, given.irVersion));
  });

  it("computes what the graph computes, also when constants share a name", async () => {
    const graph = new Graph("clash");
    const op = createOps(graph);
    const x = graph.input("c", { dtype: "float32", shape: [2] });
    const [a, b] = [1, 2].map((n) => constantValue("c", tensor("float32", [n, 10 * n])));
    const y = op.mul(op.add(x, a!), b!);
    graph.output(y);
    const session = await runtime.open(writeModel(graph, { opsets: new Map([["", 20]]) }));
    const results = await session.run({ c: tensor("float32", [1, 1]) });
    expect(numbers(results[y.name]!)).toEqual([4, 220]);
    await session.release();
  });
});

describe("writeModel", () => {
  const opsets = new Map([["", 20]]);

  it("leaves the first dimension free where it has a name", async () => {
    const bytes = buildModel((op, x) => ({ y: op.relu(x) }), { shape: [1, 3], freeBatch: "N" });
    expect(readModel(bytes).inputs[0]!.dims).toEqual(["N", 3]);
    const session = await runtime.open(bytes);
    expect(session.inputs[0]!.dims).toEqual([undefined, 3]);
    const { y } = await session.run({ x: randomTensor([5, 3]) });
    expect(y!.shape).toEqual([5, 3]);
    await session.release();
  });

  it("points at bytes that lie elsewhere, unless they are few", async () => {
    const file = buildModel((op, x) => ({ y: op.mul(op.add(x, weights(op, [100])), weights(op, [1])) }), {
      shape: [100],
    });
    const model = readModel(file);
    const locate = (bytes: Uint8Array) => ({ location: "model.onnx", offset: bytes.byteOffset - file.byteOffset });
    const small = writeModel(model.graph, { opsets, locate });
    expect(small.length).toBeLessThan(file.length - 250);
    const sources = readModel(small).graph.nodes.map((node) => node.inputs[1]!.constant!.source);
    expect(sources[0]).toMatchObject({ location: "model.onnx", length: 400 });
    expect("bytes" in sources[1]!).toBe(true);
    const x = randomTensor([100]);
    const results = await Promise.all(
      [runtime.open(file), runtime.open(small, { files: new Map([["model.onnx", file]]) })].map(
        async (session) => (await (await session).run({ x }))["y"]!,
      ),
    );
    expect(results[1]!.data).toEqual(results[0]!.data);
    const embedded = writeModel(readModel(small).graph, { opsets, embed: new Map([["model.onnx", file]]) });
    expect(contents(readModel(embedded).graph)).toEqual(contents(model.graph));
  });

  it("keeps numbers at the bounds of 64 bits at the bounds", () => {
    const graph = new Graph();
    const x = graph.input("x", { dtype: "float32", shape: [2] });
    const y = new Value("y");
    const attributes = new Map([["ends", { kind: "ints", value: [2 ** 63, -(2 ** 63), 5] }]] as const);
    graph.append(new Node("Slice", [x], [y], attributes));
    graph.output(y);
    const ends = readModel(writeModel(graph, { opsets })).graph.nodes[0]!.ints("ends")!;
    expect(ends).toEqual([2 ** 63, -(2 ** 63), 5]);
  });

  it("leaves dimensions of -1 free, and names who made the model", () => {
    const graph = new Graph();
    const x = graph.input("x", { dtype: "float32", shape: [-1, 3, -1] });
    graph.output(createOps(graph).relu(x));
    const { inputs, producer } = readModel(writeModel(graph, { opsets, producer: "Keras 3.3.3" }));
    expect(inputs[0]!.dims).toEqual(["N", 3, "x_2"]);
    expect(producer).toBe("Keras 3.3.3");
    expect(readModel(writeModel(graph, { opsets })).producer).toBe("xstar");
  });

  it("leaves out empty last inputs, on which ONNX Runtime may crash", async () => {
    const graph = new Graph("g");
    const x = graph.input("x", { dtype: "float32", shape: [2, 6, 1] });
    const y = new Value("y");
    graph.append(new Node("DFT", [x, undefined, undefined], [y]));
    graph.output(y);
    const bytes = writeModel(graph, { opsets: new Map([["", 20]]) });
    expect(readModel(bytes).graph.nodes[0]!.inputs.map((input) => input?.name)).toEqual(["x"]);
    const session = await runtime.open(bytes);
    const results = await session.run({ x: randomTensor([2, 6, 1]) });
    await session.release();
    expect(results["y"]!.shape).toEqual([2, 6, 2]);
  });

  it("leaves out constants that nothing reads", () => {
    const graph = new Graph();
    const op = createOps(graph);
    const x = graph.input("x", { dtype: "float32", shape: [2] });
    op.constant(randomTensor([1000]) as Tensor, "unread");
    graph.output(op.relu(x));
    expect(writeModel(graph, { opsets }).length).toBeLessThan(300);
  });
});
