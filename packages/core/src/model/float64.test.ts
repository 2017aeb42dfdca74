import { describe, expect, it } from "vitest";
import { buildModel, open, randomTensor, weights } from "../testing/models.js";
import { numbers, tensor, type Shape } from "../tensor.js";
import type { Ops } from "../ir/ops/index.js";
import { Node, Value } from "../ir/graph.js";
import { vjp } from "./vjp.js";

const shape = [2, 4, 7, 6];

interface Net {
  readonly net: (op: Ops, x: Value) => Value;
  /** The shape of its output. */
  readonly to: Shape;
}

const nets: Readonly<Record<string, Net>> = {
  "a convolution": {
    net: (op, x) => op.conv(x, weights(op, [3, 4, 3, 2]), { pads: [1, 0, 2, 1] }, weights(op, [3], 2)),
    to: [2, 3, 8, 6],
  },
  "groups, strides and dilations": {
    net: (op, x) =>
      op.conv(x, weights(op, [6, 2, 2, 3]), { group: 2, strides: [2, 1], dilations: [3, 2], pads: [0, 2, 1, 1] }),
    to: [2, 6, 3, 5],
  },
  "a depthwise convolution": {
    net: (op, x) => op.conv(x, weights(op, [4, 1, 3, 3]), { group: 4, strides: [2, 2] }),
    to: [2, 4, 3, 2],
  },
  "a large kernel": {
    net: (op, x) =>
      op.conv(op.reshape(x, [1, 4, 14, 6]), weights(op, [2, 2, 9, 8], 1, 0.1), {
        group: 2,
        strides: [1, 2],
        dilations: [1, 1],
        pads: [1, 3, 2, 1],
      }),
    to: [1, 2, 9, 2],
  },
  "a rectifier and a pool": {
    net: (op, x) => op.maxPool(op.relu(op.sub(x, 0.1)), { kernel: [3, 2], strides: [1, 2] }),
    to: [2, 4, 5, 3],
  },
  "a resize by scales that are not the ratio of the sizes": {
    net: (op, x) => {
      const scales = op.constant(tensor("float32", [1, 1, 1.6, 0.7]));
      return op.emit("Resize", [x, undefined, scales], [{ ...x.type!, shape: [2, 4, 11, 4] }], { mode: "linear" })[0]!;
    },
    to: [2, 4, 11, 4],
  },
  "a layer normalization of which the deviation is used, and one of which it is not": {
    net: (op, x) => {
      const statistic = { dtype: "float32", shape: [2, 4, 7, 1] } as const;
      const plain = op.emit("LayerNormalization", [op.mul(x, x), weights(op, [6], 2)], [x.type])[0]!;
      const inputs = [op.add(x, plain), weights(op, [6])];
      const [y, mean, inverse] = op.emit("LayerNormalization", inputs, [x.type, statistic, statistic]);
      return op.sub(op.mul(y!, inverse!), mean!);
    },
    to: shape,
  },
  "a recurrent layer that is not unrolled": {
    net: (op, x) => {
      const place = op.cast(op.argMax(op.reshape(x, [336]), 0, true), "float32");
      const steps = op.expand(op.mul(place, 1e-3), [1025, 1, 1]);
      const last = { dtype: "float32", shape: [1, 1, 1] } as const;
      const layer = op.emit("LSTM", [steps, weights(op, [1, 4, 1]), weights(op, [1, 4, 1], 2)], [undefined, last], {
        hidden_size: 1,
      });
      return op.add(x, layer[1]!);
    },
    to: shape,
  },
  "a bounded rectifier": {
    net: (op, x) => {
      const whole = op.emit("Floor", [x], [x.type])[0]!;
      return op.add(x, op.emit("Clip", [op.relu(whole), op.scalar(0.1), op.scalar(0.7)], [x.type])[0]!);
    },
    to: shape,
  },
  "a function of which an approximation alone has a float64 kernel": {
    net: (op, x) => {
      const gelu = (y: Value, approximate: string) => op.emit("Gelu", [y], [y.type], { approximate })[0]!;
      return gelu(gelu(x, "tanh"), "none");
    },
    to: shape,
  },
  "a function without a float64 kernel": { net: (op, x) => op.erf(x), to: shape },
};

