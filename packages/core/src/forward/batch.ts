import { nearest, oneOf, XstarError } from "../errors.js";
import type { Value } from "../ir/graph.js";
import { inline } from "../ir/inline.js";
import { isFloat, type Ops } from "../ir/ops/index.js";
import type { Contract } from "../model/contract.js";
import { beforeSoftmax, layerNames, pictureInput, scoreOutput } from "../model/layers.js";
import { checkModel, type LoadedModel } from "../model/load.js";
import type { DeclaredInput, Model } from "../onnx/model.js";
import type { Normalized } from "../normalize/normalize.js";
import { chooseShapes } from "../model/shapes.js";
import { shapesOf, size, type Shape, type ShapesByName } from "../tensor.js";
import { applyContract, pictureShape } from "./apply-contract.js";
import { checkGiven, givenTensor, type GivenInputs, type Part } from "./given-inputs.js";

/** What a batch is made from, besides the pictures. */
export interface BatchOptions {
  /** Sizes for input dimensions that the model leaves free; usual ones are taken when left out. */
  readonly shapes?: FreeShapes | undefined;
  /** How a picture becomes the model's input; null: the picture is the input. @default that of the model */
  readonly contract?: Contract | null | undefined;
  /** What the inputs besides the picture hold. */
  readonly inputs?: GivenInputs | undefined;
  /** Name of the output that holds the class scores; the first that looks like it when left out. */
  readonly logits?: string | undefined;
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
  readonly options: BatchOptions;
  /** How a picture becomes the input; undefined where it is the input. */
  readonly contract: Contract | undefined;
  /** What was taken for granted about shapes, in sentences. */
  readonly assumed: readonly string[];
}

/** Shapes of the model's inputs that it leaves free, by name. */
export type FreeShapes = ShapesByName;

/** The input that is the picture, and what of it is known before the model runs. */
interface PictureInput {
  readonly picture: DeclaredInput;
  readonly contract: Contract | undefined;
  /** Shapes of all inputs for one picture. */
  readonly shapes: Map<string, Shape>;
  /** Of one picture, [1, channels, height, width]. */
  readonly shape: Shape;
  readonly assumed: readonly string[];
}

/**
 * The picture that a model takes, one of a batch. Throws `unsupported-model` when it has no floating-point input, `bad-argument`
 * when another input is not given or the contract does not fit. `name` is how errors call a further model, `batch` how many pictures
 * there will be, where that is known.
 */
export async function pictureOf(
  model: LoadedModel,
  options: BatchOptions,
  { name, batch }: { readonly name?: string | undefined; readonly batch?: number } = {},
): Promise<PictureInput> {
  checkModel(model, name === undefined ? "model" : `models.${name}.model`);
  const { inputs: given = {} } = options;
  const free = shapesOf(options.shapes);
  const contract = options.contract === undefined ? model.contract : (options.contract ?? undefined);
  const picture = pictureInput(model.source, Object.keys(given));
  checkGiven(model.source, picture, given, name);
  const { shapes, assumed } = await chooseShapes(model, {
    shapes: new Map([...free, ...givenShapes(model.source, given, { batch, from: 0, count: 1 })]),
    layout: contract?.layout,
    picture,
  });
  const declared = shapes.get(picture.name)!;
  if (declared.length < 2) {
    throw new XstarError(
      "unsupported-model",
      `Input "${picture.name}" of shape [${declared}] is no picture: it needs a batch axis and at least one more`,
    );
  }
  return { picture, contract, shapes, shape: pictureShape(declared.with(0, 1), contract), assumed };
}

/** Of the inputs besides the picture. */
function givenShapes({ inputs }: Model, given: GivenInputs, part: Part): Map<string, Shape> {
  return new Map(
    inputs.flatMap((input) => {
      const held = given[input.name];
      return held === undefined ? [] : [[input.name, givenTensor(input, held, part).shape] as const];
    }),
  );
}

/**
 * Finds out whether the model can take the whole batch at once; a model that was exported for one picture is then run
 * once for each inside the same graph. Throws as `pictureOf` does.
 */
export async function prepareBatch(
  model: LoadedModel,
  batch: number,
  options: BatchOptions = {},
  name?: string,
): Promise<Batched> {
  const { inputs: given = {}, logits } = options;
  const { picture, contract, shapes, assumed } = await pictureOf(model, options, { name, batch });
  const declared = shapes.get(picture.name)!;
  const result = (normalized: Normalized, perRun: number): Batched => {
    scoreOutput(normalized, logits);
    return {
      model,
      normalized,
      batch,
      perRun,
      input: picture.name,
      shape: pictureShape(declared.with(0, batch), contract),
      inputShape: declared.with(0, batch),
      options,
      contract,
      assumed,
    };
  };
  if (batch > 1) {
    const whole = new Map([...shapes, ...givenShapes(model.source, given, { batch, from: 0, count: batch })]).set(
      picture.name,
      declared.with(0, batch),
    );
    const normalized = await model.at(whole).catch((error: unknown) => {
      if (XstarError.is(error) && error.code === "unsupported-model") return undefined;
      throw error;
    });
    const fits = normalized?.graph.outputs.every((output) => output.type?.shape[0] === batch);
    if (normalized && fits) return result(normalized, batch);
  }
  return result(await model.at(shapes.set(picture.name, declared.with(0, 1))), 1);
}

/** One pass of pictures through the model, of which only the layers that are asked for are built. */
export interface Forward {
  /** A layer by the name of its value or of its node, [batch, ...]. Throws `unknown-layer`. */
  layer(name: string): Value;
  logits(): Value;
  /** The model's first output, whatever it is. */
  output(): Value;
}

/** `scope` goes before the names of the model's values in the graph. */
export function buildForward(op: Ops, batched: Batched, pictures: Value, scope = "model/"): Forward {
  const { model, normalized, batch, perRun, inputShape, contract, options } = batched;
  const { inputs: given = {}, logits } = options;
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
    for (const declared of model.source.inputs) {
      const held = given[declared.name];
      if (held === undefined) continue;
      const value = normalized.graph.inputs.find(({ name }) => name === declared.name)!;
      map.set(
        value,
        op.constant(givenTensor(declared, held, { batch, from: i * perRun, count: perRun }), declared.name),
      );
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
