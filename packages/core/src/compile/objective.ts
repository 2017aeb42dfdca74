import type { Settings } from "./apply-optimizer.js";
import { XstarError } from "../errors.js";
import { lookUp } from "../define/definition.js";
import type { ObjectiveContext } from "../define/objective.js";
import type { Spec } from "../define/spec.js";
import { parseFields, type Fields } from "../define/fields.js";
import type { Value } from "../ir/graph.js";
import type { Ops } from "../ir/ops/index.js";
import { kindIn, mapSpecs, specsIn } from "../define/walk.js";
import type { Vocabulary } from "../define/vocabulary.js";
import { unitOf } from "../objectives/units.js";
import { tensor, type Tensor } from "../tensor.js";
import { axisGiven } from "../forward/arrange.js";
import type { Entry, narrow } from "../forward/narrow.js";
import type { Network, Prepared } from "../forward/prepare.js";
import type { NetworkTerm } from "./require-gradient.js";

/** Checks a whole objective, those inside it too. Throws `bad-argument`. */
export function parseObjective(vocabulary: Vocabulary, spec: Spec): Spec {
  return mapSpecs(vocabulary, "objective", spec, ({ definition, spec: { type, ...given } }) =>
    parseFields(type, definition.params as Fields, given),
  );
}

/** Whether transforms have to move all pictures of the batch alike, for this objective or one inside it. */
export function needsSharedViews(vocabulary: Vocabulary, spec: Spec): boolean {
  return [...specsIn(vocabulary, "objective", spec)].some(({ definition }) => "sharedViews" in definition);
}

/** Whether an objective, or one inside it, may look at some places of a layer only. */
export function readsPlaces(vocabulary: Vocabulary, spec: Spec): boolean {
  return [...specsIn(vocabulary, "objective", spec)].some(({ definition }) =>
    Object.values(definition.params as Fields).some(({ kind }) => kind === "places"),
  );
}

/** The layers that objectives read, for errors. */
export function nameTargets(vocabulary: Vocabulary, specs: readonly Spec[]): string {
  const all = specs.flatMap((spec) => [...specsIn(vocabulary, "objective", spec)]);
  const layers = new Set(all.map(({ spec }) => spec["layer"]).filter((name) => typeof name === "string"));
  if (layers.size === 0) return "the class scores";
  return `${layers.size === 1 ? "layer" : "layers"} ${[...layers].map((name) => `"${name}"`).join(" and ")}`;
}

/** Everything about an objective but its live numbers: objectives of one structure share their nodes. */
function structureOf(table: Vocabulary["objective"], spec: Spec | number): unknown {
  if (typeof spec === "number") return "number";
  const { params } = lookUp(table, spec, "objective");
  const parts = Object.entries(params as Fields).map(([name, field]) => {
    const x = spec[name];
    if (x === undefined) return [name, "none"];
    if (kindIn(field) === "objective") return [name, structureOf(table, x as Spec | number)];
    if (field.live) return [name, Array.isArray(x) ? `live ${x.length}` : "live"];
    return [name, x];
  });
  return [spec.type, parts];
}

/**
 * Builds the objective of every picture of a batch: one number for each, [batch]. Pictures whose objectives differ only
 * in indices and weights share one set of nodes; others are built side by side and chosen by a mask.
 */
export function buildObjectives(specs: readonly Spec[], name: string, parts: ObjectiveParts): Value {
  const { op, views } = parts;
  const values = Array.from({ length: views }, (_, view) =>
    buildView(specs, name, objectiveContext(parts, view), parts),
  );
  return views === 1 ? values[0]! : op.div(op.sum(values), views);
}

export interface ObjectiveParts {
  readonly op: Ops;
  readonly prepared: Prepared;
  /** The pass of all views, the first view of every picture before the second. */
  readonly network: Network;
  readonly views: number;
  /** What becomes of images [batch, ...] on their way to the network; nothing when left out. */
  readonly see?: (images: Value) => Value;
  /** How a part of a layer is computed from parts; it is cut out of the whole when left out. */
  readonly narrow?: typeof narrow | undefined;
  /** What the network sees, where its gradient is asked for. */
  readonly entry?: Entry;
  readonly picture: Value;
  readonly opacity: Value | undefined;
  readonly settings: Settings;
  /** Takes the terms that read the network. */
  readonly terms?: NetworkTerm[];
}

/** The context of one view, which tells whether the network has been read. */
interface Reading extends ObjectiveContext {
  readonly readings: () => number;
}

