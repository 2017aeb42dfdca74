import { didYouMean, nearest, XstarError } from "../errors.js";
import { cutOff } from "../autodiff/gradients.js";
import type { Value } from "../ir/graph.js";
import { inline } from "../ir/inline.js";
import { isFloat, type Ops } from "../ir/ops/index.js";
import type { Contract } from "../model/contract.js";
import { axesOf, followAxes } from "../model/axes.js";
import { beforeSoftmax, layerNames, pictureInput, scoreOutput, whyNoLayer } from "../model/layers.js";
import { isMaximized, isTensor, type GivenInputs } from "../model/given.js";
import { checkModel, type LoadedModel } from "../model/load.js";
import type { DeclaredInput, Model } from "../onnx/model.js";
import type { Normalized } from "../normalize/normalize.js";
import { inputKind, type InputKind } from "../model/input-kind.js";
import { chooseShapes } from "../model/shapes.js";
import { floatTypes, shapesOf, size, type Shape, type ShapesByName, type Tensor } from "../tensor.js";
import { applyContract, pictureShape } from "./apply-contract.js";
import { checkGiven, givenTensor, isForAll, type Part } from "./given-inputs.js";
import { holdsPictures, leadsWithPictures, unlessUnsupported, withBatchAxis } from "./batch-axis.js";
import { arrangement, picturesFirst, type Arrangement } from "./arrange.js";

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
export interface PreparedModel {
  readonly model: LoadedModel;
  readonly normalized: Normalized;
  readonly batch: number;
  /** Pictures that one run of the model takes: `batch`, or 1 where the model allows one only and is run once for each. */
  readonly perRun: number;
  /** The input that is the picture, as the model names it. */
  readonly input: string;
  /** Of the picture, [batch, channels, height, width]. */
  readonly shape: Shape;
  /** What the input holds. */
  readonly holds: InputKind;
  /** Of the model's input, in its own layout. */
  readonly inputShape: Shape;
  /** What the inputs besides the picture hold, for each run. */
  readonly given: readonly ReadonlyMap<string, Tensor>[];
  /** The shapes of the inputs that are maximized together with the picture, for the whole batch. */
  readonly beside: ReadonlyMap<string, Shape>;
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
  /** The model, with an axis for the pictures where its own input has none. */
  readonly model: LoadedModel;
  readonly picture: DeclaredInput;
  readonly contract: Contract | undefined;
  readonly holds: InputKind;
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
  const holds = inputKind(model.source, picture, { given: contract, inputs: given });
  const numbersGiven = Object.entries(given).filter(([, held]) => !isTensor(held));
  const tensorsGiven = tensorsFor(model.source, given, { batch, from: 0, count: 1 });
  const { shapes, assumed } = await chooseShapes(model, {
    shapes: free,
    layout: contract?.layout,
    inputs: Object.fromEntries([...numbersGiven, ...tensorsGiven]),
    picture,
    holds,
  });
  const declared = shapes.get(picture.name)!;
  if (declared.length === 0)
    throw new XstarError(
      "unsupported-model",
      `Input "${picture.name}" of shape [] cannot be maximized over: it is a single number`,
      {
        hint: `Give it a value (inputs: { "${picture.name}": 1 }, --input ${picture.name}=1) and maximize another input`,
      },
    );
  const isBatch = await leadsWithPictures(model, { name: picture.name, holds, shapes, given: tensorsGiven });
  if (!isBatch) shapes.set(picture.name, [1, ...declared]);
  const whole = isBatch ? model : withBatchAxis(model, picture.name);
  const shape = pictureShape(isBatch ? declared.with(0, 1) : [1, ...declared], contract);
  return { model: whole, picture, contract, holds, shapes, shape, assumed };
}

/**
 * What the inputs besides the picture hold for one part of the batch; what is one number has the shape that is chosen for it, and is
 * left out while none is.
 */
function tensorsFor(
  source: Model,
  given: GivenInputs,
  part: Part,
  sized?: ReadonlyMap<string, Shape>,
): Map<string, Tensor> {
  const axis = pictureInput(source, Object.keys(given)).dims[0];
  return new Map(
    source.inputs.flatMap((input) => {
      const held = given[input.name];
      if (held === undefined || isMaximized(held) || (!isTensor(held) && !sized)) return [];
      return [[input.name, givenTensor(input, held, { ...part, axis }, sized?.get(input.name))] as const];
    }),
  );
}

