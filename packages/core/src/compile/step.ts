import { update } from "./update.js";
import { collectSettings, emptySlots } from "./apply-optimizer.js";
import type { VjpRules } from "../autodiff/vjp.js";
import type { Tensors } from "../define/definition.js";
import type { Spec } from "../define/spec.js";
import { XstarError } from "../errors.js";
import { Graph, type Value } from "../ir/graph.js";
import { inline, prune, valuesRead } from "../ir/inline.js";
import { createOps } from "../ir/ops/index.js";
import { mapValues } from "../map-values.js";
import type { WeightFiles } from "../onnx/weights.js";
import { writeModel } from "../onnx/write.js";
import { writerFor } from "../normalize/write-for.js";
import type { Rng } from "../rng.js";
import { sameShape, tensor, type Shape, type Tensor } from "../tensor.js";
import { buildObjectives, needsSharedViews, parseObjective, readsPlaces, type ObjectiveParts } from "./objective.js";
import { beginningOf, streamsOf, type Beginning } from "./beginning.js";
import { besideVariable } from "./beside.js";
import { chainFor, onGrey, opaque, separateOpacity } from "./opacity.js";
import type { Entry } from "../forward/narrow.js";
import type { Network, Prepared } from "../forward/prepare.js";
import type { NetworkTerm } from "./require-gradient.js";
import { standalone, stepInput } from "./standalone.js";
import { buildViews } from "./views.js";

/** The settings of an ascent that are the same for every picture, as plain JSON. */
export interface AscentSettings {
  readonly parameterization: Spec<"parameterization">;
  readonly transforms: readonly Spec<"transform">[];
  readonly optimizer: Spec<"optimizer">;
  readonly schedule: Spec<"schedule">;
  /** Largest L2 norm, above 0, of the gradient by all variables of a picture; longer ones are shortened to it. */
  readonly clip: number | null;
  /** Whether to add up what every pixel counts, for a picture that is opaque only there. */
  readonly attribution: boolean;
  readonly steps: number;
  readonly seed: number;
  /** How gradients are estimated by forward passes alone; left out where they are computed. */
  readonly gradientFree?: Sampling;
}

/** How gradients are estimated by forward passes alone. */
export interface Sampling {
  /** Directions to look along in a step, each there and back. */
  readonly pairs: number;
  /** How far: the standard deviation of the change of each variable. */
  readonly deviation: number;
}

