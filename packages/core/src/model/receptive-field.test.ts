import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Graph, type Value } from "../ir/graph.js";
import { createOps, type Ops } from "../ir/ops/index.js";
import { numbers, size, tensor, type Shape } from "../tensor.js";
import { buildModel, open, randomTensor, runtime } from "../testing/models.js";
import { openModel, type LoadedModel } from "./load.js";
import { fieldBox, isLocal, receptiveField, type Box } from "./receptive-field.js";
import { vjp } from "./vjp.js";

type Build = (op: Ops, x: Value) => Value;

const side = 31;
const shape = [1, 2, side, side - 4];

/** Weights above 0, so that nothing that is seen cancels out. */
function positive(op: Ops, dims: Shape): Value {
  return op.constant(
    tensor(
      "float32",
      Array.from({ length: size(dims) }, (_, i) => 0.1 + ((i * 7) % 5) / 10),
      dims,
    ),
  );
}

const conv = (op: Ops, x: Value, kernel: readonly [number, number], options: Parameters<Ops["conv"]>[2] = {}) =>
  op.conv(x, positive(op, [2, x.shape[1]!, ...kernel]), options);

const same = { pads: [1, 1, 1, 1] };
const resize = (mode: string, coordinates: string) => (op: Ops, x: Value) => {
  const to = [...x.shape.slice(0, 2), 2 * x.shape[2]!, 2 * x.shape[3]!];
  const inputs = [x, undefined, op.constant(tensor("float32", [1, 1, 2, 2]))];
  return op.emit("Resize", inputs, [{ dtype: "float32", shape: to }], {
    mode,
    coordinate_transformation_mode: coordinates,
    ...(mode === "nearest" && { nearest_mode: "round_prefer_floor" }),
  })[0]!;
};

/** Networks of which every position sees just its field. */
const exact: Readonly<Record<string, Build>> = {
  "a convolution": (op, x) => conv(op, x, [3, 5]),
  "strides, padding and dilations": (op, x) =>
    conv(op, conv(op, x, [5, 3], { strides: [2, 1], pads: [2, 0, 1, 3] }), [3, 3], { dilations: [2, 3] }),
  "mean pools": (op, x) => op.averagePool(conv(op, x, [3, 3]), { kernel: [3, 2], strides: [2, 2], pads: [1, 0, 1, 0] }),
  "branches of different kernels that are joined": (op, x) =>
    conv(op, op.concat([conv(op, x, [1, 1]), conv(op, x, [5, 3], { pads: [2, 1, 2, 1] })], 1), [3, 3]),
  "a residual branch": (op, x) => op.add(op.relu(conv(op, x, [3, 3], same)), op.mul(x, 0.5)),
  "channels that lie last for a while": (op, x) => {
    const last = op.transpose(conv(op, x, [3, 3], { strides: [2, 2] }), [0, 2, 3, 1]);
    const mixed = op.matMul(last, positive(op, [2, 3]));
    return conv(op, op.transpose(op.softmax(mixed, 3), [0, 3, 1, 2]), [3, 1]);
  },
  "slices and padding": (op, x) =>
    conv(op, op.sliceAxis(op.sliceAxis(op.pad(x, [0, 0, 3, 1], [0, 0, 0, 2]), 2, 1, 30, 2), 3, 2, 25), [3, 3]),
  "channels that are shuffled": (op, x) =>
    conv(op, op.reshape(op.reshape(conv(op, x, [3, 3]), [1, 2, 1, 29, 25]), [1, 2, 29, 25]), [3, 3]),
  "space in channels": (op, x) => {
    const even = op.sliceAxis(op.sliceAxis(x, 2, 0, 30), 3, 0, 26);
    const to = { dtype: "float32", shape: [1, 8, 15, 13] } as const;
    return conv(op, op.emit("SpaceToDepth", [even], [to], { blocksize: 2 })[0]!, [3, 3]);
  },
};

