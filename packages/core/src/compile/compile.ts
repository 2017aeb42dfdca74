import { gradients } from "../autodiff/gradients.js";
import type { VjpRules } from "../autodiff/vjp.js";
import { lookUp, type Tensors } from "../define/define.js";
import { parseFields, type Fields, type Spec } from "../define/fields.js";
import { XstarError } from "../errors.js";
import { constantValue, Graph, type Value } from "../ir/graph.js";
import { inline, prune } from "../ir/inline.js";
import { createOps, type Ops } from "../ir/ops/index.js";
import { locator, type WeightFiles } from "../model/weights.js";
import { writeModel } from "../onnx/write.js";
import { optimizers } from "../optimizers/table.js";
import { parameterizations } from "../parameterizations/table.js";
import { createRng } from "../rng.js";
import { numbers, tensor, type Shape, type Tensor } from "../tensor.js";
import { transforms as transformTable } from "../transforms/table.js";
import { buildForward, type Batched, type Forward } from "./forward.js";
import { buildObjectives, parseObjective, type Settings } from "./objective.js";

/** All that decides a step, as plain JSON. */
export interface AscentSpec {
  /** One objective for each picture of the batch. */
  readonly objectives: readonly Spec[];
  /** More numbers to report at every step, measured on the picture itself: one objective each for each picture. */
  readonly watch: Readonly<Record<string, readonly Spec[]>>;
  readonly parameterization: Spec;
  readonly transforms: readonly Spec[];
  readonly optimizer: Spec;
  readonly seed: number;
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
  /** The state before the first step, for start pictures of `shape`. */
  begin(start: Tensor): Tensors;
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
export const watchOutput = (name: string) => `watch.${name}`;
const stepInput = "step";

/** Builds the step graph: variables, picture, transforms, model, objective, gradients, optimizer, next variables. */
export function compile(batched: Batched, spec: AscentSpec, rules?: VjpRules): CompiledStep {
  const { model, shape } = batched;
  const graph = new Graph("ascent");
  const op = createOps(graph, model.runtime.lowering);
  const { settings, tensors } = collectSettings(graph);
  const rng = createRng(spec.seed);

  const parameterization = parsed(parameterizations, spec.parameterization, "parameterization");
  const template = parameterization.definition.state(parameterization.spec, blank(shape));
  const variables = mapValues(template, (t, name) => graph.input(name, t));
  const picture = parameterization.definition.build(parameterization.spec, variables, { op, shape });

  const transforms = spec.transforms.map((one) => parsed(transformTable, one, "transform"));
  const drawn: (step: number) => Tensors = (step) =>
    Object.assign(
      {},
      ...transforms.map(({ definition, spec: own }, i) => {
        const samples = definition.sample(own, shape, rng.split("transform").split(i).split(step));
        return Object.fromEntries(Object.entries(samples).map(([name, t]) => [`transform${i}.${name}`, t]));
      }),
    );
  const seen = transforms.reduce((value, { definition, spec: own }, i) => {
    const samples = definition.sample(own, shape, rng.split("transform").split(i).split(0));
    const inputs = mapValues(samples, (t, name) => graph.input(`transform${i}.${name}`, t));
    return definition.build(own, value, inputs, op);
  }, picture);

  const forward = buildForward(op, batched, seen);
  const build = (specs: readonly Spec[], name: string, through: Forward) =>
    buildObjectives(specs.map(parseObjective), name, { op, forward: through, picture, settings });
  const objective = build(spec.objectives, "objective", forward);
  const untouched = transforms.length === 0 ? forward : lazy(() => buildForward(op, batched, picture));
  const watched = mapValues(spec.watch, (specs, name) => build(specs, watchOutput(name), untouched));

  const step = graph.input(stepInput, { dtype: "float32", shape: [] });
  const updated = update(op, spec.optimizer, { objective, variables, step, settings, ...(rules && { rules }) });
  const projected =
    parameterization.definition.project?.(parameterization.spec, updated.variables, { op, shape }) ?? updated.variables;

  const next: Record<string, string> = {};
  graph.publish(picture, pictureOutput);
  graph.publish(objective, objectiveOutput);
  for (const [name, value] of Object.entries(watched)) graph.publish(value, watchOutput(name));
  for (const [name, value] of Object.entries({ ...projected, ...updated.slots, [stepInput]: op.add(step, 1) })) {
    next[name] = graph.publish(value, `next.${name}`).name;
  }
  prune(graph);

  const options = {
    opsets: new Map([...model.source.opsets, ["", batched.normalized.opset]]),
    irVersion: model.source.irVersion,
  };
  return {
    graph,
    bytes: writeModel(graph, { ...options, locate: locator(model.source) }),
    files: model.files,
    shape,
    settings: tensors,
    begin: (start) => ({
      ...parameterization.definition.state(parameterization.spec, start),
      ...mapValues(updated.slots, (slot) => blank(slot.shape)),
      [stepInput]: tensor("float32", [1], []),
    }),
    sample: drawn,
    next,
    standalone: () => writeModel(withConstants(graph, tensors), { ...options, embed: model.files }),
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
  optimizerSpec: Spec,
  given: {
    objective: Value;
    variables: Readonly<Record<string, Value>>;
    step: Value;
    settings: Settings;
    rules?: VjpRules;
  },
): { variables: Record<string, Value>; slots: Record<string, Value> } {
  const { objective, variables, step, settings, rules } = given;
  const { definition, spec } = parsed(optimizers, optimizerSpec, "optimizer");
  const params = mapValues(definition.params as Fields, (field, name) =>
    field.live ? settings.add(`optimizer.${name}`, tensor(field.live, [spec[name] as number], [])) : spec[name],
  );
  const found = gradients(op, { of: objective, wrt: Object.values(variables), ...(rules && { rules }) });
  if (found.every((gradient) => gradient === undefined)) {
    throw new XstarError("no-gradient", "The target does not depend on the picture, so there is nothing to climb", {
      hint: "Choose a layer that lies behind the model's input",
    });
  }
  const result = { variables: {} as Record<string, Value>, slots: {} as Record<string, Value> };
  Object.entries(variables).forEach(([name, variable], i) => {
    const gradient = found[i] ?? op.fill(variable.shape, 0);
    const slots = Object.fromEntries(
      definition.slots.map((slot) => [slot, op.graph.input(`${optimizerSpec.type}.${slot}.${name}`, variable.type)]),
    );
    const { change, slots: after } = definition.update(params, { op, gradient, slots, step });
    result.variables[name] = op.add(variable, change);
    for (const [slot, value] of Object.entries(after)) result.slots[slots[slot]!.name] = value;
  });
  return result;
}

function collectSettings(graph: Graph): { settings: Settings; tensors: Record<string, Tensor> } {
  const tensors: Record<string, Tensor> = {};
  const settings: Settings = {
    add(name, t) {
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

/** A forward pass that is built only when something reads it. */
function lazy(make: () => Forward): Forward {
  let made: Forward | undefined;
  return {
    layer: (name) => (made ??= make()).layer(name),
    logits: () => (made ??= make()).logits(),
  };
}
