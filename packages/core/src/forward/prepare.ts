import type { Vocabulary, WithVocabulary } from "../define/vocabulary.js";
import type { Assets } from "../define/parameterization.js";
import { suggest, XstarError } from "../errors.js";
import type { Value } from "../ir/graph.js";
import type { Ops } from "../ir/ops/index.js";
import { mapValues } from "../map-values.js";
import type { LoadedModel } from "../model/load.js";
import { joinWeights } from "../onnx/weights.js";
import type { Shape } from "../tensor.js";
import type { Arrangement } from "./arrange.js";
import { checkImages, createAssets, type Images } from "./assets.js";
import {
  buildForward,
  prepareModel,
  type BatchOptions,
  type PreparedModel,
  type Beside,
  type Forward,
  type LayerParts,
  modelScope,
} from "./prepare-model.js";

/** A further model that targets may read, with how pictures become its input. */
export interface FurtherModel extends BatchOptions {
  readonly model: LoadedModel;
  /** Names of its classes, so that targets may use them. */
  readonly labels?: readonly string[] | undefined;
}

/** Models made ready for the numbers of pictures that a graph will run them on. */
export interface Prepared {
  /** The first model for the whole batch. */
  readonly first: PreparedModel;
  /** Further models for the whole batch, by name. */
  readonly further: ReadonlyMap<string, PreparedModel>;
  /** Everything that the graphs of all the models need to be written and opened. */
  readonly weights: ReturnType<typeof joinWeights>;
  readonly opsets: ReadonlyMap<string, number>;
  readonly irVersion: number;
  /** Of the pictures, [batch, channels, height, width]. */
  readonly shape: Shape;
  readonly batch: number;
  readonly assets: Assets;
  readonly vocabulary: Vocabulary;
  /**
   * A pass of pictures [n, channels, any height, any width] through the models; n is one of the numbers prepared for. What is
   * maximized beside them, [batch, ...], goes with all views.
   */
  network(op: Ops, pictures: Value, beside?: Beside): Network;
}

/** One pass of pictures through one or several models, of which only what is read is built. */
export interface Network {
  /** [n, ...]; of a further model by its name. Throws `unknown-layer`, `bad-argument`. */
  layer(name: string, model?: string): Value;
  /** The layer as the model itself computes it, to differentiate by. Throws `unknown-layer`. */
  parts(name: string, model?: string): LayerParts;
  /** How its axes lie in [n, ...]. */
  arrangement(name: string, model?: string): Arrangement;
  logits(model?: string): Value;
}

/** How pictures become what the models take, and what specs name besides them. */
export interface PrepareOptions extends BatchOptions {
  readonly models?: Readonly<Record<string, FurtherModel>> | undefined;
  /** Height and width of the picture; those of the model's input when left out. */
  readonly size?: readonly [number, number] | undefined;
  /** Models that make pictures, for the parameterization `generator`. */
  readonly generators?: Readonly<Record<string, FurtherModel>> | undefined;
  /** Pictures that specs name, one or several by a name, [channels, height, width] in picture units. */
  readonly images?: Images | undefined;
}