/** Networks of which positions see a part of their field. */
const enclosed: Readonly<Record<string, Build>> = {
  "max-pools": (op, x) => op.maxPool(conv(op, x, [3, 3]), { kernel: [3, 3], strides: [2, 2] }),
  "transposed convolutions": (op, x) =>
    op.convTranspose(conv(op, x, [3, 3], { strides: [2, 2] }), positive(op, [2, 2, 4, 3]), {
      strides: [2, 3],
      ...same,
    }),
  "nearest up-sampling": (op, x) => resize("nearest", "half_pixel")(op, conv(op, x, [3, 3], { strides: [3, 3] })),
  "linear up-sampling": (op, x) => conv(op, resize("linear", "half_pixel")(op, conv(op, x, [3, 3])), [3, 3]),
  "cubic up-sampling": (op, x) => resize("cubic", "align_corners")(op, conv(op, x, [3, 3], { strides: [4, 4] })),
  "space from channels": (op, x) => {
    const wide = op.conv(x, positive(op, [8, 2, 3, 3]), { strides: [2, 2] });
    const to = { dtype: "float32", shape: [1, 2, 2 * wide.shape[2]!, 2 * wide.shape[3]!] } as const;
    return op.emit("DepthToSpace", [wide], [to], { blocksize: 2 })[0]!;
  },
};

/** Networks of which every position sees the whole picture. */
const whole: Readonly<Record<string, Build>> = {
  "a gate of the mean of all": (op, x) => op.mul(x, op.sigmoid(op.globalAveragePool(x))),
  "a dense layer": (op, x) =>
    op.reshape(op.matMul(op.flatten(x), positive(op, [2 * side * (side - 4), 8])), [1, 2, 2, 2]),
  "positions that are tokens": (op, x) => {
    const tokens = op.reshape(x, [1, 2, side * (side - 4)]);
    return op.reshape(op.softmax(tokens, 2), shape);
  },
};

async function fieldOf(model: LoadedModel, input: string, shapes: ReadonlyMap<string, Shape>, layer: string) {
  const { graph, values } = await model.at(shapes);
  const picture = graph.inputs.find(({ name }) => name === input)!;
  return receptiveField(graph, { of: values.get(layer)!, picture });
}

/** The smallest box that holds all of the input's gradient of one position of a layer, summed over channels. */
async function measure(
  model: LoadedModel,
  { of, wrt, shapes, layer }: { of: string; wrt: string; shapes: Map<string, Shape>; layer: Shape },
  [y, x]: readonly [number, number],
): Promise<Box> {
  const [, channels, height, width] = layer as [number, number, number, number];
  const cotangent = new Float32Array(size(layer));
  for (let c = 0; c < channels; c++) cotangent[(c * height + y) * width + x] = 1;
  const run = await vjp(model, { shapes, of, wrt });
  const dims = shapes.get(wrt)!;
  const picture = tensor("float32", numbers(randomTensor(dims, 3, 0.3)).map(Math.abs), dims);
  const { gradient } = await run.run({ [wrt]: picture }, tensor("float32", cotangent, layer));
  await run.release();
  const [rows, columns] = [new Set<number>(), new Set<number>()];
  numbers(gradient).forEach((slope, i) => {
    if (slope === 0) return;
    columns.add(i % gradient.shape[3]!);
    rows.add(Math.floor(i / gradient.shape[3]!) % gradient.shape[2]!);
  });
  const [top, left] = [Math.min(...rows), Math.min(...columns)];
  return { top, left, height: Math.max(...rows) + 1 - top, width: Math.max(...columns) + 1 - left };
}

/** The field of the last layer, and for several positions the box that it gives and the box that is measured. */
async function compare(build: Build) {
  let layer: Shape = [];
  const bytes = buildModel(
    (op, x) => {
      const y = build(op, x);
      layer = y.shape;
      return { y };
    },
    { shape },
  );
  const model = open(bytes);
  const shapes = new Map([["x", shape]]);
  const field = await fieldOf(model, "x", shapes, "y");
  const [, , height, width] = layer as [number, number, number, number];
  const places = [
    [0, 0],
    [height - 1, width - 1],
    [height >> 1, width >> 1],
    [1 % height, width >> 2],
  ] as const;
  const boxes = await Promise.all(
    places.map(async (at) => ({
      box: fieldBox(field, at, { height: side, width: side - 4 }),
      found: await measure(model, { of: "y", wrt: "x", shapes, layer }, at),
    })),
  );
  return { field, boxes };
}

const isWithin = (inner: Box, outer: Box) =>
  inner.top >= outer.top &&
  inner.left >= outer.left &&
  inner.top + inner.height <= outer.top + outer.height &&
  inner.left + inner.width <= outer.left + outer.width;