describe("float64", () => {
  it.each(Object.entries(nets))("gives the same output and gradient, but for rounding: %s", async (_, { net, to }) => {
    const model = open(buildModel((op, x) => ({ y: net(op, x) }), { shape }));
    const [single, double] = await Promise.all(
      (["float32", "float64"] as const).map(async (precision) => {
        const of = await vjp(model, { shapes: new Map([["x", shape]]), precision });
        const result = await of.run({ x: randomTensor(shape) }, randomTensor(to, 3));
        await of.release();
        return result;
      }),
    );
    for (const part of ["output", "gradient"] as const) {
      expect(double![part]).toMatchObject({ dtype: "float32", shape: single![part].shape });
      numbers(double![part]).forEach((value, i) => expect(value).toBeCloseTo(numbers(single![part])[i]!, 4));
    }
  });

  it("gives nothing for nothing", async () => {
    const net = (op: Ops, x: Value) => ({ y: op.reduceSum(op.conv(x, weights(op, [3, 2, 3, 3])), [0], true) });
    const model = open(buildModel(net, { shape: [1, 2, 4, 4], freeBatch: "N" }));
    const of = await vjp(model, { shapes: new Map([["x", [0, 2, 4, 4]]]), precision: "float64" });
    const { output, gradient } = await of.run({ x: tensor("float32", [], [0, 2, 4, 4]) }, randomTensor([1, 3, 2, 2]));
    await of.release();
    expect(numbers(output)).toEqual(Array<number>(12).fill(0));
    expect(gradient).toMatchObject({ shape: [0, 2, 4, 4], data: new Float32Array(0) });
  });

  it("refuses a target whose shape depends on the elements of an input as float32 does", async () => {
    const net = (op: Ops, x: Value) => {
      const repeats = op.graph.input("repeats", { dtype: "int64", shape: [1] });
      const y = new Value("y");
      op.graph.append(new Node("Tile", [x, repeats], [y]));
      return { y };
    };
    const model = open(buildModel(net, { shape: [2] }));
    const shapes = new Map([
      ["x", [2]],
      ["repeats", [1]],
    ]);
    const refusals = (["float32", "float64"] as const).map((precision) =>
      vjp(model, { shapes, of: "y", precision }).catch(({ code, message }) => ({ code, message })),
    );
    const [single, double] = await Promise.all(refusals);
    expect(single).toMatchObject({ code: "missing-vjp-rule" });
    expect(double).toEqual(single);
  });

  it.each(["mean", undefined])("refuses what is computed from such a value as float32 does: %s", async (of) => {
    const net = (op: Ops, x: Value) => {
      const repeats = op.graph.input("repeats", { dtype: "int64", shape: [1] });
      const y = new Value("y");
      op.graph.append(new Node("Tile", [x, repeats], [y]));
      const mean = op.emit("ReduceMean", [y], [{ dtype: "float32", shape: [] }], { keepdims: 0 })[0]!;
      op.graph.output(mean);
      return { y, mean, other: op.relu(x) };
    };
    const model = open(buildModel(net, { shape: [2] }));
    const shapes = new Map([
      ["x", [2]],
      ["repeats", [1]],
    ]);
    const refusals = (["float32", "float64"] as const).map((precision) =>
      vjp(model, { shapes, ...(of && { of }), precision }).catch(({ code, message }) => ({ code, message })),
    );
    const [single, double] = await Promise.all(refusals);
    expect(single).toMatchObject({ code: "missing-vjp-rule", message: expect.stringContaining('behind node "y"') });
    expect(double).toEqual(single);
  });

  it("keeps what float32 loses", async () => {
    // in float32, 1e8 + 1 is 1e8
    const model = open(buildModel((op, x) => ({ y: op.relu(op.sub(op.add(x, 1e8), 1e8)) }), { shape: [2] }));
    const slopes = async (precision: "float32" | "float64") => {
      const of = await vjp(model, { shapes: new Map([["x", [2]]]), precision });
      const { gradient } = await of.run({ x: tensor("float32", [1, -1]) }, tensor("float32", [1, 1]));
      await of.release();
      return numbers(gradient);
    };
    expect(await slopes("float32")).toEqual([0, 0]);
    expect(await slopes("float64")).toEqual([1, 0]);
  });
});