/**
 * Finds out whether the model can take the whole batch at once; a model that was exported for one picture is then run
 * once for each inside the same graph. Throws as `pictureOf` does.
 *
 * @example
 * const first = await prepareModel(model, 1);
 * first.shape; // of the pictures: [1, 3, 224, 224]
 */
export async function prepareModel(
  opened: LoadedModel,
  batch: number,
  options: BatchOptions = {},
  name?: string,
): Promise<PreparedModel> {
  const { inputs: given = {}, logits } = options;
  const { model, picture, contract, holds, shapes, assumed } = await pictureOf(opened, options, { name, batch });
  const declared = shapes.get(picture.name)!;
  const beside = shapesBeside(model.source, given, shapes);
  const tensorsOf = (part: Omit<Part, "batch">) => tensorsFor(model.source, given, { batch, ...part }, shapes);
  const result = (normalized: Normalized, perRun: number): PreparedModel => {
    scoreOutput(normalized, logits);
    const runs = Array.from({ length: batch / perRun }, (_, i) => tensorsOf({ from: i * perRun, count: perRun }));
    return {
      model,
      normalized,
      batch,
      perRun,
      input: picture.name,
      shape: pictureShape(declared.with(0, batch), contract),
      inputShape: declared.with(0, batch),
      given: runs,
      beside: new Map([...beside].map(([name, shape]) => [name, shape.with(0, batch)])),
      options,
      contract,
      holds,
      assumed,
    };
  };
  if (batch > 1) {
    const whole = new Map(shapes).set(picture.name, declared.with(0, batch));
    for (const [name, shape] of beside) whole.set(name, shape.with(0, batch));
    const normalized = await unlessUnsupported(model.at(whole, tensorsOf({ from: 0, count: batch })));
    if (normalized && holdsPictures(normalized, picture.name)) return result(normalized, batch);
  }
  const shared = tensorsOf({ from: 0, count: 1 });
  for (const input of model.source.inputs) {
    const held = given[input.name];
    if (held !== undefined && !isForAll(input, held)) shared.delete(input.name);
  }
  return result(await model.at(shapes.set(picture.name, declared.with(0, 1)), shared), 1);
}

/** The inputs that are maximized too, for one picture. Throws `bad-argument` for those that have no place for a batch in front. */
function shapesBeside({ inputs }: Model, given: GivenInputs, shapes: ReadonlyMap<string, Shape>): Map<string, Shape> {
  return new Map(
    inputs.flatMap(({ name, dtype }) => {
      if (!isMaximized(given[name])) return [];
      const shape = shapes.get(name)!;
      if (dtype.startsWith("float") && shape[0] === 1) return [[name, shape] as const];
      throw new XstarError(
        "bad-argument",
        `Input "${name}", ${dtype} [${shape}], cannot be maximized together with another one`,
        {
          hint: "It must hold floating-point numbers, with an axis for the pictures in front: hold it, or maximize it alone",
        },
      );
    }),
  );
}

/** The values of a layer in the model's own form and type: one, or one for each picture where the model is run for each. */
export interface LayerParts {
  readonly values: readonly Value[];
  /** Values of their shapes, such as their gradients, as the layer is read: [batch, ...] in float32. */
  join(values: readonly Value[]): Value;
}

/** One pass of pictures through the model, of which only the layers that are asked for are built. */
export interface Forward {
  /** A layer by the name of its value or of its node, [batch, ...]. Throws `unknown-layer`. */
  layer(name: string): Value;
  /** A layer as the model itself computes it, to differentiate by. Throws `unknown-layer`. */
  parts(name: string): LayerParts;
  /** How the axes of a layer lie in [batch, ...]. Throws `unknown-layer`. */
  arrangement(name: string): Arrangement;
  /** Scores of classes before a final softmax, [batch, classes, ...places]. */
  logits(): Value;
  /** The model's first output, whatever it is. */
  output(): Value;
}

/** What goes before the names of the first model's values. */
export const modelScope = "model/";

/** What inputs hold that are maximized together with the picture, [batch, ...], by name. */
export type Beside = Readonly<Record<string, Value>>;

