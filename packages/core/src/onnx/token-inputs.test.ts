import { describe, expect, it } from "vitest";
import { Graph } from "../ir/graph.js";
import type { Value } from "../ir/graph.js";
import { createOps, type Ops } from "../ir/ops/index.js";
import { inspect } from "../model/inspect.js";
import { nearestTokens } from "../model/tokens.js";
import { numbers, tensor } from "../tensor.js";
import { maximize } from "../testing/plain.js";
import { open, publish, randomTensor } from "../testing/models.js";
import { readModel } from "./read.js";
import { writeModel } from "./write.js";

const table = randomTensor([20, 6], 3);

/** 1 at the number of a token, as JAX writes it. */
function oneHot(op: Ops, ids: Value): Value {
  const all = tensor(
    "int64",
    Array.from({ length: 20 }, (_, i) => i),
    [1, 1, 20],
  );
  return op.cast(op.equal(op.reshape(ids, [1, 5, 1]), op.constant(all, "all")), "float32");
}

/** Numbers of tokens -> vectors, those of token 0 silenced by a mask -> features -> scores. */
function tokenModel({ isMasked = true, isGathered = true } = {}): Uint8Array {
  const graph = new Graph("tokens");
  const op = createOps(graph, "cpu", "test");
  const ids = graph.input("ids", { dtype: "int64", shape: [1, 5] });
  const vectors = isGathered
    ? op.emit("Gather", [op.constant(table, "table"), ids], [{ dtype: "float32", shape: [1, 5, 6] }])[0]
    : op.matMul(oneHot(op, ids), op.constant(table, "table"));
  const mask = isMasked ? op.cast(op.greater(op.cast(ids, "float32"), op.scalar(0.5)), "float32") : undefined;
  const seen = mask ? op.mul(vectors!, op.reshape(mask, [1, 5, 1])) : op.identity(vectors!);
  const features = op.relu(op.matMul(seen, op.constant(randomTensor([6, 8], 4), "w")));
  publish(graph, { vectors: vectors!, seen, features, scores: op.reduceMean(features, [1]) });
  return writeModel(graph, { opsets: new Map([["", 20]]) });
}

const vectorsOf = (ids: readonly number[]) =>
  tensor(
    "float32",
    ids.flatMap((id) => numbers(table).slice(6 * id, 6 * id + 6)),
    [1, ids.length, 6],
  );

describe("token numbers", () => {
  it("become vectors, which can be maximized", async () => {
    const model = open(tokenModel());
    expect(model.source.inputs).toMatchObject([
      { name: "ids", dtype: "float32", dims: [1, 5, 6], tokens: { count: 20, size: 6 } },
    ]);
    const { kind, inputs } = await inspect(model);
    expect(kind).toMatchObject({ kind: "embedding", time: 1, sure: true });
    expect(inputs).toEqual([{ name: "ids", dtype: "float32", dims: [1, 5, 6], tokens: 20 }]);
    // a caller may say how many tokens there are as the file has them
    expect((await inspect(model, { shapes: new Map([["ids", [1, 5]]]) })).inputs).toEqual(inputs);
    const { curve, picture, record } = await maximize(model, "features:2", { start: "normal", steps: 20 });
    expect(picture.shape).toEqual([1, 5, 6]);
    expect(record.holds).toEqual({ kind: "embedding", time: 1 });
    expect(curve.at(-1)![0]).toBeGreaterThan(curve[0]![0]!);
  });

  it("that are looked up give what the model gave for their numbers, also where something else reads the numbers", async () => {
    const ids = [3, 0, 7, 19, 0];
    const start = { type: "array", values: numbers(vectorsOf(ids)) } as const;
    const { curve } = await maximize(open(tokenModel()), "seen", { start, steps: 0 });
    // the vectors of token 0 are silenced
    const kept = vectorsOf(ids.filter((id) => id !== 0));
    const squares = numbers(kept).reduce((sum, x) => sum + x * x, 0);
    expect(curve[0]![0]).toBeCloseTo(squares / 30, 5);
  });

  it("are found where ones and zeros are multiplied with the table", async () => {
    const bytes = tokenModel({ isMasked: false, isGathered: false });
    const model = open(bytes);
    expect(model.source.inputs).toMatchObject([{ dims: [1, 5, 6], tokens: { count: 20, size: 6 } }]);
    const start = { type: "array", values: numbers(vectorsOf([3, 0, 7, 19, 0])) } as const;
    const looked = await maximize(open(tokenModel({ isMasked: false })), "scores:2", { start, steps: 4 });
    const { curve } = await maximize(model, "scores:2", { start, steps: 4 });
    expect(curve).toEqual(looked.curve);
  });

  it("leave nothing behind where nothing else reads them", () => {
    const { graph } = readModel(tokenModel({ isMasked: false }));
    expect(graph.nodes.map(({ opType }) => opType)).not.toContain("ArgMax");
  });

  it("are named by the vectors that lie nearest", () => {
    const { source, files } = open(tokenModel());
    const near = nearestTokens(source.inputs[0]!.tokens!, files, vectorsOf([3, 11]), 2);
    expect(near.map((some) => some.length)).toEqual([2, 2]);
    expect(near.map(([first]) => first!.index)).toEqual([3, 11]);
    expect(near[0]![0]!.cosine).toBeCloseTo(1, 6);
    expect(near[0]![0]!.distance).toBeCloseTo(0, 3);
    expect(near[0]![1]!.distance).toBeGreaterThan(0.1);
  });
});
