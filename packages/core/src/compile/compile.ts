import { gradients } from "../autodiff/gradients.js";
import type { VjpRules } from "../autodiff/vjp.js";
import { lookUp, type Tensors } from "../define/define.js";
import { parseFields, type Fields, type Spec } from "../define/fields.js";
import { XstarError } from "../errors.js";
import { constantValue, Graph, type Value } from "../ir/graph.js";
import { inline, prune } from "../ir/inline.js";
import { createOps, type Ops } from "../ir/ops/index.js";
import type { WeightFiles } from "../model/weights.js";
import { writeModel } from "../onnx/write.js";
import { schedules } from "../optimizers/schedules.js";
import { optimizers } from "../optimizers/table.js";
import { beginAlone, beginAt } from "../parameterizations/begin.js";
import { parameterizations } from "../parameterizations/table.js";
import { createRng } from "../rng.js";
import { numbers, tensor, type Shape, type Tensor } from "../tensor.js";
import { buildObjectives, parseObjective, type ObjectiveParts, type Settings } from "./objective.js";
import { chainFor, onGrey, opaque, separateOpacity } from "./opacity.js";
import type { Network, Prepared } from "./prepare.js";
import { buildViews } from "./views.js";

/** All that decides a step, as plain JSON. */
export interface AscentSpec {
  /** One objective for each picture of the batch. */
  readonly objectives: readonly Spec[];
  /** More numbers to report at every step, measured on the picture itself: one objective each for each picture. */
  readonly watch: Readonly<Record<string, readonly Spec[]>>;
  readonly parameterization: Spec;
  readonly transforms: readonly Spec[];
  readonly optimizer: Spec;
  readonly schedule: Spec;
  /** Largest L2 norm of a picture's gradient; longer ones are shortened to it. */
  readonly clip: number | null;
  /** Whether to add up what every pixel counts, for a picture that is opaque only there. */
  readonly influence: boolean;
  readonly steps: number;
  readonly seed: number;
  /** The stream of random numbers of each picture: pictures of one stream and seed draw the same. */
  readonly streams: readonly number[];
}

/** A compiled ascent: one graph, of which one run is one step. */
export interface CompiledStep {
  readonly graph: Graph;
  /** The graph as an ONNX file that points to the model's weights instead of holding them. */
  readonly bytes: Uint8Array;
  readonly files: WeightFiles;
  /** [batch, channels, height, width] */
  readonly shape: Shape;
  /** Live inputs: targets, weights, learning rates. */
  readonly settings: Tensors;
  /** The state before the first step: for start pictures of `shape`, or as the parameterization begins by itself. */
  begin(start?: Tensor): Tensors;
  /** The random inputs of a step. */
  sample(step: number): Tensors;
  /** Name of the output that is the next value of each state input. */
  readonly next: Readonly<Record<string, string>>;
  /** The ascent as an ONNX file of its own: weights and settings inside, state in, state and picture out. */
  standalone(): Uint8Array;
}

/** Names of the outputs of every compiled step. */
export const pictureOutput = "picture";
export const objectiveOutput = "objective";
/** L2 norm of the objective's gradient by each picture, [batch]. */
export const slopeOutput = "slope";
export const watchOutput = (name: string) => `watch.${name}`;
const stepInput = "step";
/** State: the sum over the steps of the mean |gradient| of each pixel's channels, [batch, 1, height, width]. */
export const influenceState = "influence";

