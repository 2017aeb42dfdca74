import { gradients } from "../autodiff/gradients.js";
import type { VjpRules } from "../autodiff/vjp.js";
import { parseSpec, type Tensors } from "../define/define.js";
import type { Fields, Spec } from "../define/fields.js";
import { XstarError } from "../errors.js";
import { constantValue, Graph, type Value } from "../ir/graph.js";
import { inline, prune, valuesRead } from "../ir/inline.js";
import { createOps, type Ops } from "../ir/ops/index.js";
import { mapValues } from "../map-values.js";
import type { WeightFiles } from "../model/weights.js";
import { writeModel } from "../onnx/write.js";
import { schedules } from "../optimizers/schedules.js";
import { optimizers } from "../optimizers/table.js";
import { beginAlone, beginAt } from "../parameterizations/begin.js";
import { withColorsOf } from "../parameterizations/color.js";
import { parameterizations } from "../parameterizations/table.js";
import { createRng, type Rng } from "../rng.js";
import { numbers, size, tensor, type Shape, type Tensor } from "../tensor.js";
import {
  buildObjectives,
  nameTargets,
  needsSharedViews,
  parseObjective,
  type ObjectiveParts,
  type Settings,
} from "./objective.js";
import { chainFor, onGrey, opaque, separateOpacity, splitOpacity } from "./opacity.js";
import { modelScope } from "./forward.js";
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
  /** Largest L2 norm, above 0, of the gradient by all variables of a picture; longer ones are shortened to it. */
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
  /** Whether the objective is measured on views that transforms draw anew in every step. */
  readonly isTransformed: boolean;
  /**
   * The state before the first step: for start pictures of `shape`, or as the parameterization begins by itself, with other
   * random numbers for every `attempt` (0 at first).
   */
  begin(start?: Tensor, attempt?: number): Tensors;
  /** The random inputs of a step. */
  sample(step: number): Tensors;
  /** As an ONNX file what takes the same inputs and gives the objective alone, without its gradients. */
  trial(): Uint8Array;
  /** Name of the output that is the next value of each state input. */
  readonly next: Readonly<Record<string, string>>;
  /**
   * The ascent as an ONNX file of its own: weights, settings and the state to begin with inside; state in, state and picture
   * out. With 0 as `step` it begins, whatever else is fed; so zeros for every input are enough.
   */
  standalone(state: Tensors): Uint8Array;
}

/** Names of the outputs of every compiled step. */
export const pictureOutput = "picture";
export const objectiveOutput = "objective";
/** L2 norm of the objective's gradient by each picture, [batch]. */
export const slopeOutput = "slope";
/** L2 norm of the part of it that comes through the network, by the views of each picture, [batch]. */
export const reachOutput = "reach";
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

  const coloured = withColorsOf(spec.parameterization, assets);
  const parameterization = parseSpec(parameterizations, coloured, "parameterization");
  const drawn = (attempt: number) =>
    beginAlone(parameterization.definition, parameterization.spec, {
      shape,
      rngs: streams("start").map((rng) => ofAttempt(rng, attempt)),
      assets,
    });
  const alone = drawn(0);
  const begin = (start?: Tensor, attempt = 0) => {
    if (start) {
      const { colours, opacity } = splitOpacity(start, shape);
      return beginAt(parameterization.definition, parameterization.spec, colours, { assets, opacity });
    }
    return attempt === 0 ? alone : drawn(attempt);
  };
  const variables = mapValues(alone, (t, name) => graph.input(name, t));
  const picture = parameterization.definition.build(parameterization.spec, variables, { op, shape, assets });
  const { colours, opacity } = separateOpacity(op, picture, shape);

  const own = streams("transform");
  const moves = spec.objectives.some(needsSharedViews) ? own.map(() => own[0]!) : own;
  const chain = chainFor(spec.transforms, opacity);
  const [height, width] = first.shape.slice(2) as [number, number];
  const views = buildViews(op, picture, { specs: chain, to: { height, width }, rngs: moves });
  // a value of its own, so that the gradient that comes through the network can be told from that of penalties
  const entry = op.identity(views.seen);
  const seen = prepared.network(op, entry);
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
  const updated = update(op, spec, { objective, picture, entry, variables, step, settings, ...(rules && { rules }) });
  const context = { op, shape, assets };
  const projected =
    parameterization.definition.project?.(parameterization.spec, updated.variables, context) ?? updated.variables;

  const next: Record<string, string> = {};
  graph.publish(picture, pictureOutput);
  const measured = graph.publish(objective, objectiveOutput);
  graph.publish(updated.slope, slopeOutput);
  graph.publish(updated.reach, reachOutput);
  for (const [name, value] of Object.entries(watched)) graph.publish(value, watchOutput(name));
  for (const [name, value] of Object.entries({ ...projected, ...updated.slots, [stepInput]: op.add(step, 1) })) {
    next[name] = graph.publish(value, `next.${name}`).name;
  }
  prune(graph);
  dropUnread(graph, tensors);

  const options = { opsets: prepared.opsets, irVersion: prepared.irVersion };
  return {
    graph,
    bytes: writeModel(graph, { ...options, locate: weights.locate }),
    files: weights.files,
    shape: [batch, ...picture.shape.slice(1)],
    settings: tensors,
    isTransformed: chain.length > 0,
    begin: (start, attempt) => ({
      ...begin(start, attempt),
      ...mapValues(updated.slots, (slot) => blank(slot.shape)),
      [stepInput]: tensor("float32", [1], []),
    }),
    sample: views.sample,
    trial: () => writeModel(partFor(measured, graph), { ...options, locate: weights.locate }),
    next,
    standalone(state) {
      const whole = standalone(graph, { settings: tensors, beginning: { ...state, ...views.sample(0) } });
      return writeModel(whole, { ...options, embed: weights.files });
    },
  };
}