/** Makes models ready for `batch` pictures, and for other numbers of pictures (views, single images) besides. */
export async function prepare(
  model: LoadedModel,
  batch: number,
  options: PrepareOptions & WithVocabulary,
  others: readonly number[] = [],
): Promise<Prepared> {
  const { vocabulary, models = {}, generators = {}, images = {}, size, ...own } = options;
  checkImages(images);
  if (size !== undefined) checkSize(size);
  const all = [["", { model, ...own }] as const, ...Object.entries(models)];
  const ready = new Map<string, ReadonlyMap<number, PreparedModel>>();
  for (const [name, { model: one, ...rest }] of all) {
    const sizes = new Map<number, PreparedModel>();
    for (const count of new Set([batch, ...others]))
      sizes.set(count, await prepareModel(one, count, rest, name === "" ? undefined : name));
    ready.set(name, sizes);
  }
  const makers = new Map<string, PreparedModel>();
  for (const [name, { model: one, ...rest }] of Object.entries(generators))
    makers.set(name, await prepareModel(one, batch, { contract: null, ...rest }, name));
  const loaded = new Map([
    ...all.map(([name, one]) => [name, one.model] as const),
    ...Object.entries(generators).map(([name, one]) => [`generator ${name}`, one.model] as const),
  ]);
  const first = ready.get("")!.get(batch)!;
  return {
    first,
    further: new Map(Object.keys(models).map((name) => [name, ready.get(name)!.get(batch)!])),
    shape: pictureSize(first.shape, size),
    batch,
    assets: createAssets(vocabulary, images, makers),
    vocabulary,
    weights: joinWeights(loaded),
    opsets: new Map([
      ...[...loaded.values()].flatMap(({ source }) => [...source.opsets]),
      ["", commonOpset([...ready.values(), new Map(makers)].flatMap((some) => [...some.values()]))],
    ]),
    irVersion: Math.max(...[...loaded.values()].map(({ source }) => source.irVersion)),
    network,
  };

  function network(op: Ops, pictures: Value, beside: Beside = {}): Network {
    const views = pictures.shape[0]! / batch;
    const repeated = mapValues(beside, (value) =>
      op.concat(
        Array.from({ length: views }, () => value),
        0,
      ),
    );
    const built = new Map<string, Forward>();
    const forward = (name = ""): Forward => {
      const known = built.get(name);
      if (known) return known;
      const batched = ready.get(name)?.get(pictures.shape[0]!);
      if (!batched)
        throw noModel(
          name,
          [...ready.keys()].filter((one) => one !== ""),
        );
      const how = name === "" ? { scope: modelScope, beside: repeated } : { scope: `${name}/` };
      const made = buildForward(op, batched, fit(op, pictures, batched, name), how);
      built.set(name, made);
      return made;
    };
    return {
      layer: (name, one) => forward(one).layer(name),
      parts: (name, one) => forward(one).parts(name),
      arrangement: (name, one) => forward(one).arrangement(name),
      logits: (one) => forward(one).logits(),
    };
  }
}

/** Operators that mean something else from a version on, and that no rewrite brings over. */
const changed: Readonly<Record<string, number>> = { GroupNormalization: 21 };

/** The version of the operator set under which the graphs of all models are written. Throws `unsupported-model`. */
function commonOpset(all: readonly PreparedModel[]): number {
  const highest = Math.max(...all.map(({ normalized }) => normalized.opset));
  for (const { normalized } of all) {
    const { graph, opset } = normalized;
    const older = graph.nodes.find(
      ({ qualifiedType }) => opset < changed[qualifiedType]! && changed[qualifiedType]! <= highest,
    );
    if (!older) continue;
    throw new XstarError(
      "unsupported-model",
      `${older.qualifiedType} (node "${older.label}") of a model of operator set ${opset} means something else in operator set ${highest}, which another model needs`,
      { hint: "Convert both models to one operator set, for example with onnx.version_converter" },
    );
  }
  return highest;
}

function checkSize(size: unknown): void {
  const isPixels = (x: unknown) => Number.isSafeInteger(x) && (x as number) > 0;
  if (Array.isArray(size) && size.length === 2 && size.every(isPixels)) return;
  const shown = Array.isArray(size) ? `[${size}]` : JSON.stringify(size);
  throw new XstarError(
    "bad-argument",
    `"size" must be height and width, two whole numbers of at least 1: current value is ${shown}`,
  );
}

function pictureSize(shape: Shape, size: readonly [number, number] | undefined): Shape {
  if (!size) return shape;
  if (shape.length !== 4) throw new XstarError("bad-argument", `A picture of shape [${shape}] has no height and width`);
  return [shape[0]!, shape[1]!, ...size];
}

/** Pictures at the size and with the channels that a model takes: grey becomes equal red, green and blue. */
function fit(op: Ops, pictures: Value, { shape, input }: PreparedModel, name: string): Value {
  if (pictures.rank !== 4 || shape.length !== 4) return pictures;
  const [, channels, height, width] = shape as [number, number, number, number];
  const sized = op.resize(pictures, [...pictures.shape.slice(0, 2), height, width]);
  if (sized.shape[1] === channels) return sized;
  if (sized.shape[1] === 1) return op.expand(sized, shape);
  const of = name === "" ? "" : ` of the model "${name}"`;
  throw new XstarError(
    "bad-argument",
    `Input "${input}"${of} takes pictures of ${channels} channel${channels === 1 ? "" : "s"}, and these have ${sized.shape[1]}`,
  );
}

function noModel(name: string, names: readonly string[]): XstarError {
  const hint = names.length > 0 ? suggest(name, names) : "Give it beside the first one";
  return new XstarError("bad-argument", `There is no model "${name}"`, { hint });
}
