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

function define<F extends Fields, Rest extends object>({
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
  /** The picture [batch, channels, height, width] before transforms. */
  readonly picture: Value;
  /** The activations of a layer, [batch, ...]. Throws `unknown-layer`. */
  layer(name: string): Value;
  /** The class scores [batch, classes] before a final softmax. */
  logits(): Value;
  /** Checks that an index that a caller gave is below `count`. Throws `bad-argument`. */
  limit(index: Value, count: number, what: string): void;
}

export interface ObjectiveDefinition<F extends Fields = Fields> extends Definition<F> {
  /** One number for each picture, [batch]; larger is better. */
  build(params: Built<F>, context: ObjectiveContext): Value;
}

/** An objective: what is made as large as possible. */
export function defineObjective<const F extends Fields>(definition: {
  readonly type: string;
  readonly doc: string;
  readonly params: F;
  build(params: Built<F>, context: ObjectiveContext): Value;
}): ObjectiveDefinition<F> {
  return define(definition);
}

/** A start: how the first picture is filled. */
export interface StartDefinition<F extends Fields = Fields> extends Definition<F> {
  /** Values of one picture [channels, height, width], in picture units (0 black, 1 white). */
  fill(params: Parsed<F>, shape: Shape, rng: Rng): Float32Array;
}

export function defineStart<const F extends Fields>(definition: {
  readonly type: string;
  readonly doc: string;
  readonly params: F;
  fill(params: Parsed<F>, shape: Shape, rng: Rng): Float32Array;
}): StartDefinition<F> {
  return define(definition);
}

export type Values = Readonly<Record<string, Value>>;
export type Tensors = Readonly<Record<string, Tensor>>;

export interface ParameterizationContext {
  readonly op: Ops;
  /** Shape of the picture, [batch, channels, height, width]. */
  readonly shape: Shape;
}

export interface ParameterizationDefinition<F extends Fields = Fields> extends Definition<F> {
  /** The variables for start pictures [batch, channels, height, width]. */
  state(params: Parsed<F>, start: Tensor): Tensors;
  /** The picture that the variables stand for, in picture units. */
  build(params: Parsed<F>, state: Values, context: ParameterizationContext): Value;
  /** Brings variables back to where they are allowed to be, after a step. */
  project?(params: Parsed<F>, state: Values, context: ParameterizationContext): Values;
}

/** A parameterization: the variables behind the picture. */
export function defineParameterization<const F extends Fields>(definition: {
  readonly type: string;
  readonly doc: string;
  readonly params: F;
  state(params: Parsed<F>, start: Tensor): Tensors;
  build(params: Parsed<F>, state: Values, context: ParameterizationContext): Value;
  project?(params: Parsed<F>, state: Values, context: ParameterizationContext): Values;
}): ParameterizationDefinition<F> {
  return define(definition);
}

export interface TransformDefinition<F extends Fields = Fields> extends Definition<F> {
  /** This step's random numbers, drawn on the host. */
  sample(params: Parsed<F>, shape: Shape, rng: Rng): Tensors;
  build(params: Parsed<F>, picture: Value, drawn: Values, op: Ops): Value;
}

/** A transform: what happens to the picture between the parameterization and the model. It never changes the result. */
export function defineTransform<const F extends Fields>(definition: {
  readonly type: string;
  readonly doc: string;
  readonly params: F;
  sample(params: Parsed<F>, shape: Shape, rng: Rng): Tensors;
  build(params: Parsed<F>, picture: Value, drawn: Values, op: Ops): Value;
}): TransformDefinition<F> {
  return define(definition);
}

export interface OptimizerContext {
  readonly op: Ops;
  /** Of the sum of the objective over the batch, by one variable [batch, ...]. */
  readonly gradient: Value;
  /** What the optimizer keeps for this variable, each of its shape, zeros at first. */
  readonly slots: Values;
  /** Number of this step as float32 [], 1 at first. */
  readonly step: Value;
}

export interface OptimizerDefinition<F extends Fields = Fields> extends Definition<F> {
  readonly slots: readonly string[];
  /** The change to be added to the variable (uphill), and the new slots. */
  update(params: Built<F>, context: OptimizerContext): { readonly change: Value; readonly slots: Values };
}

/** An optimizer: from the gradient to the change of a variable. All of them climb. */
export function defineOptimizer<const F extends Fields>(definition: {
  readonly type: string;
  readonly doc: string;
  readonly params: F;
  readonly slots: readonly string[];
  update(params: Built<F>, context: OptimizerContext): { readonly change: Value; readonly slots: Values };
}): OptimizerDefinition<F> {
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
