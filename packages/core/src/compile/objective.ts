import { XstarError } from "../errors.js";
import { lookUp, type ObjectiveContext } from "../define/define.js";
import { isSpec, parseFields, type Fields, type Spec } from "../define/fields.js";
import type { Value } from "../ir/graph.js";
import type { Ops } from "../ir/ops/index.js";
import { objectives } from "../objectives/table.js";
import { tensor, type Tensor } from "../tensor.js";
import type { Network, Prepared } from "./prepare.js";

/** Graph inputs with the numbers to feed them: targets, weights, learning rates. */
export interface Settings {
  /** A live input: its value can change from run to run. */
  add(name: string, t: Tensor): Value;
  /** The numbers behind a live input. */
  numbersOf(value: Value): readonly number[] | undefined;
}

/** Checks a whole objective, those inside it too. Throws `bad-argument`. */
export function parseObjective(spec: Spec): Spec {
  const { params } = lookUp(objectives, spec, "objective");
  const { type, ...given } = spec;
  const parsed = parseFields(type, params, given);
  const inner = Object.entries(parsed).map(([name, x]) => [name, isSpec(x) ? parseObjective(x) : x]);
  return Object.fromEntries(inner) as Spec;
}

/** Whether transforms have to move all pictures of the batch alike, for this objective or one inside it. */
export function needsSharedViews(spec: Spec): boolean {
  if (lookUp(objectives, spec, "objective").together) return true;
  return Object.values(spec).some((x) => isSpec(x) && needsSharedViews(x));
}

/** The layers that objectives read, for errors. */
export function nameTargets(specs: readonly Spec[]): string {
  const layers = new Set<string>();
  const visit = (spec: Spec) => {
    if (typeof spec["layer"] === "string") layers.add(spec["layer"]);
    for (const inner of Object.values(spec)) if (isSpec(inner)) visit(inner);
  };
  specs.forEach(visit);
  if (layers.size === 0) return "the class scores";
  return `${layers.size === 1 ? "layer" : "layers"} ${[...layers].map((name) => `"${name}"`).join(" and ")}`;
}

/** Everything about an objective but its live numbers: objectives of one structure share their nodes. */
function structureOf(spec: Spec | number): unknown {
  if (typeof spec === "number") return "number";
  const { params } = lookUp(objectives, spec, "objective");
  const parts = Object.entries(params as Fields).map(([name, field]) => {
    const x = spec[name];
    if (x === undefined) return [name, "none"];
    if (field.kind === "objective") return [name, structureOf(x as Spec | number)];
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
  readonly picture: Value;
  readonly opacity: Value | undefined;
  readonly settings: Settings;
}

/** What the objectives of one view may read. */
function objectiveContext(parts: ObjectiveParts, view: number): ObjectiveContext {
  const { op, prepared, network, views, see, picture, opacity, settings } = parts;
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
  return {
    op,
    batch,
    picture,
    opacity,
    layer: (name, model) => ofView(network.layer(name, model)),
    logits: (model) => ofView(network.logits(model)),
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

function buildView(
  specs: readonly Spec[],
  name: string,
  context: ObjectiveContext,
  { op, settings }: ObjectiveParts,
): Value {
  const { batch } = context;
  const groups = new Map<string, number[]>();
  specs.forEach((spec, i) => {
    const key = JSON.stringify(structureOf(spec));
    groups.set(key, [...(groups.get(key) ?? []), i]);
  });
  const parts = [...groups.values()].map((members, k) => {
    const filled = specs.map((spec, i) => (members.includes(i) ? spec : specs[members[0]!]!));
    const own = groups.size === 1 ? name : `${name}.${k}`;
    const value = buildOne(filled, own, context, settings);
    if (groups.size === 1) return value;
    const mask = tensor(
      "bool",
      specs.map((_, i) => (members.includes(i) ? 1 : 0)),
    );
    return op.where(op.constant(mask, "mask"), value, 0);
  });
  const total = op.sum(parts);
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
function buildOne(
  specs: readonly (Spec | number)[],
  path: string,
  context: ObjectiveContext,
  settings: Settings,
): Value {
  const [first] = specs;
  if (typeof first === "number") return settings.add(path, tensor("float32", specs as readonly number[]));
  const { params, build } = lookUp(objectives, first!, "objective");
  const built = Object.entries(params as Fields).map(([name, field]) => {
    const values = (specs as readonly Spec[]).map((spec) => spec[name]);
    const own = `${path}.${name}`;
    if (values[0] === undefined) return [name, undefined];
    if (field.kind === "objective") return [name, buildOne(values as (Spec | number)[], own, context, settings)];
    if (field.live) return [name, settings.add(own, liveTensor(field.live, values, name))];
    return [name, values[0]];
  });
  return build(Object.fromEntries(built), context);
}