describe("the receptive field", () => {
  it.each(Object.keys(exact))("is what the gradient shows: %s", async (name) => {
    const { boxes, field } = await compare(exact[name]!);
    expect(isLocal(field)).toBe(true);
    for (const { box, found } of boxes) expect(box).toEqual(found);
  });

  it.each(Object.keys(enclosed))("holds what the gradient shows: %s", async (name) => {
    const { boxes, field } = await compare(enclosed[name]!);
    expect(isLocal(field)).toBe(true);
    for (const { box, found } of boxes) {
      expect(found).toSatisfy((inner: Box) => isWithin(inner, box));
      expect(box.height - found.height).toBeLessThanOrEqual(8);
    }
  });

  it.each(Object.keys(whole))("is the whole picture where something looks at all of it: %s", async (name) => {
    const { field, boxes } = await compare(whole[name]!);
    expect(field).toEqual({
      height: { stride: 0, size: side, offset: 0 },
      width: { stride: 0, size: side - 4, offset: 0 },
    });
    expect(isLocal(field)).toBe(false);
    for (const { box } of boxes) expect(box).toEqual({ top: 0, left: 0, height: side, width: side - 4 });
  });

  it("of a layer that does not depend on the picture is empty", () => {
    const graph = new Graph();
    const op = createOps(graph);
    const picture = graph.input("x", { dtype: "float32", shape });
    const of = op.relu(graph.input("other", { dtype: "float32", shape }));
    expect(receptiveField(graph, { of, picture })).toEqual({
      height: { stride: 0, size: 0, offset: 0 },
      width: { stride: 0, size: 0, offset: 0 },
    });
  });

  it("of a layer without space is the whole picture, also for pictures with their channels last", () => {
    const graph = new Graph();
    const op = createOps(graph);
    const picture = graph.input("x", { dtype: "float32", shape: [1, 9, 8, 3] });
    const map = conv(op, op.transpose(picture, [0, 3, 1, 2]), [3, 3]);
    const field = receptiveField(graph, { of: map, picture, axes: [1, 2] });
    expect(field.height).toEqual({ stride: 1, size: 3, offset: 0 });
    const dense = receptiveField(graph, { of: op.flatten(map), picture, axes: [1, 2] });
    expect([dense.height.size, dense.width.size]).toEqual([9, 8]);
  });
});

const folder = join(import.meta.dirname, "../../../../../shared/models");
const isThere = existsSync(folder);

/** Size and stride by layer, computed by hand; the 315 of MobileNet's last convolution is in the table of Araujo et al. */
const known: Readonly<Record<string, { side: number; layers: Readonly<Record<string, readonly [number, number]>> }>> = {
  "squeezenet-v1.1": {
    side: 227,
    layers: { conv1: [3, 2], "fire2/concat": [15, 4], "fire5/concat": [63, 8], conv10: [207, 16], logits: [227, 0] },
  },
  "bvlc-googlenet": {
    side: 224,
    layers: {
      "inception_3a/output": [59, 8],
      "inception_3b/output": [91, 8],
      "inception_4c/output": [299, 16],
      "inception_5b/output": [715, 32],
    },
  },
  "mobilenet-v1-0.25-128": {
    side: 128,
    layers: { "MobilenetV1/MobilenetV1/Conv2d_13_pointwise/relu6": [315, 32] },
  },
};

describe.skipIf(!isThere)(
  `the receptive fields of pretrained networks${isThere ? "" : ` (${folder} is missing)`}`,
  () => {
    const load = (name: string) =>
      openModel(new Uint8Array(readFileSync(join(folder, name, `${name}.onnx`))), { runtime });

    it.each(Object.keys(known))("%s has those that the formulas give", async (name) => {
      const model = load(name);
      const { layers, side: length } = known[name]!;
      const input = model.source.inputs[0]!.name;
      const shapes = new Map([[input, [1, 3, length, length]]]);
      for (const [layer, [fieldSize, stride]] of Object.entries(layers)) {
        const { height, width } = await fieldOf(model, input, shapes, layer);
        expect([layer, height.size, height.stride]).toEqual([layer, fieldSize, stride]);
        expect(width).toEqual(height);
      }
    });

    it("hold the gradient of a position in the middle, and little more", { timeout: 60_000 }, async () => {
      const model = load("squeezenet-v1.1");
      const shapes = new Map([["input", [1, 3, 227, 227]]]);
      const layers = { "fire2/concat": [1, 128, 56, 56], "fire4/concat": [1, 256, 28, 28] };
      for (const [of, layer] of Object.entries(layers)) {
        const at = [layer[2]! >> 1, layer[3]! >> 2] as const;
        const box = fieldBox(await fieldOf(model, "input", shapes, of), at, { height: 227, width: 227 });
        const found = await measure(model, { of, wrt: "input", shapes, layer }, at);
        expect(found).toSatisfy((inner: Box) => isWithin(inner, box));
        expect(box.height - found.height).toBeLessThanOrEqual(2);
      }
    });
  },
);