/** `scope` goes before the names of the model's values in the graph. */
export function buildForward(
  op: Ops,
  batched: PreparedModel,
  pictures: Value,
  { scope = modelScope, beside = {} }: { readonly scope?: string; readonly beside?: Beside } = {},
): Forward {
  const { normalized, batch, perRun, inputShape, contract, options } = batched;
  const { logits } = options;
  const input = contract ? applyContract(op, pictures, contract, inputShape) : pictures;
  const source = normalized.graph.inputs.find(({ name }) => name === batched.input)!;
  const single = Array.from({ length: batch }, () => 1);
  const runsOf = (value: Value) => (perRun === batch ? [value] : op.split(value, single, 0));
  const climbed = normalized.graph.inputs.flatMap((one) => {
    if (one === source || !batched.beside.has(one.name)) return [];
    return [[one, runsOf(op.cast(besideOf(beside, one.name), one.dtype))] as const];
  });
  const maps = runsOf(op.cast(input, source.dtype)).map((part, i) => {
    const map = new Map([[source, part], ...climbed.map(([one, runs]) => [one, runs[i]!] as const)]);
    for (const input of normalized.graph.inputs) {
      const held = batched.given[i]!.get(input.name);
      if (held && input !== source) map.set(input, op.constant(held, input.name));
    }
    return map;
  });
  const layouts = followAxes(normalized, batched.input);
  const axes = (value: Value) => axesOf(normalized, value, layouts);
  const built = new Map<Value, Value>();
  const partsOf = (value: Value): LayerParts => ({
    values: maps.map((map, i) => {
      const prefix = maps.length > 1 ? `${scope.slice(0, -1)}${i}/` : scope;
      for (const [from, to] of inline(op.graph, normalized.graph, map, [value], { prefix })) map.set(from, to);
      return map.get(value)!;
    }),
    join(values) {
      const results = values.map((one) => picturesFirst(op, one, axes(value), perRun, value.name));
      return op.cast(op.concat(results, 0), "float32");
    },
  });
  const bring = (value: Value): Value => {
    const known = built.get(value);
    if (known) return known;
    const { values, join } = partsOf(value);
    const whole = join(values);
    built.set(value, whole);
    return whole;
  };
  return {
    layer: (name) => bring(findLayer(batched, name)),
    parts: (name) => partsOf(findLayer(batched, name)),
    arrangement(name) {
      const value = findLayer(batched, name);
      return arrangement(value.shape, axes(value));
    },
    output: () => bring(normalized.graph.outputs[0]!),
    logits: () => {
      const value = beforeSoftmax(scoreOutput(normalized, logits));
      const scores = bring(value);
      const { units } = arrangement(value.shape, axes(value));
      const rest = scores.shape.slice(1);
      if (scores.rank === 2) return scores;
      if (units === undefined || size(rest) === Math.max(...rest)) return op.reshape(scores, [batch, size(rest)]);
      const places = rest.map((_, i) => i + 1).filter((axis) => axis !== units);
      return units === 1 ? scores : op.transpose(scores, [0, units, ...places]);
    },
  };
}

function besideOf(beside: Beside, name: string): Value {
  const found = beside[name];
  if (found) return found;
  throw new XstarError("bad-argument", `Input "${name}" is maximized in a run only: here it must hold something`, {
    hint: `Give it a number or a tensor: inputs: { "${name}": 0 }`,
  });
}

/** Value of the normalized graph that a layer's name stands for. */
function findLayer({ model, normalized }: PreparedModel, name: string): Value {
  const byNode = model.source.graph.nodes.find((node) => node.name === name)?.outputs[0]?.name;
  const value = normalized.values.get(name) ?? (byNode === undefined ? undefined : normalized.values.get(byNode));
  if (value && isFloat(value) && !value.constant) return value;
  const isWhole = value?.loose && !floatTypes.has(value.loose.dtype);
  if (value?.node && !value.type && !isWhole) throw cutOff(value.node, { of: `layer "${name}"`, scope: "" });
  if (value)
    throw new XstarError(
      "unknown-layer",
      `"${name}" is a value of the model but no layer: ${whyNoLayer(normalized, value)}`,
      { hint: "Choose one of its layers: see xstar inspect" },
    );
  const names = layerNames(normalized);
  const near = nearest(name, names);
  throw new XstarError("unknown-layer", `The model has no layer "${name}"`, {
    hint: `${didYouMean(near)}It has ${names.length} layers: see xstar inspect`,
    details: { layer: name, nearest: near },
  });
}
