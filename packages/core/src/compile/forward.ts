import { cutOff } from "../autodiff/gradients.js";
import { nearest, oneOf, XstarError } from "../errors.js";
import type { Value } from "../ir/graph.js";
import { inline } from "../ir/inline.js";
import { isFloat, type Ops } from "../ir/ops/index.js";
import type { Contract } from "../model/contract.js";
import type { GivenInputs } from "../model/given.js";
import { beforeSoftmax, layerNames, pictureInput, scoreOutput } from "../model/layers.js";
import type { LoadedModel } from "../model/load.js";
import type { Normalized } from "../model/normalize.js";
import { chooseShapes } from "../model/shapes.js";
import { size, type Shape, type Tensor } from "../tensor.js";
import { applyContract, pictureShape } from "./contract.js";
import { checkGiven, givenTensor, isForAll } from "./given-inputs.js";

/** What a batch is made from, besides the pictures. */
export interface BatchOptions {
  /** Sizes for input dimensions that the model leaves free; usual ones are taken when left out. */
  readonly shapes?: FreeShapes;
  /** How a picture becomes the model's input; the picture is the input when left out. */
  readonly contract?: Contract;
  /** What the inputs besides the picture hold. */
  readonly inputs?: GivenInputs;
  /** Name of the output that holds the class scores; the first that looks like it when left out. */
  readonly logits?: string;
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
  /** Of the picture, [batch, channels, height, width]. */
  readonly shape: Shape;
  /** Of the model's input, in its own layout. */
  readonly inputShape: Shape;
  /** What the inputs besides the picture hold, for each run. */
  readonly given: readonly ReadonlyMap<string, Tensor>[];
  readonly options: BatchOptions;
  /** What was taken for granted about shapes, in sentences. */
  readonly assumed: readonly string[];
}

/** Shapes of the model's inputs that it leaves free, by name. */
export type FreeShapes = ReadonlyMap<string, Shape>;

/**
 * Finds out whether the model can take the whole batch at once; a model that was exported for one picture is then run
 * once for each inside the same graph. Throws `unsupported-model` when it has no floating-point input, `bad-argument`
 * when another input is not given or the contract does not fit. `name` is how errors call a further model.
 */
export async function prepareBatch(
  model: LoadedModel,
  batch: number,
  options: BatchOptions = {},
  name?: string,
): Promise<Batched> {
  const { shapes: free = new Map<string, Shape>(), contract, inputs: given = {}, logits } = options;
  const { source } = model;
  const picture = pictureInput(source, Object.keys(given));
  checkGiven(source, picture, given, name);
  const others = source.inputs.filter((input) => given[input.name] !== undefined);
  /** Of one part of the batch; what is one number has the shape that is chosen for it. */
  const tensorsFor = (from: number, count: number, sized?: ReadonlyMap<string, Shape>) =>
    new Map(
      others.flatMap((input) => {
        const held = given[input.name]!;
        if (typeof held === "number" && !sized) return [];
        return [[input.name, givenTensor(input, held, { batch, from, count }, sized?.get(input.name))] as const];
      }),
    );
  const numbersGiven = Object.entries(given).filter(([, held]) => typeof held === "number");
  const { shapes, assumed } = await chooseShapes(model, {
    shapes: free,
    layout: contract?.layout,
    inputs: Object.fromEntries([...numbersGiven, ...tensorsFor(0, 1)]),
    picture,
  });
  const declared = shapes.get(picture.name)!;
  if (declared.length < 2) {
    throw new XstarError(
      "unsupported-model",
      `Input "${picture.name}" of shape [${declared}] is no picture: it needs a batch axis and at least one more`,
    );
  }
  const result = (normalized: Normalized, perRun: number): Batched => {
    scoreOutput(normalized, logits);
    const runs = Array.from({ length: batch / perRun }, (_, i) => tensorsFor(i * perRun, perRun, shapes));
    return {
      model,
      normalized,
      batch,
      perRun,
      input: picture.name,
      shape: pictureShape(declared.with(0, batch), contract),
      inputShape: declared.with(0, batch),
      given: runs,
      options,
      assumed,
    };
  };
  if (batch > 1) {
    const whole = new Map(shapes).set(picture.name, declared.with(0, batch));
    const normalized = await model.at(whole, tensorsFor(0, batch, shapes)).catch((error: unknown) => {
      if (XstarError.is(error) && error.code === "unsupported-model") return undefined;
      throw error;
    });
    const fits = normalized?.graph.outputs.every((output) => output.type?.shape[0] === batch);
    if (normalized && fits) return result(normalized, batch);
  }
  const shared = new Map(tensorsFor(0, 1, shapes));
  for (const input of others) if (!isForAll(input, given[input.name]!)) shared.delete(input.name);
  return result(await model.at(shapes.set(picture.name, declared.with(0, 1)), shared), 1);
}

/** One pass of pictures through the model, of which only the layers that are asked for are built. */
export interface Forward {
  /** A layer by the name of its value or of its node, [batch, ...]. Throws `unknown-layer`. */
  layer(name: string): Value;
  logits(): Value;
  /** The model's first output, whatever it is. */
  output(): Value;
}

/** What goes before the names of the first model's values. */
export const modelScope = "model/";

/** `scope` goes before the names of the model's values in the graph. */
export function buildForward(op: Ops, batched: Batched, pictures: Value, scope = modelScope): Forward {
  const { normalized, batch, perRun, inputShape, options } = batched;
  const { contract, logits } = options;
  const input = contract ? applyContract(op, pictures, contract, inputShape) : pictures;
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
  const maps = parts.map((part, i) => {
    const map = new Map([[source, part]]);
    for (const input of normalized.graph.inputs) {
      const held = batched.given[i]!.get(input.name);
      if (held && input !== source) map.set(input, op.constant(held, input.name));
    }
    return map;
  });
  const built = new Map<Value, Value>();
  const bring = (value: Value): Value => {
    const known = built.get(value);
    if (known) return known;
    const results = maps.map((map, i) => {
      const prefix = maps.length > 1 ? `${scope.slice(0, -1)}${i}/` : scope;
      for (const [from, to] of inline(op.graph, normalized.graph, map, [value], { prefix })) map.set(from, to);
      return map.get(value)!;
    });
    const whole = op.cast(op.concat(results, 0), "float32");
    built.set(value, whole);
    return whole;
  };
  return {
    layer: (name) => bring(findLayer(batched, name)),
    output: () => bring(normalized.graph.outputs[0]!),
    logits: () => {
      const scores = bring(beforeSoftmax(scoreOutput(normalized, logits)));
      return scores.rank === 2 ? scores : op.reshape(scores, [batch, size(scores.shape) / batch]);
    },
  };
}

/** Value of the normalized graph that a layer's name stands for. */
function findLayer({ model, normalized }: Batched, name: string): Value {
  const byNode = model.source.graph.nodes.find((node) => node.name === name)?.outputs[0]?.name;
  const value = normalized.values.get(name) ?? (byNode === undefined ? undefined : normalized.values.get(byNode));
  if (value && isFloat(value) && !value.constant) return value;
  if (value?.node && !value.type) throw cutOff(value.node, { of: `layer "${name}"`, scope: "" });
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
