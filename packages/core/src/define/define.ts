import { nearest, oneOf, XstarError } from "../errors.js";
import type { Value } from "../ir/graph.js";
import type { Ops } from "../ir/ops/index.js";
import type { Rng } from "../rng.js";
import type { Shape, Tensor } from "../tensor.js";
import { parseFields, type Built, type Fields, type Given, type Parsed, type Spec } from "./fields.js";

/** What every definition has: calling it checks the parameters and gives plain JSON. */
export interface Definition<F extends Fields> {
  (given: Given<F>): Spec;
  readonly type: string;
  readonly doc: string;
  readonly params: F;
}

export function define<F extends Fields, Rest extends object>({
  type,
  doc,
  params,
  ...rest
}: { type: string; doc: string; params: F } & Rest): Definition<F> & Omit<Rest, "type" | "doc" | "params"> {
  const make = (given: Given<F>) => parseFields(type, params, given ?? {});
  return Object.assign(make, { type, doc, params, ...rest });
}

/** What an objective may read. */
export interface ObjectiveContext {
  readonly op: Ops;
  /** Number of pictures in the batch. */
  readonly batch: number;
  /** The picture [batch, channels, height, width] before transforms, in picture units; without its opacity. */
  readonly picture: Value;
  /** The opacity [batch, 1, height, width] of a picture that has one, from 0 to 1. */
  readonly opacity: Value | undefined;
  /** The activations of a layer, [batch, ...]; of another model than the first by its name. Throws `unknown-layer`. */
  layer(name: string, model?: string): Value;
  /**
   * The axis of a layer [batch, ...] along which its units lie, as its operators tell or as `axis` says in the layer's own
   * shape; undefined where each picture is one number of it. Throws `unknown-layer`, `bad-argument`.
   */
  unitAxis(
    name: string,
    of: { readonly model: string | undefined; readonly axis: number | undefined },
  ): number | undefined;
  /** The class scores before a final softmax, [batch, classes], or [batch, classes, ...places] of a network that has places. */
  logits(model?: string): Value;
  /** A picture that the caller gave by name, [1, channels, height, width] like `picture`. Throws `bad-argument`. */
  image(name: string): Value;
  /**
   * The activations of a layer for the picture of that name: [1, ...], or [batch, ...] where it is transformed just like
   * each of the pictures. Throws `bad-argument`, `unknown-layer`.
   */
  imageLayer(image: string, layer: string, model?: string): Value;
  /** What a caller gave as an index or weight, one for each picture; undefined for a value that is none. */
  numbersOf(live: Value): readonly number[] | undefined;
  /** The same index, counted from `start` on. */
  countedFrom(start: number, index: Value): Value;
  /** Checks that an index that a caller gave is below `count`. Throws `bad-argument`. */
  limit(index: Value, count: number, what: string): void;
}

export interface ObjectiveDefinition<F extends Fields = Fields> extends Definition<F> {
  /** Whether it compares the pictures of a batch place by place, so that transforms have to move all of them alike. */
  readonly together?: boolean;
  /** What it reads besides one opaque picture: an objective that needs more has no value for a picture of a data set. */
  readonly needs?: "batch" | "opacity";
  /** One number for each picture, [batch]; larger is better. */
  build(params: Built<F>, context: ObjectiveContext): Value;
}

/** An objective: what is made as large as possible. */
export function defineObjective<const F extends Fields>(definition: {
  readonly type: string;
  readonly doc: string;
  readonly together?: boolean;
  readonly needs?: "batch" | "opacity";
  readonly params: F;
  build(params: Built<F>, context: ObjectiveContext): Value;
}): ObjectiveDefinition<F> {
  return define(definition);
}

/** A start: how the first picture is filled. */
export interface StartDefinition<F extends Fields = Fields> extends Definition<F> {
  /** Values of one picture [channels, height, width], in picture units (0 black, 1 white); a channel more is its opacity. */
  fill(params: Parsed<F>, shape: Shape, rng: Rng, assets: Assets): Float32Array;
}

export function defineStart<const F extends Fields>(definition: {
  readonly type: string;
  readonly doc: string;
  readonly params: F;
  fill(params: Parsed<F>, shape: Shape, rng: Rng, assets: Assets): Float32Array;
}): StartDefinition<F> {
  return define(definition);
}

export type Values = Readonly<Record<string, Value>>;
export type Tensors = Readonly<Record<string, Tensor>>;

