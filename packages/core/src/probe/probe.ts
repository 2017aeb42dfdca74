import { gradientsBy } from "../autodiff/missing-rules.js";
import { allRules } from "../autodiff/rules/table.js";
import type { Settings } from "../compile/apply-optimizer.js";
import type { VocabularyOptions, WithVocabulary } from "../define/vocabulary.js";
import type { Spec } from "../define/spec.js";
import { XstarError } from "../errors.js";
import { Graph, type Value } from "../ir/graph.js";
import { axesAfterFirst, createOps, type Ops } from "../ir/ops/index.js";
import type { LoadedModel } from "../model/load.js";
import { receptiveField, type ReceptiveField } from "../model/receptive-field.js";
import { writerFor } from "../normalize/write-for.js";
import { numbers, sameShape, size, type Shape, type Tensor } from "../tensor.js";
import { buildObjectives, parseObjective } from "../compile/objective.js";
import { onGrey, separateOpacity } from "../compile/opacity.js";
import { narrow } from "../forward/narrow.js";
import { prepare, type PrepareOptions, type Network } from "../forward/prepare.js";
import { readTarget } from "../words/read-target.js";
import { unitWeights } from "./unit-weights.js";

/** What the units of a layer do to a score, summed over their places: [batch, units]. */
export interface Contributions {
  /** Activation times gradient. */
  readonly added: Value;
  /** The gradient alone. */
  readonly slope: Value;
}

/** What can be read of pictures that go through a model. */
export interface ProbeContext {
  readonly op: Ops;
  /** The pictures [batch, channels, height, width], in picture units; without their opacity. */
  readonly pictures: Value;
  /** The objective that a text or a spec stands for. Throws `bad-argument`, `unknown-layer`. */
  parse(target: Spec | string): Spec;
  /** An objective of every picture, [batch]. */
  objective(target: Spec): Value;
  /** A layer, [batch, ...]. Throws `unknown-layer`. */
  layer(name: string): Value;
  /** One unit of a layer at all places, [batch, ...places]. Throws `bad-argument`, `unknown-layer`. */
  unit(layer: string, unit: number): Value;
  /** The mean of every unit of a layer over all places, [batch, units]. Throws `bad-argument`, `unknown-layer`. */
  features(layer: string): Value;
  /** A layer with its places in one row, [batch, units, places]. Throws `bad-argument`, `unknown-layer`. */
  byUnit(layer: string): Value;
  /** The gradient of a score of the pictures [batch] by a layer with its places in one row, as `byUnit`. Throws as `contributions`. */
  slopesByUnit(score: Value, layer: string): Value;
  /**
   * How much every unit of layers adds to a score of the pictures [batch], and how much more it would add, to first order. Throws `bad-argument`, `unknown-layer`, `missing-vjp-rule`.
   */
  contributions(score: Value, layers: readonly string[]): readonly Contributions[];
  /** What every unit of a layer multiplies its inputs with, [units, inputs]; undefined where that is no constant. */
  weights(layer: string): Value | undefined;
  /** Class scores before a softmax, [batch, classes]: their mean over the places of a network that scores many. */
  logits(): Value;
  /** What of a picture the places of a layer see. */
  field(layer: string): ReceptiveField;
  /** How many places a layer has along each of their axes. Throws `bad-argument`, `unknown-layer`. */
  places(layer: string): Shape;
}

/** Takes pictures, gives what was to be read of them. Release it when done. */
export interface Probe {
  /** Of the pictures of one run, [batch, channels, height, width]; a channel more where they have an opacity. */
  readonly shape: Shape;
  /** What was taken for granted, in sentences, such as the size of a picture that the model leaves free. */
  readonly assumed: readonly string[];
  /** The values that were read, by name. Throws `bad-argument` for pictures of another shape. */
  run(pictures: Tensor): Promise<Readonly<Record<string, Tensor>>>;
  release(): Promise<void>;
}

/** How pictures are looked at. */
export interface ProbeOptions extends PrepareOptions, VocabularyOptions {
  /** Pictures of one run; 1 is taken where the model was made for one. @default 1 */
  readonly batch?: number | undefined;
  /** Whether the pictures have a channel more than the model takes, their opacity: they are looked at on grey. */
  readonly hasOpacity?: boolean | undefined;
  /** Names of the classes, so that targets may use them. */
  readonly labels?: readonly string[] | undefined;
}

/**
 * Opens a model for looking at pictures, forward only: one graph that gives the values that `read` names. Throws as
 * `prepareModel` and what `read` calls do.
 */