/** Where a start's random numbers come from when it is drawn several times. */
export const ofAttempt = (rng: Rng, attempt: number): Rng => (attempt === 0 ? rng : rng.split(`attempt ${attempt}`));

const blank = (shape: Shape): Tensor => tensor("float32", new Float32Array(size(shape)), shape);

/** One optimizer step of every variable. */
function update(
  op: Ops,
  spec: AscentSpec,
  given: {
    objective: Value;
    picture: Value;
    /** What the network sees of the pictures, [views x batch, ...]. */
    entry: Value;
    variables: Readonly<Record<string, Value>>;
    step: Value;
    settings: Settings;
    rules?: VjpRules;
  },
): { variables: Record<string, Value>; slots: Record<string, Value>; slope: Value; reach: Value } {
  const { objective, picture, entry, variables, step, settings, rules } = given;
  const optimizer = parseSpec(optimizers, spec.optimizer, "optimizer");
  const schedule = parseSpec(schedules, spec.schedule, "schedule");
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
  const wrt = [picture, entry, ...Object.values(variables)];
  const [byPicture, byEntry, ...found] = gradients(op, {
    of: objective,
    wrt,
    called: { of: nameTargets(spec.objectives), scope: modelScope },
    ...(rules && { rules }),
  });
  if (found.every((gradient) => gradient === undefined)) {
    throw new XstarError("no-gradient", "The target does not depend on the picture, so there is nothing to climb", {
      hint: "Choose a layer that lies behind the model's input",
    });
  }
  const batch = picture.shape[0]!;
  const slope = byPicture ? norm(op, [byPicture], batch) : op.fill([batch], 0);
  const reach = !byEntry || byEntry === byPicture ? slope : norm(op, [byEntry], batch);
  const raw = Object.values(variables).map((variable, i) => found[i] ?? op.fill(variable.shape, 0));
  const ascents = spec.clip === null ? raw : clipped(op, raw, { batch, settings, clip: spec.clip });
  const result = { variables: {} as Record<string, Value>, slots: {} as Record<string, Value> };
  Object.entries(variables).forEach(([name, variable], i) => {
    const gradient = ascents[i]!;
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
  return { ...result, slope, reach };
}

/** L2 norm over all that belongs to each picture: of values [n x batch, ...], [batch]. */
function norm(op: Ops, values: readonly Value[], batch: number): Value {
  const squares = values.map((x) => {
    const rows = op.reduceSum(
      op.mul(x, x),
      x.shape.slice(1).map((_, i) => i + 1),
    );
    return x.shape[0] === batch ? rows : op.reduceSum(op.reshape(rows, [x.shape[0]! / batch, batch]), [0]);
  });
  return op.sqrt(op.sum(squares));
}

/** The gradients of a picture, shortened alike where all together are longer than `clip`; of all where some are shared. */
function clipped(
  op: Ops,
  gradients: readonly Value[],
  { batch, settings, clip }: { batch: number; settings: Settings; clip: number },
): Value[] {
  const rows = gradients.every(({ shape }) => shape[0] === batch) ? batch : 1;
  const flat = gradients.map((x) => op.reshape(x, [rows, size(x.shape) / rows]));
  const largest = settings.add("clip", tensor("float32", [clip], []));
  const factor = op.min(op.div(largest, op.add(norm(op, flat, rows), 1e-12)), 1);
  return gradients.map((x) => op.mul(x, op.reshape(factor, [rows, ...x.shape.slice(1).map(() => 1)])));
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

/** What computes one output of a graph, from the same inputs. */
function partFor(output: Value, graph: Graph): Graph {
  const result = new Graph(graph.name);
  const bindings = new Map(graph.inputs.map((input) => [input, result.input(input.name, input.type)]));
  result.output(inline(result, graph, bindings, [output]).get(output)!);
  return result;
}

/** Removes the settings that nothing reads. */
function dropUnread(graph: Graph, settings: Record<string, Tensor>): void {
  const read = new Set(graph.nodes.flatMap(valuesRead));
  for (const input of graph.inputs.filter(({ name }) => name in settings)) {
    if (read.has(input)) continue;
    graph.inputs.splice(graph.inputs.indexOf(input), 1);
    delete settings[input.name];
  }
}

/** The graph with its settings as constants, which takes the state to begin with in the place of what is fed at step 0. */
function standalone(graph: Graph, { settings, beginning }: { settings: Tensors; beginning: Tensors }): Graph {
  const result = new Graph(graph.name);
  const op = createOps(result);
  const bindings = new Map<Value, Value>();
  const given = new Map<string, Value>();
  for (const input of graph.inputs) {
    const held = settings[input.name];
    if (held) bindings.set(input, constantValue(result.uniqueName(input.name), held));
    else given.set(input.name, result.input(input.name, input.type));
  }
  const begins = op.less(given.get(stepInput)!, op.scalar(1));
  for (const input of graph.inputs) {
    const fed = given.get(input.name);
    if (!fed) continue;
    const first = beginning[input.name];
    bindings.set(input, first ? op.where(begins, op.constant(compact(first), `begin.${input.name}`), fed) : fed);
  }
  const map = inline(result, graph, bindings);
  for (const output of graph.outputs) result.output(map.get(output)!);
  return result;
}

/** One zero in the place of many. */
function compact(t: Tensor): Tensor {
  return numbers(t).every((x) => x === 0) ? tensor("float32", [0], []) : t;
}

/** A pass that is built only when something reads it. */
function lazy(make: () => Network): Network {
  let made: Network | undefined;
  return {
    layer: (name, model) => (made ??= make()).layer(name, model),
    logits: (model) => (made ??= make()).logits(model),
  };
}