/** Builds the step graph: variables, picture, views, model, objective, gradients, optimizer, next variables. */
export function compile(prepared: Prepared, spec: AscentSpec, rules?: VjpRules): CompiledStep {
  const { first, shape, batch, assets, weights } = prepared;
  const graph = new Graph("ascent");
  const op = createOps(graph, first.model.runtime.lowering);
  const { settings, tensors } = collectSettings(graph);
  const rng = createRng(spec.seed);
  const streams = (purpose: string) => spec.streams.map((stream) => rng.split(purpose).split(stream));

  const parameterization = parsed(parameterizations, spec.parameterization, "parameterization");
  const begin = (start?: Tensor) =>
    start
      ? beginAt(parameterization.definition, parameterization.spec, start, assets)
      : beginAlone(parameterization.definition, parameterization.spec, { shape, rngs: streams("start"), assets });
  const variables = mapValues(begin(), (t, name) => graph.input(name, t));
  const picture = parameterization.definition.build(parameterization.spec, variables, { op, shape, assets });
  const { colours, opacity } = separateOpacity(op, picture, shape);

  const chain = chainFor(spec.transforms, opacity);
  const [height, width] = first.shape.slice(2) as [number, number];
  const views = buildViews(op, picture, { specs: chain, to: { height, width }, rngs: streams("transform") });
  const seen = prepared.network(op, views.seen);
  const untouched = lazy(() =>
    chain.length === 0 ? seen : prepared.network(op, opacity ? onGrey(op, colours, opacity) : colours),
  );
  const parts = { op, prepared, picture: colours, opacity, settings };
  const build = (specs: readonly Spec[], name: string, pass: Pick<ObjectiveParts, "network" | "views" | "see">) =>
    buildObjectives(specs.map(parseObjective), name, { ...parts, ...pass });
  const see = (images: Value) => views.see(opacity ? opaque(op, images) : images);
  const transformed = { network: seen, views: views.count, ...(chain.length > 0 && { see }) };
  const objective = build(spec.objectives, "objective", transformed);
  const watched = mapValues(spec.watch, (specs, name) =>
    build(specs, watchOutput(name), { network: untouched, views: 1 }),
  );

  const step = graph.input(stepInput, { dtype: "float32", shape: [] });
  const updated = update(op, spec, { objective, picture, variables, step, settings, ...(rules && { rules }) });
  const context = { op, shape, assets };
  const projected =
    parameterization.definition.project?.(parameterization.spec, updated.variables, context) ?? updated.variables;

  const next: Record<string, string> = {};
  graph.publish(picture, pictureOutput);
  graph.publish(objective, objectiveOutput);
  graph.publish(updated.slope, slopeOutput);
  for (const [name, value] of Object.entries(watched)) graph.publish(value, watchOutput(name));
  for (const [name, value] of Object.entries({ ...projected, ...updated.slots, [stepInput]: op.add(step, 1) })) {
    next[name] = graph.publish(value, `next.${name}`).name;
  }
  prune(graph);

  const options = { opsets: prepared.opsets, irVersion: prepared.irVersion };
  return {
    graph,
    bytes: writeModel(graph, { ...options, locate: weights.locate }),
    files: weights.files,
    shape: [batch, ...picture.shape.slice(1)],
    settings: tensors,
    begin: (start) => ({
      ...begin(start),
      ...mapValues(updated.slots, (slot) => blank(slot.shape)),
      [stepInput]: tensor("float32", [1], []),
    }),
    sample: views.sample,
    next,
    standalone: () => writeModel(withConstants(graph, tensors), { ...options, embed: weights.files }),
  };
}

const blank = (shape: Shape): Tensor => tensor("float32", new Float32Array(shape.reduce((a, b) => a * b, 1)), shape);

function parsed<D extends Parameters<typeof lookUp>[0][string]>(
  table: Readonly<Record<string, D>>,
  spec: Spec,
  kind: string,
) {
  const definition = lookUp(table, spec, kind);
  const { type, ...given } = spec;
  return { definition, spec: parseFields(type, definition.params as Fields, given) };
}