/** All that decides a step, as plain JSON. */
export interface AscentSpec extends AscentSettings {
  /** One objective for each picture of the batch. */
  readonly objectives: readonly Spec<"objective">[];
  /** More numbers to report at every step, measured on the picture itself: one objective each for each picture. */
  readonly watch: Readonly<Record<string, readonly Spec[]>>;
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
  /** Of a step without gradients of its own, the input for what is estimated of each variable. */
  readonly estimates: Readonly<Record<string, string>>;
  /** What each picture's directions are drawn from, to estimate them. */
  directions(step: number): readonly Rng[];
  /** Whether the objective is measured on views that transforms draw anew in every step. */
  readonly isTransformed: boolean;
  /**
   * The state before the first step: for start pictures of `shape`, or as the parameterization begins by itself, with other
   * random numbers for every `attempt` (0 at first).
   */
  begin(start?: Tensor, attempt?: number): Tensors;
  /** The random inputs of a step. */
  sample(step: number): Tensors;
  /** As an ONNX file what takes the same inputs, without those of gradients, and gives the objective alone. */
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
export const gradientNormOutput = "gradientNorm";

/** L2 norm of the part of it that comes through the network, by the views of each picture, [batch]. */
export const networkGradientNormOutput = "networkGradientNorm";

export const watchOutput = (name: string) => `watch.${name}`;

/** Builds the step graph: variables, picture, views, model, objective, gradients, optimizer, next variables. */
export async function compile(
  ready: Prepared,
  spec: AscentSpec,
  { rules, beginning }: { readonly rules?: VjpRules; readonly beginning?: Beginning } = {},
): Promise<CompiledStep> {
  const { first, batch, assets, weights, vocabulary } = ready;
  const { planes, shape, parameterization, alone, beside, begin } = beginning ?? (await beginningOf(ready, spec));
  const graph = new Graph("ascent");
  const op = createOps(graph, first.model.runtime.lowering);
  const { settings, tensors } = collectSettings(graph);
  const variables = mapValues(alone, (t, name) => graph.input(name, t));
  const others = mapValues(beside(0), (t, name) => graph.input(name, t));
  const climbed = Object.fromEntries([...first.beside.keys()].map((name) => [name, others[besideVariable(name)]!]));
  const prepared: Prepared = { ...ready, network: (on, pictures) => ready.network(on, pictures, climbed) };
  const picture = parameterization.definition.build(parameterization.spec, variables, { op, shape, assets });
  if (planes && !sameShape(picture.shape, shape)) throw onlyPictures(spec.parameterization, ready.shape);
  const restored = (value: Value) => (planes ? planes.restore(op, value) : value);
  const { colours, opacity } = separateOpacity(op, picture, shape);

  const draws = streamsOf(spec, "transform");
  const moves = spec.objectives.some((objective) => needsSharedViews(vocabulary, objective))
    ? draws.map(() => draws[0]!)
    : draws;
  const chain = chainFor(vocabulary.transform, spec.transforms, opacity);
  const [height, width] = (planes?.shape ?? first.shape).slice(2) as [number, number];
  const views = buildViews(op, picture, {
    table: vocabulary.transform,
    specs: chain,
    to: { height, width },
    rngs: moves,
    isLine: planes?.isLine ?? false,
  });
  // a value of its own, so that the gradient that comes through the network can be told from that of penalties
  const entry: Entry = { whole: op.identity(views.seen), parts: [] };
  const seen = prepared.network(op, restored(entry.whole));
  const untouched = lazy(() =>
    chain.length === 0 ? seen : prepared.network(op, restored(opacity ? onGrey(op, colours, opacity) : colours)),
  );
  const parts = { op, prepared, picture: colours, opacity, settings };
  const build = (
    specs: readonly Spec[],
    name: string,
    pass: Pick<ObjectiveParts, "network" | "narrow" | "entry" | "views" | "see" | "terms">,
  ) =>
    buildObjectives(
      specs.map((one) => parseObjective(vocabulary, one)),
      name,
      { ...parts, ...pass },
    );
  const see = (images: Value) => views.see(opacity ? opaque(op, images) : images);
  const terms: NetworkTerm[] = [];
  const { narrow } = spec.objectives.some((one) => readsPlaces(vocabulary, one))
    ? await import("../forward/narrow.js")
    : {};
  const transformed = { network: seen, narrow, entry, views: views.count, terms, ...(chain.length > 0 && { see }) };
  const objective = build(spec.objectives, "objective", transformed);
  const watched = mapValues(spec.watch, (specs, name) =>
    build(specs, watchOutput(name), { network: untouched, views: 1 }),
  );

  const step = graph.input(stepInput, { dtype: "float32", shape: [] });
  const updated = await update(op, spec, {
    vocabulary,
    objective,
    terms,
    picture,
    entry,
    variables: { ...variables, ...others },
    step,
    settings,
    planes: planes !== undefined,
    ...(rules && { rules }),
  });
  const context = { op, shape, assets };
  const own = mapValues(variables, (_, name) => updated.variables[name]!);
  const projected = parameterization.definition.project?.(parameterization.spec, own, context) ?? own;

  const next: Record<string, string> = {};
  const whole = graph.publish(restored(picture), pictureOutput);
  const measured = graph.publish(objective, objectiveOutput);
  graph.publish(updated.gradientNorm, gradientNormOutput);
  graph.publish(updated.networkGradientNorm, networkGradientNormOutput);
  for (const [name, value] of Object.entries(watched)) graph.publish(value, watchOutput(name));
  for (const [name, value] of Object.entries({
    ...updated.variables,
    ...projected,
    ...updated.slots,
    [stepInput]: op.add(step, 1),
  })) {
    next[name] = graph.publish(value, `next.${name}`).name;
  }
  prune(graph);
  dropUnread(graph, tensors);

  const options = { opsets: prepared.opsets, irVersion: prepared.irVersion };
  const write = await writerFor(op.lowering);
  return {
    graph,
    bytes: write(graph, { ...options, locate: weights.locate }),
    files: weights.files,
    shape: [batch, ...whole.shape.slice(1)],
    settings: tensors,
    estimates: updated.estimates,
    directions: (at) => streamsOf(spec, "gradient").map((rng) => rng.split(at)),
    isTransformed: chain.length > 0,
    begin: (start, attempt) => ({
      ...begin(start, attempt),
      ...beside(attempt ?? 0),
      ...emptySlots(updated.slots),
      [stepInput]: tensor("float32", [1], []),
    }),
    sample: views.sample,
    trial: () =>
      write(partFor(measured, graph, Object.values(updated.estimates)), { ...options, locate: weights.locate }),
    next,
    standalone(state) {
      const whole = standalone(graph, { settings: tensors, beginning: { ...state, ...views.sample(0) } });
      return writeModel(whole, { ...options, embed: weights.files });
    },
  };
}

function onlyPictures({ type }: Spec, shape: Shape): XstarError {
  return new XstarError("bad-argument", `The parameterization "${type}" does not fit an input of shape [${shape}]`, {
    hint: "Give an input that is no picture pixel, fourier or pyramid",
  });
}

/** What computes one output of a graph, from the same inputs but some. */
function partFor(output: Value, graph: Graph, without: readonly string[]): Graph {
  const result = new Graph(graph.name);
  const own = graph.inputs.filter(({ name }) => !without.includes(name));
  const bindings = new Map(own.map((input) => [input, result.input(input.name, input.type)]));
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

/** A pass that is built only when something reads it. */
function lazy(make: () => Network): Network {
  let made: Network | undefined;
  return {
    layer: (name, model) => (made ??= make()).layer(name, model),
    parts: (name, model) => (made ??= make()).parts(name, model),
    arrangement: (name, model) => (made ??= make()).arrangement(name, model),
    logits: (model) => (made ??= make()).logits(model),
  };
}