export async function probe(
  model: LoadedModel,
  { batch = 1, hasOpacity = false, ...options }: ProbeOptions & WithVocabulary,
  read: (look: ProbeContext) => Readonly<Record<string, Value>>,
): Promise<Probe> {
  const others = options.images ? [1] : [];
  const wanted = await prepare(model, batch, options, others);
  const prepared = wanted.first.perRun === batch ? wanted : await prepare(model, 1, options, others);
  const { first, weights, opsets, irVersion } = prepared;
  const shape = hasOpacity ? withChannel(prepared.shape) : prepared.shape;
  const graph = new Graph("observe");
  const op = createOps(graph, model.runtime.lowering);
  const given = graph.input("pictures", { dtype: "float32", shape });
  const { colours: pictures, opacity } = separateOpacity(op, given, prepared.shape);
  const network = prepared.network(op, opacity ? onGrey(op, pictures, opacity) : pictures);
  const settings = fixedSettings(op);
  const rules = await allRules();
  const slopes = (score: Value, layers: readonly string[]) => {
    const wrt = layers.map((name) => network.layer(name));
    return gradientsBy(rules, op, { of: score, wrt }).map((slope, i) => slope ?? op.fill(wrt[i]!.shape, 0));
  };
  const values = read({
    op,
    pictures,
    parse: (target) => parseObjective(options.vocabulary, readTarget(target, prepared, options)),
    objective: (target) => {
      const specs = Array.from({ length: prepared.batch }, () => target);
      const parts = { op, prepared, network, views: 1, narrow, picture: pictures, opacity, settings };
      return buildObjectives(specs, "objective", parts);
    },
    layer: (name) => network.layer(name),
    unit: (name, unit) => unitOf(op, network, unit, name),
    features: (name) => featuresOf(op, network, name),
    byUnit: (name) => inRow(op, network, name, network.layer(name)),
    slopesByUnit: (score, name) => inRow(op, network, name, slopes(score, [name])[0]!),
    contributions(score, layers) {
      const all = slopes(score, layers);
      return layers.map((name, i) => {
        const sum = (value: Value) => op.reduceSum(inRow(op, network, name, value), [2]);
        return { added: sum(op.mul(network.layer(name), all[i]!)), slope: sum(all[i]!) };
      });
    },
    weights: (name) => unitWeights(op, network.layer(name), network.layer(name).shape[axisOfUnits(network, name)]!),
    logits() {
      const scores = network.logits();
      return scores.rank === 2 ? scores : op.reduceMean(scores, axesAfterFirst(scores).slice(1));
    },
    places: (layer) => placesOf(network, layer).map((axis) => network.layer(layer).shape[axis]!),
    field: (layer) => fieldOf(graph, network, { layer, picture: pictures }),
  });
  if (Object.keys(values).length === 0)
    throw new XstarError("bad-argument", "There is nothing to read of the pictures");
  const names = Object.entries(values).map(([name, value]) => [name, graph.publish(value, name).name] as const);
  const bytes = (await writerFor(model.runtime.lowering))(graph, { opsets, irVersion, locate: weights.locate });
  const session = await model.runtime.open(bytes, { files: weights.files });
  return {
    shape,
    assumed: first.assumed,
    async run(seen) {
      if (!sameShape(seen.shape, shape))
        throw new XstarError("bad-argument", `The model looks at pictures of shape [${shape}], not [${seen.shape}]`);
      const results = await session.run({ [given.name]: seen });
      return Object.fromEntries(names.map(([name, output]) => [name, results[output]!]));
    },
    release: () => session.release(),
  };
}

function withChannel(shape: Shape): Shape {
  if (shape.length === 4) return shape.with(1, shape[1]! + 1);
  throw new XstarError("bad-argument", `A picture of shape [${shape}] has no opacity`);
}

/** Indices and weights of objectives as constants: nothing is changed between runs. */
export function fixedSettings(op: Ops): Settings {
  const held = new Map<Value, readonly number[]>();
  return {
    add(name, t) {
      const value = op.constant(t, name);
      held.set(value, numbers(t));
      return value;
    },
    numbersOf: (value) => held.get(value),
  };
}

function unitOf(op: Ops, network: Network, unit: number, layer: string): Value {
  const x = network.layer(layer);
  const axis = axisOfUnits(network, layer);
  const count = x.shape[axis]!;
  if (unit >= count) {
    const problem = `${unit} is out of range: there are ${count} channels of layer "${layer}", from 0 to ${count - 1}`;
    throw new XstarError("bad-argument", problem);
  }
  return op.reshape(op.sliceAxis(x, axis, unit, unit + 1), x.shape.toSpliced(axis, 1));
}

function featuresOf(op: Ops, network: Network, layer: string): Value {
  const x = network.layer(layer);
  const places = placesOf(network, layer);
  return places.length === 0 ? x : op.reduceMean(x, places);
}

/** The layer, or something of its shape, as [batch, units, places]. */
function inRow(op: Ops, network: Network, layer: string, value: Value): Value {
  const [axis, places] = [axisOfUnits(network, layer), placesOf(network, layer)];
  const ordered = op.transpose(value, [0, axis, ...places]);
  return op.reshape(ordered, [value.shape[0]!, value.shape[axis]!, size(places.map((one) => value.shape[one]!))]);
}

const placesOf = (network: Network, layer: string) =>
  network
    .layer(layer)
    .shape.map((_, i) => i)
    .filter((i) => i !== 0 && i !== axisOfUnits(network, layer));

function axisOfUnits(network: Network, layer: string): number {
  const { units, shape } = network.arrangement(layer);
  if (units !== undefined) return units;
  throw new XstarError("bad-argument", `Layer "${layer}" of shape [${shape}] has no channels`);
}

function fieldOf(
  graph: Graph,
  network: Network,
  { layer, picture }: { layer: string; picture: Value },
): ReceptiveField {
  const of = network.layer(layer);
  const [y, x] = network.arrangement(layer).units === undefined ? [] : placesOf(network, layer);
  return receptiveField(graph, { of, picture, ...(of.rank === 4 && { places: [y!, x!] as const }) });
}