/** What the objectives of one view may read. */
function objectiveContext(parts: ObjectiveParts, view: number): Reading {
  const { op, prepared, network, views, see, picture, opacity, settings } = parts;
  let readings = 0;
  const counted = (value: Value) => {
    readings++;
    return value;
  };
  const { batch, assets, shape } = prepared;
  const ofView = (all: Value) => (views === 1 ? all : splitOnce(op, all, views)[view]!);
  const image = (name: string) => {
    if (shape.length !== 4)
      throw new XstarError("bad-argument", `The picture "${name}" does not fit an input of shape [${shape}]`);
    const held = assets.image(name, shape[2]!, shape[3]!);
    const [channels] = held.shape;
    if (channels === 1 || channels === shape[1])
      return op.constant({ ...held, shape: [1, ...held.shape] }, `image.${name}`);
    const problem = `The picture "${name}" of ${channels} channels does not fit ones of ${shape[1]}`;
    throw new XstarError("bad-argument", problem);
  };
  const context: Reading = {
    op,
    batch,
    picture,
    opacity,
    unit: (layer, channel, model) => unitOf(context, { layer, model, axis: undefined }, channel),
    readings: () => readings,
    layer: (name, model) => counted(ofView(network.layer(name, model))),
    unitAxis(name, { model, axis }) {
      const arranged = network.arrangement(name, model);
      return axis === undefined ? arranged.units : axisGiven(arranged, axis, name);
    },
    logits: (model) => counted(ofView(network.logits(model))),
    part: (x, ranges) => parts.narrow?.(op, x, ranges, parts.entry) ?? op.slice(x, ranges),
    image,
    imageLayer(name, layer, model) {
      if (!see) return networkOnce(op, name, () => prepared.network(op, image(name))).layer(layer, model);
      const views = () => prepared.network(op, see(op.expand(image(name), picture.shape)));
      return ofView(networkOnce(op, `views of ${name}`, views).layer(layer, model));
    },
    numbersOf: settings.numbersOf,
    countedFrom(start, index) {
      const numbers = settings.numbersOf(index)!;
      return settings.add(
        `${index.name}.from${start}`,
        tensor(
          "int64",
          numbers.map((number) => number - start),
        ),
      );
    },
    limit(index, count, what) {
      const largest = Math.max(...(settings.numbersOf(index) ?? []));
      if (largest < count) return;
      throw new XstarError(
        "bad-argument",
        `${largest} is out of range: there are ${count} ${what}, from 0 to ${count - 1}`,
      );
    },
  };
  return context;
}

const imageNetworks = new WeakMap<Ops, Map<string, Network>>();

/** The pass of an image: one for all the objectives that read it. */
function networkOnce(op: Ops, image: string, make: () => Network): Network {
  const known = imageNetworks.get(op) ?? new Map<string, Network>();
  imageNetworks.set(op, known);
  const network = known.get(image) ?? make();
  known.set(image, network);
  return network;
}

const splits = new WeakMap<Value, readonly Value[]>();

/** The parts of a value by view: one Split for all, whose cotangent is one Concat. */
function splitOnce(op: Ops, all: Value, views: number): readonly Value[] {
  const known = splits.get(all);
  if (known) return known;
  const parts = op.split(all, Array<number>(views).fill(all.shape[0]! / views), 0);
  splits.set(all, parts);
  return parts;
}

function buildView(specs: readonly Spec[], name: string, context: Reading, parts: ObjectiveParts): Value {
  const { op, prepared } = parts;
  const { batch } = context;
  const { objective: table } = prepared.vocabulary;
  const groups = new Map<string, number[]>();
  specs.forEach((spec, i) => {
    const key = JSON.stringify(structureOf(table, spec));
    groups.set(key, [...(groups.get(key) ?? []), i]);
  });
  const values = [...groups.values()].map((members, k) => {
    const filled = specs.map((spec, i) => (members.includes(i) ? spec : specs[members[0]!]!));
    const own = groups.size === 1 ? name : `${name}.${k}`;
    const value = buildOne(filled, own, context, parts);
    if (groups.size === 1) return value;
    const mask = tensor(
      "bool",
      specs.map((_, i) => (members.includes(i) ? 1 : 0)),
    );
    return op.where(op.constant(mask, "mask"), value, 0);
  });
  const total = op.sum(values);
  if (total.shape.length === 1 && total.shape[0] === batch) return total;
  return op.expand(total, [batch]);
}

/** A number or a list for each picture: [batch] or [batch, length]. */
function liveTensor(dtype: "float32" | "int64", values: readonly unknown[], name: string): Tensor {
  const [first] = values;
  if (Array.isArray(first)) return tensor(dtype, values.flat() as number[], [values.length, first.length]);
  const label = values.find((value) => typeof value === "string");
  if (label === undefined) return tensor(dtype, values as number[]);
  throw new XstarError("bad-argument", `"${name}" must be a number here: current value is "${label}"`, {
    hint: "Labels are looked up when a target is read: see readTarget",
  });
}

/** Objectives of one structure. */
function buildOne(specs: readonly (Spec | number)[], path: string, context: Reading, parts: ObjectiveParts): Value {
  const { settings, terms, prepared } = parts;
  const { objective: table } = prepared.vocabulary;
  const [first] = specs;
  if (typeof first === "number") return settings.add(path, tensor("float32", specs as readonly number[]));
  const { params, build } = lookUp(table, first!, "objective");
  const built = Object.entries(params as Fields).map(([name, field]) => {
    const values = (specs as readonly Spec[]).map((spec) => spec[name]);
    const own = `${path}.${name}`;
    if (values[0] === undefined) return [name, undefined];
    if (kindIn(field) === "objective") return [name, buildOne(values as (Spec | number)[], own, context, parts)];
    if (field.live) return [name, settings.add(own, liveTensor(field.live, values, name))];
    return [name, values[0]];
  });
  const before = context.readings();
  const value = build(Object.fromEntries(built), context);
  if (context.readings() > before) terms?.push({ spec: first!, value });
  return value;
}