export interface ParameterizationContext {
  readonly op: Ops;
  /** Shape of the picture that the model takes: [batch, channels, height, width], in the size that the caller chose. */
  readonly shape: Shape;
  /** What was given by name besides the specs. */
  readonly assets: Assets;
}

/** Large things that specs name instead of holding: plain JSON stays small. */
export interface Assets {
  /** A picture [channels, height, width] in picture units, at the size asked for. Throws `bad-argument`. */
  image(name: string, height: number, width: number): Tensor;
  /** The pictures of a name, one or several, [channels, height, width] each as it was given. Throws `bad-argument`. */
  images(name: string): readonly Tensor[];
  /** The size of a picture as it was given. Throws `bad-argument`. */
  imageSize(name: string): Size;
  /** Appends a whole model (a generator) to a graph: its picture output from its input. Throws `bad-argument`. */
  generator(name: string): Generator;
}

/** A model that makes pictures from a latent vector. */
export interface Generator {
  /** Shape of the latent of one picture, without the batch. */
  readonly latent: Shape;
  /** The numbers in its picture that are black and white, by the operator that it ends in. */
  readonly range: readonly [number, number];
  /** [batch, ...latent] to the model's output [batch, ...]. */
  build(op: Ops, latent: Value): Value;
}

interface ParameterizationParts<F extends Fields> {
  /** How many starts to draw where most of them lead nowhere; 1 when left out. */
  tries?(params: Parsed<F>): number;
  /**
   * Variables drawn at random, as the method's authors begin, for pictures of `shape`: the numbers of picture i come
   * from `rngs[i]` alone (those that all pictures share from `rngs[0]`). Left out where the method has no start of its
   * own: it then begins at a picture of uniform noise.
   */
  initial?(params: Parsed<F>, shape: Shape, rngs: readonly Rng[], assets: Assets): Tensors;
  /**
   * The variables for start pictures [batch, channels, height, width], with an opacity [batch, 1, height, width] where the
   * pictures have one; left out where a picture has none.
   */
  invert?(params: Parsed<F>, pictures: Tensor, assets: Assets, opacity?: Tensor): Tensors;
  /** Whether its pictures have an opacity. */
  readonly isTransparent?: boolean;
  /** The picture that the variables stand for, in picture units; a channel more than `shape` is its opacity. */
  build(params: Parsed<F>, state: Values, context: ParameterizationContext): Value;
  /** Brings variables back to where they are allowed to be, after a step. */
  project?(params: Parsed<F>, state: Values, context: ParameterizationContext): Values;
}

export interface ParameterizationDefinition<F extends Fields = Fields>
  extends Definition<F>, ParameterizationParts<F> {}

/** A parameterization: the variables behind the picture. */
export function defineParameterization<const F extends Fields>(
  definition: { readonly type: string; readonly doc: string; readonly params: F } & ParameterizationParts<F>,
): ParameterizationDefinition<F> {
  return define(definition);
}

/** Height and width in pixels. */
export interface Size {
  readonly height: number;
  readonly width: number;
}

/** Where a pixel comes from: x' = a x + b y + c, y' = d x + e y + f, in pixels from the centre of the first one, as [a, b, c, d, e, f]. */
export type Affine = readonly [number, number, number, number, number, number];

/** What lies outside the picture: one value, its nearest edge, or its mirror image. */
export type Outside = number | "edge" | "mirror";

interface AffineParts<F extends Fields> {
  /** The size of what it makes from a picture of `size`; the same size when left out. */
  resize?(params: Parsed<F>, size: Size): Size;
  /** This step's map, from pixels of what it makes to pixels of the picture of `size`. */
  sample(params: Parsed<F>, size: Size, rng: Rng, view: { readonly index: number; readonly count: number }): Affine;
  /** How many views of every picture it makes in a step; 1 when left out. */
  views?(params: Parsed<F>): number;
  /** What is outside the picture; the latest one that says it counts. */
  outside?(params: Parsed<F>): Outside;
}

interface PixelwiseParts<F extends Fields> {
  /** Where several views of a picture are drawn in a step: numbers drawn once, from which each of them takes its own. */
  share?(params: Parsed<F>, shape: Shape, rng: Rng): Float32Array;
  /** This step's random numbers for a picture, or a view, of `shape` [channels, height, width], drawn on the host. */
  sample(params: Parsed<F>, shape: Shape, rng: Rng, shared?: Float32Array): Tensors;
  /** `drawn` has a first axis for the pictures. */
  build(params: Parsed<F>, picture: Value, drawn: Values, op: Ops): Value;
}

