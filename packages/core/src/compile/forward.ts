import { nearest, oneOf, XstarError } from "../errors.js";
import type { Value } from "../ir/graph.js";
import { inline } from "../ir/inline.js";
import { isFloat, type Ops } from "../ir/ops/index.js";
import { beforeSoftmax, layerNames, pictureInput } from "../model/layers.js";
import { inputShapes, type LoadedModel } from "../model/load.js";
import type { Normalized } from "../model/normalize.js";
import { size, type Shape } from "../tensor.js";

/** How a picture becomes the model's input: input = (picture - mean) / std, channel by channel. */
export interface Contract {
  /** In picture units (0 black, 1 white); one number for all channels or one for each. */
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

/** The model prepared for a batch of pictures. */
export interface Batched {
  readonly model: LoadedModel;
  readonly normalized: Normalized;
  readonly batch: number;
  /** Pictures that one run of the model takes: `batch`, or 1 where the model allows one only and is run once for each. */
  readonly perRun: number;
  /** The input that is the picture, as the model names it. */
  readonly input: string;
  /** [batch, channels, height, width] */
  readonly shape: Shape;
}

/** Shapes of the model's inputs that it leaves free, by name. */
export type FreeShapes = ReadonlyMap<string, Shape>;

/**
 * Finds out whether the model can take the whole batch at once; a model that was exported for one picture is then run
 * once for each inside the same graph. Throws `unsupported-model` when it has no floating-point input.
 */
export async function prepareBatch(model: LoadedModel, batch: number, free: FreeShapes = new Map()): Promise<Batched> {
  const picture = pictureInput(model.source);
  const others = model.source.inputs.filter((input) => input !== picture);
  if (others.length > 0) {
    throw new XstarError(
      "unsupported-model",
      `Besides "${picture.name}" the model needs ${oneOf(others.map(({ name }) => name))}, which xstar cannot give it yet`,
    );
  }
  const shapes = inputShapes(model.source.inputs, batch, free);
  const declared = shapes.get(picture.name)!;
  if (declared.length < 2) {
    throw new XstarError(
      "unsupported-model",
      `Input "${picture.name}" of shape [${declared}] is no picture: it needs a batch axis and at least one more`,
    );
  }
  const whole = new Map(shapes).set(picture.name, declared.with(0, batch));
  const single = new Map(shapes).set(picture.name, declared.with(0, 1));
  const result = (normalized: Normalized, perRun: number): Batched => ({
    model,
    normalized,
    batch,
    perRun,
    input: picture.name,
    shape: declared.with(0, batch),
  });
  if (batch > 1) {
    const normalized = await model.at(whole).catch((error: unknown) => {
      if (XstarError.is(error) && error.code === "unsupported-model") return undefined;
      throw error;
    });
    const fits = normalized?.graph.outputs.every((output) => output.type?.shape[0] === batch);
    if (normalized && fits) return result(normalized, batch);
  }
  return result(await model.at(single), 1);
}

/** One pass of pictures through the model, of which only the layers that are asked for are built. */
export interface Forward {
  /** A layer by the name of its value or of its node, [batch, ...]. Throws `unknown-layer`. */
  layer(name: string): Value;
  logits(): Value;
}

export function buildForward(op: Ops, batched: Batched, pictures: Value, contract: Contract | undefined): Forward {
  const { normalized, batch, perRun } = batched;
  const input = contract ? applyContract(op, pictures, contract) : pictures;
  const source = normalized.graph.inputs.find(({ name }) => name === batched.input)!;
  const typed = op.cast(input, source.dtype);
  const parts =
    perRun === batch
      ? [typed]
      : op.split(
          typed,
          Array.from({ length: batch }, () => 1),
          0,
        );
  const maps = parts.map((part) => new Map([[source, part]]));
  const built = new Map<Value, Value>();
  const bring = (value: Value): Value => {
    const known = built.get(value);
    if (known) return known;
    const results = maps.map((map, i) => {
      const prefix = maps.length > 1 ? `model${i}/` : "model/";
      for (const [from, to] of inline(op.graph, normalized.graph, map, [value], { prefix })) map.set(from, to);
      return map.get(value)!;
    });
    const whole = op.cast(op.concat(results, 0), "float32");
    built.set(value, whole);
    return whole;
  };
  return {
    layer: (name) => bring(findLayer(batched, name)),
    logits: () => {
      const scores = bring(beforeSoftmax(normalized.graph));
      return scores.rank === 2 ? scores : op.reshape(scores, [batch, size(scores.shape) / batch]);
    },
  };
}

function applyContract(op: Ops, picture: Value, { mean, std }: Contract): Value {
  const channels = picture.shape[1]!;
  for (const values of [mean, std]) {
    if (values.length === 1 || values.length === channels) continue;
    throw new XstarError("bad-argument", `The input contract gives ${values.length} values for ${channels} channels`);
  }
  if (std.some((s) => !(s > 0))) {
    throw new XstarError("bad-argument", `The input contract divides by [${std}], which must be above 0`);
  }
  const each = (value: (mean: number, std: number) => number) => {
    const length = Math.max(mean.length, std.length);
    const data = Float32Array.from({ length }, (_, c) => value(mean[c] ?? mean[0]!, std[c] ?? std[0]!));
    return op.constant({ dtype: "float32", shape: [1, length, ...picture.shape.slice(2).map(() => 1)], data });
  };
  const scaled = op.mul(
    picture,
    each((_, s) => 1 / s),
  );
  return mean.every((m) => m === 0)
    ? scaled
    : op.sub(
        scaled,
        each((m, s) => m / s),
      );
}

/** Value of the normalized graph that a layer's name stands for. */
function findLayer({ model, normalized }: Batched, name: string): Value {
  const byNode = model.source.graph.nodes.find((node) => node.name === name)?.outputs[0]?.name;
  const value = normalized.values.get(name) ?? (byNode === undefined ? undefined : normalized.values.get(byNode));
  if (value && isFloat(value) && !value.constant) return value;
  const names = layerNames(normalized);
  if (value) {
    throw new XstarError(
      "unknown-layer",
      `"${name}" is a value of the model but no layer: it does not hold activations`,
    );
  }
  throw new XstarError("unknown-layer", `The model has no layer "${name}"`, {
    hint: `Did you mean ${oneOf(nearest(name, names))}? It has ${names.length} layers: see xstar inspect`,
    details: { layer: name, nearest: nearest(name, names) },
  });
}
