import { describe, expect, it } from "vitest";
import type { Value } from "../ir/graph.js";
import type { Ops } from "../ir/ops/index.js";
import { buildModel, open, weights } from "../testing/models.js";
import type { Shape } from "../tensor.js";
import { axesOf, followAxes } from "./axes.js";

/** What the axes of some layers hold, as `[N, units 4, 6, 6]`, and why the units are there. */
async function axes(
  shape: Shape,
  build: (op: Ops, x: Value) => Record<string, Value>,
): Promise<Record<string, string>> {
  const model = open(buildModel(build, { shape }));
  const normalized = await model.at(new Map([["x", shape]]));
  const layouts = followAxes(normalized, "x");
  const shown = [...normalized.values].flatMap(([name, value]) => {
    if (!value.type || value.constant || name === "x") return [];
    const { batch, units } = axesOf(normalized, value, layouts);
    const words = value.shape.map((size, axis) => {
      const others = batch && batch.before * batch.after;
      const inBatch = axis === batch?.axis ? (others === 1 ? "N" : `${batch.before} x N x ${batch.after}`) : undefined;
      const inUnits = axis === units?.axis ? `units ${size}` : undefined;
      return [inBatch, inUnits].filter(Boolean).join(" ") || String(size);
    });
    return [[name, `[${words.join(", ")}] ${units?.why ?? "none"}`] as const];
  });
  return Object.fromEntries(shown);
}

/** [N, T, D] with the mean and deviation of every row taken out, by the operator. */
const layerNorm = (op: Ops, x: Value) =>
  op.emit("LayerNormalization", [x, op.fill([x.shape.at(-1)!], 1), op.fill([x.shape.at(-1)!], 0)], [x.type], {
    axis: -1,
  })[0]!;