export type AffineDefinition<F extends Fields = Fields> = Definition<F> & AffineParts<F> & { readonly kind: "affine" };
export type PixelwiseDefinition<F extends Fields = Fields> = Definition<F> &
  PixelwiseParts<F> & { readonly kind: "pixelwise" };
export type TransformDefinition<F extends Fields = Fields> = AffineDefinition<F> | PixelwiseDefinition<F>;

/** A transform that moves pixels: a run of them becomes one resampling. It never changes the result. */
export function defineAffine<const F extends Fields>(
  definition: { readonly type: string; readonly doc: string; readonly params: F } & AffineParts<F>,
): AffineDefinition<F> {
  return define({ ...definition, kind: "affine" as const });
}

/** A transform that changes values: what happens to the picture between the parameterization and the model. */
export function defineTransform<const F extends Fields>(
  definition: { readonly type: string; readonly doc: string; readonly params: F } & PixelwiseParts<F>,
): PixelwiseDefinition<F> {
  return define({ ...definition, kind: "pixelwise" as const });
}

export interface OptimizerContext {
  readonly op: Ops;
  /** The variable itself, [batch, ...]. */
  readonly variable: Value;
  /** Of the sum of the objective over the batch, by one variable [batch, ...]. */
  readonly gradient: Value;
  /** What the optimizer keeps for this variable, each of its shape, zeros at first. */
  readonly slots: Values;
  /** Number of this step as float32 [], 1 at first. */
  readonly step: Value;
}

interface OptimizerParts<F extends Fields> {
  /** Names of what it keeps for every variable; nothing when left out. */
  slots?(params: Parsed<F>): readonly string[];
  /** The change to be added to the variable (uphill), and the new slots. */
  update(params: Built<F>, context: OptimizerContext): { readonly change: Value; readonly slots: Values };
}

export interface OptimizerDefinition<F extends Fields = Fields> extends Definition<F>, OptimizerParts<F> {}

/** An optimizer: from the gradient to the change of a variable. All of them climb. */
export function defineOptimizer<const F extends Fields>(
  definition: { readonly type: string; readonly doc: string; readonly params: F } & OptimizerParts<F>,
): OptimizerDefinition<F> {
  return define(definition);
}

export interface ScheduleContext {
  readonly op: Ops;
  /** Number of this step as float32 [], 1 at first. */
  readonly step: Value;
  /** Number of all steps as float32 []. */
  readonly steps: Value;
}

export interface ScheduleDefinition<F extends Fields = Fields> extends Definition<F> {
  /** What the learning rate is multiplied with in this step, float32 []. */
  build(params: Built<F>, context: ScheduleContext): Value;
}

/** A schedule: how the learning rate changes over the run. */
export function defineSchedule<const F extends Fields>(definition: {
  readonly type: string;
  readonly doc: string;
  readonly params: F;
  build(params: Built<F>, context: ScheduleContext): Value;
}): ScheduleDefinition<F> {
  return define(definition);
}

/** The definition that a spec names. Throws `bad-argument` naming the nearest ones. */
export function lookUp<D extends Definition<any>>(table: Readonly<Record<string, D>>, spec: Spec, kind: string): D {
  if (typeof spec?.type !== "string") {
    throw new XstarError("bad-argument", `No ${kind} is without a type: current value is ${JSON.stringify(spec)}`, {
      hint: `Give JSON such as {"type":"${Object.keys(table)[0]}", ...}`,
    });
  }
  const definition = Object.hasOwn(table, spec.type) ? table[spec.type] : undefined;
  if (definition) return definition;
  throw new XstarError("bad-argument", `There is no ${kind} of type "${spec.type}"`, {
    hint: `Did you mean ${oneOf(nearest(spec.type, Object.keys(table)))}?`,
  });
}

/** The definition that a spec names, and the spec checked, defaults filled in. Throws `bad-argument`. */
export function parseSpec<D extends Definition<any>>(
  table: Readonly<Record<string, D>>,
  given: Spec,
  kind: string,
): { readonly definition: D; readonly spec: Spec } {
  const definition = lookUp(table, given, kind);
  const { type, ...rest } = given;
  return { definition, spec: parseFields(type, definition.params as Fields, rest) };
}