/** One optimizer step of every variable. */
function update(
  op: Ops,
  spec: AscentSpec,
  given: {
    objective: Value;
    picture: Value;
    variables: Readonly<Record<string, Value>>;
    step: Value;
    settings: Settings;
    rules?: VjpRules;
  },
): { variables: Record<string, Value>; slots: Record<string, Value>; slope: Value } {
  const { objective, picture, variables, step, settings, rules } = given;
  const optimizer = parsed(optimizers, spec.optimizer, "optimizer");
  const schedule = parsed(schedules, spec.schedule, "schedule");
  const live = (fields: Fields, values: Spec, prefix: string) =>
    mapValues(fields, (field, name) =>
      field.live ? settings.add(`${prefix}.${name}`, tensor(field.live, [values[name] as number], [])) : values[name],
    );
  const params = live(optimizer.definition.params as Fields, optimizer.spec, "optimizer");
  if (schedule.spec.type !== "constant") {
    const steps = settings.add("steps", tensor("float32", [spec.steps], []));
    const own = live(schedule.definition.params as Fields, schedule.spec, "schedule");
    const factor = schedule.definition.build(own, { op, step, steps });
    params["learningRate"] = op.mul(params["learningRate"] as Value, factor);
  }
  const wrt = [picture, ...Object.values(variables)];
  const [byPicture, ...found] = gradients(op, { of: objective, wrt, ...(rules && { rules }) });
  if (found.every((gradient) => gradient === undefined)) {
    throw new XstarError("no-gradient", "The target does not depend on the picture, so there is nothing to climb", {
      hint: "Choose a layer that lies behind the model's input",
    });
  }
  const slope = norm(op, byPicture ?? op.fill(picture.shape, 0));
  const result = { variables: {} as Record<string, Value>, slots: {} as Record<string, Value> };
  Object.entries(variables).forEach(([name, variable], i) => {
    const raw = found[i] ?? op.fill(variable.shape, 0);
    const gradient = spec.clip === null ? raw : clipped(op, raw, settings, spec.clip);
    const slots = Object.fromEntries(
      (optimizer.definition.slots?.(optimizer.spec) ?? []).map((slot) => [
        slot,
        op.graph.input(`${spec.optimizer.type}.${slot}.${name}`, variable.type),
      ]),
    );
    const { change, slots: after } = optimizer.definition.update(params, { op, variable, gradient, slots, step });
    result.variables[name] = op.add(variable, change);
    for (const [slot, value] of Object.entries(after)) result.slots[slots[slot]!.name] = value;
  });
  if (spec.influence && byPicture?.rank === 4) {
    const sum = op.graph.input(influenceState, { dtype: "float32", shape: picture.shape.with(1, 1) });
    result.slots[influenceState] = op.add(sum, op.reduceMean(op.abs(byPicture), [1], true));
  }
  return { ...result, slope };
}

/** L2 norm over all axes but the first. */
function norm(op: Ops, x: Value, keepdims = false): Value {
  const axes = x.shape.slice(1).map((_, i) => i + 1);
  return op.sqrt(op.reduceSum(op.mul(x, x), axes, keepdims));
}

/** The gradient, shortened where it is longer than `clip`. */
function clipped(op: Ops, gradient: Value, settings: Settings, clip: number): Value {
  const largest = settings.add("clip", tensor("float32", [clip], []));
  return op.mul(gradient, op.min(op.div(largest, op.add(norm(op, gradient, true), 1e-12)), 1));
}

function collectSettings(graph: Graph): { settings: Settings; tensors: Record<string, Tensor> } {
  const tensors: Record<string, Tensor> = {};
  const settings: Settings = {
    add(name, t) {
      const known = graph.inputs.find((input) => input.name === name);
      if (known) return known;
      const value = graph.input(name, { dtype: t.dtype, shape: t.shape });
      tensors[value.name] = t;
      return value;
    },
    numbersOf: (value) => (tensors[value.name] ? numbers(tensors[value.name]!) : undefined),
  };
  return { settings, tensors };
}

/** The graph with some inputs turned into constants. */
function withConstants(graph: Graph, given: Tensors): Graph {
  const result = new Graph(graph.name);
  const bindings = new Map<Value, Value>();
  for (const input of graph.inputs) {
    const t = given[input.name];
    bindings.set(input, t ? constantValue(result.uniqueName(input.name), t) : result.input(input.name, input.type));
  }
  const map = inline(result, graph, bindings);
  for (const output of graph.outputs) result.output(map.get(output)!);
  return result;
}

function mapValues<T, U>(record: Readonly<Record<string, T>>, map: (value: T, name: string) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value, name)]));
}

/** A pass that is built only when something reads it. */
function lazy(make: () => Network): Network {
  let made: Network | undefined;
  return {
    layer: (name, model) => (made ??= make()).layer(name, model),
    logits: (model) => (made ??= make()).logits(model),
  };
}