describe.each([1, 2])("axes of a batch of %d", (n) => {
  it("of a convolution over a signal are channels in front", async () => {
    const found = await axes([n, 1, 64], (op, x) => {
      const conv = op.conv(x, weights(op, [32, 1, 5]));
      return { conv, y: op.relu(conv) };
    });
    expect(found).toMatchObject({ conv: "[N, units 32, 60] made by Conv", y: "[N, units 32, 60] made by Conv" });
  });

  it("of blocks with the channels last are the last one, and in front again behind", async () => {
    const found = await axes([n, 3, 8, 8], (op, x) => {
      const conv = op.conv(x, weights(op, [6, 3, 2, 2]), { strides: [2, 2] });
      const last = op.transpose(conv, [0, 2, 3, 1]);
      const hidden = op.relu(op.matMul(layerNorm(op, last), weights(op, [6, 24])));
      const out = op.transpose(op.matMul(hidden, weights(op, [24, 6], 2)), [0, 3, 1, 2]);
      return { conv, last, hidden, out, y: op.add(conv, out) };
    });
    expect(found).toMatchObject({
      conv: "[N, units 6, 4, 4] made by Conv",
      last: "[N, 4, 4, units 6] made by Conv",
      hidden: "[N, 4, 4, units 24] made by MatMul",
      out: "[N, units 6, 4, 4] made by MatMul",
      y: expect.stringContaining("[N, units 6, 4, 4]"),
    });
  });

  it("of an MLP-Mixer are what each product makes, and features where both are added", async () => {
    const found = await axes([n, 8, 5], (op, x) => {
      const tokens = op.matMul(x, weights(op, [5, 6]));
      const turned = op.transpose(tokens, [0, 2, 1]);
      const hidden = op.relu(op.matMul(turned, weights(op, [8, 16])));
      const back = op.transpose(op.matMul(hidden, weights(op, [16, 8], 2)), [0, 2, 1]);
      const mixed = op.add(tokens, back);
      return { tokens, hidden, mixed, y: op.matMul(mixed, weights(op, [6, 12])) };
    });
    expect(found).toMatchObject({
      tokens: "[N, 8, units 6] made by MatMul",
      hidden: "[N, 6, units 16] made by MatMul",
      mixed: "[N, 8, units 6] made by MatMul",
      y: "[N, 8, units 12] made by MatMul",
    });
  });

  it("of windows hold the pictures multiplied with them, through attention and back", async () => {
    const found = await axes([n, 1, 8, 8], (op, x) => {
      const map = op.transpose(op.conv(x, weights(op, [6, 1, 1, 1])), [0, 2, 3, 1]);
      const cut = op.transpose(op.reshape(map, [n, 2, 4, 2, 4, 6]), [0, 1, 3, 2, 4, 5]);
      const windows = op.reshape(cut, [n * 4, 16, 6]);
      const heads = (seed: number) =>
        op.transpose(op.reshape(op.matMul(windows, weights(op, [6, 6], seed)), [n * 4, 16, 2, 3]), [0, 2, 1, 3]);
      const attention = op.softmax(op.matMul(heads(2), op.transpose(heads(3), [0, 1, 3, 2])), 3);
      const mixed = op.reshape(op.transpose(op.matMul(attention, heads(4)), [0, 2, 1, 3]), [n * 4, 16, 6]);
      const out = op.matMul(mixed, weights(op, [6, 6], 5));
      const whole = op.transpose(op.reshape(out, [n, 2, 2, 4, 4, 6]), [0, 1, 3, 2, 4, 5]);
      return { windows, attention, out, y: op.reshape(whole, [n, 8, 8, 6]) };
    });
    expect(found).toMatchObject({
      windows: "[1 x N x 4, 16, units 6] made by Conv",
      attention: "[1 x N x 4, units 2, 16, 16] made by MatMul",
      out: "[1 x N x 4, 16, units 6] made by MatMul",
      y: "[N, 8, 8, units 6] made by MatMul",
    });
  });

  it("of heads that are multiplied with the pictures are told apart", async () => {
    const found = await axes([n, 5, 6], (op, x) => {
      const features = op.transpose(op.matMul(x, weights(op, [6, 6])), [1, 0, 2]);
      const heads = op.transpose(op.reshape(features, [5, n * 2, 3]), [1, 0, 2]);
      return { features, heads, y: op.matMul(heads, op.transpose(heads, [0, 2, 1])) };
    });
    expect(found).toMatchObject({
      features: "[5, N, units 6] made by MatMul",
      heads: "[1 x N x 2, 5, units 3] made by MatMul",
      y: `[1 x N x 2 units ${2 * n}, 5, 5] made by MatMul`,
    });
  });

  it.each([3, 70])("of recurrent layers are time (%d), directions, pictures and hidden units", async (length) => {
    const hidden = 4;
    const found = await axes([n, length, 5], (op, x) => {
      const time = op.transpose(x, [1, 0, 2]);
      const w = weights(op, [1, 4 * hidden, 5]);
      const types = [
        { dtype: "float32" as const, shape: [length, 1, n, hidden] },
        { dtype: "float32" as const, shape: [1, n, hidden] },
      ];
      const [y, last] = op.emit("LSTM", [time, w, weights(op, [1, 4 * hidden, hidden], 2)], types, {
        hidden_size: hidden,
      }) as [Value, Value];
      const states = op.concat([last, op.mul(last, 2)], 0);
      return {
        y,
        last,
        states,
        out: op.emit("Squeeze", [y, op.ints([1])], [{ dtype: "float32", shape: [length, n, hidden] }])[0]!,
      };
    });
    expect(found).toMatchObject({
      y: expect.stringContaining(`[${length}, 1, N, units 4] made by`),
      ...(n > 1 && { last: expect.stringMatching(/^\[1, N, units 4\] made by/) }),
      states: expect.stringMatching(/^\[2, N, units 4\] made by/),
      out: expect.stringContaining(`[${length}, N, units 4] made by`),
    });
  });

  it("of a detector's head stay apart through reshapes and concatenations", async () => {
    const found = await axes([n, 3, 8, 8], (op, x) => {
      const scale = (side: number) => {
        const map = op.conv(x, weights(op, [14, 3, side, side], side), { strides: [side, side] });
        const anchors = op.transpose(op.reshape(map, [n, 2, 7, 8 / side, 8 / side]), [0, 1, 3, 4, 2]);
        return [op.reshape(map, [n, 14, (8 / side) ** 2]), op.reshape(anchors, [n, 2 * (8 / side) ** 2, 7])] as const;
      };
      const scales = [scale(2), scale(4)];
      return {
        free: op.concat(
          scales.map(([one]) => one),
          2,
        ),
        anchored: op.concat(
          scales.map(([, one]) => one),
          1,
        ),
      };
    });
    expect(found).toMatchObject({
      free: "[N, units 14, 20] made by Conv",
      anchored: "[N, 40, units 7] made by Conv",
    });
  });

  it("of a dense layer's map are those that the operators behind it read", async () => {
    const found = await axes([n, 4], (op, x) => {
      const map = op.reshape(op.gemm(x, weights(op, [4, 3 * 5 * 5])), [n, 3, 5, 5]);
      return { map, y: op.conv(map, weights(op, [2, 3, 3, 3])) };
    });
    expect(found["map"]).toBe("[N, units 3, 5, 5] made by Gemm");
  });

  it("that no operator made units of are told by what reads them, or by their number", async () => {
    const found = await axes([n, 4, 4, 3], (op, x) => {
      const scaled = op.mul(x, 2);
      const turned = op.transpose(scaled, [0, 3, 1, 2]);
      return { scaled, turned, y: op.conv(turned, weights(op, [2, 3, 1, 1])) };
    });
    expect(found).toMatchObject({
      scaled: "[N, 4, 4, units 3] read by Conv",
      turned: "[N, units 3, 4, 4] read by Conv",
    });
    expect(await axes([n, 2, 4, 4], (op, x) => ({ y: op.mul(x, 2) }))).toMatchObject({
      y: "[N, units 2, 4, 4] a guess by the number of axes",
    });
    expect(await axes([n, 7, 4], (op, x) => ({ y: op.mul(x, 2) }))).toMatchObject({
      y: "[N, 7, units 4] a guess by the number of axes",
    });
  });

  it("of one unit alone are not those of its neighbour: pitches at times, the corners of a box", async () => {
    const found = await axes([n, 2, 4, 4], (op, x) => {
      const places = op.reshape(op.transpose(op.conv(x, weights(op, [1, 2, 1, 1])), [0, 2, 3, 1]), [16 * n, 1]);
      const corners = op.concat(
        [1, 2, 3, 4].map((by) => op.unsqueeze(op.mul(places, by), [2])),
        2,
      );
      return { boxes: op.reshape(corners, [16 * n, 4]) };
    });
    expect(found["boxes"]).toContain("units 4]");
    const notes = await axes([n, 2, 5, 8], (op, x) => ({
      y: op.reshape(op.sigmoid(op.conv(x, weights(op, [1, 2, 1, 1]))), [n, 5, 8]),
    }));
    expect(notes["y"]).toBe("[N, 5, units 8] a guess by the number of axes");
  });

  it("that are taken out one by one, decoded and stacked again lie where they are stacked", async () => {
    const found = await axes([n, 3, 4, 4], (op, x) => {
      const scale = (side: number) => {
        const places = 4 / side;
        const map = op.conv(x, weights(op, [8, 3, side, side], side), { strides: [side, side] });
        const anchors = op.transpose(op.reshape(map, [n, 2, 4, places, places]), [0, 3, 4, 1, 2]);
        return op.reshape(anchors, [n, 2 * places ** 2, 4]);
      };
      const deltas = op.reshape(op.concat([scale(1), scale(2)], 1), [40 * n, 4]);
      const corners = [0, 1, 2, 3].map((i) => op.exp(op.slice(deltas, [{ axis: 1, start: i, end: i + 1 }])));
      const boxes = op.reshape(
        op.concat(
          corners.map((one) => op.unsqueeze(one, [2])),
          2,
        ),
        [40 * n, 4],
      );
      const bounded = [0, 1].map((i) => op.clip(op.slice(boxes, [{ axis: 1, start: i, end: 4, step: 2 }]), 0, i + 1));
      const pairs = op.concat(
        bounded.map((one) => op.unsqueeze(one, [2])),
        2,
      );
      return { deltas, corner: corners[0]!, boxes, clipped: op.reshape(pairs, [40 * n, 4]) };
    });
    expect(found["deltas"]).toContain("units 4] made by Conv");
    expect(found["corner"]).toContain("units 1] made by Conv");
    expect(found["boxes"]).toContain("units 4] made by Conv");
    expect(found["clipped"]).toContain("units 4] made by Conv");
  });

  it("of Einsum are the letters of the weights alone", async () => {
    const found = await axes([n, 5, 6], (op, x) => {
      const type = { dtype: "float32" as const, shape: [n, 8, 5] };
      return { y: op.emit("Einsum", [x, weights(op, [6, 8])], [type], { equation: "ntd,dk->nkt" })[0]! };
    });
    expect(found["y"]).toBe("[N, units 8, 5] made by Einsum");
  });
});

it("pictures that are mixed with one another have no axis any more", async () => {
  const found = await axes([2, 5, 6], (op, x) => {
    const together = op.reshape(x, [1, 10, 6]);
    const map = op.softmax(op.matMul(together, op.transpose(together, [0, 2, 1])), 2);
    return { together, y: op.matMul(map, together), mean: op.reduceMean(x, [0]) };
  });
  expect(found).toMatchObject({
    together: expect.stringContaining("[1, 1 x N x 5, units 6]"),
    y: expect.stringMatching(/^\[1, 10, /),
    mean: expect.not.stringContaining("N"),
  });
});
