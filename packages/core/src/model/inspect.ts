import { check } from "../errors.js";
import { changedRules } from "../autodiff/changed-rules.js";
import { rulesFor } from "../autodiff/rules/table.js";
import { findReach, type Reach } from "../autodiff/differentiability.js";
import type { VjpRules } from "../autodiff/vjp.js";
import { Graph, type Node, type Value } from "../ir/graph.js";
import { inline, valuesRead } from "../ir/inline.js";
import { createOps, isFloat } from "../ir/ops/index.js";
import type { Model } from "../onnx/model.js";
import { floatTypes, shapesOf, size, type DType, type Shape, type ShapesByName } from "../tensor.js";
import { guessContract, type ContractGuess, type ContractSources, type PartialContract } from "./contract.js";
import { inputKind, type InputKindGuess } from "./input-kind.js";
import { axesOf, followAxes, type LayerAxes } from "./axes.js";
import { sayFrames } from "../normalize/frames.js";
import { beforeSoftmax, classCount, scoreOutput } from "./layers.js";
import { cutsOf, type CutPlace } from "./left-out.js";
import { givenTensors, withGivenShapes, type GivenInputs } from "./given.js";
import { checkModel, inputShapes, type LoadedModel } from "./load.js";
import { chooseShapes, type ChosenShapes } from "./shapes.js";
import { foreignNodes } from "../specialize/specialize.js";

/** What is known of a model that is inspected. */
export interface InspectOptions {
  /** @default 1 */
  readonly batch?: number;
  /** Sizes for input dimensions that the model leaves free; usual ones are taken for the picture when left out. */
  readonly shapes?: ShapesByName;
  /** What other inputs hold, which may decide shapes and branches. */
  readonly inputs?: GivenInputs;
  /** The input that is the picture; the first of floating-point numbers when left out. */
  readonly picture?: string;
  /** What is known of the input contract; the rest is guessed. */
  readonly contract?: PartialContract;
  readonly contractFrom?: ContractSources;
  /** The output that holds the class scores. */
  readonly logits?: string;
  /** Your own rules, before the standard ones. */
  readonly rules?: VjpRules;
}

/** What is in a model, as plain JSON. */
export interface Inspection {
  readonly file: {
    readonly bytes: number;
    readonly producer: string;
    readonly irVersion: number;
    /** Version of each operator set by domain; the standard one is `ai.onnx`. */
    readonly opsets: Readonly<Record<string, number>>;
    /** Numbers in all constants that are floats, or weights held in 8 bits. */
    readonly parameters: number;
  };
  readonly inputs: readonly {
    readonly name: string;
    readonly dtype: DType;
    /** As the file declares them: a name or null where a dimension is free. */
    readonly dims: readonly (number | string | null)[];
    /** The type of whole numbers that the file has, where xstar takes float32 instead. */
    readonly whole?: DType;
    /** How many tokens there are, where xstar takes their vectors in the place of their numbers. */
    readonly tokens?: number;
  }[];
  /** The input that is ascended; null when none is of floating-point numbers. */
  readonly picture: string | null;
  /** What that input holds, with why; null where there is none. */
  readonly kind: InputKindGuess | null;
  readonly outputs: readonly TypedName[];
  /** How pictures become the input, with why; null when the input is no picture and nothing is known of its numbers. */
  readonly contract: (ContractGuess & { readonly input: string }) | null;
  /** Sizes that were taken for granted, in sentences. */
  readonly assumed: readonly string[];
  /** The scores that `logit` and `probability` read; null when no output is a list of classes. */
  readonly classes: { readonly layer: string; readonly count: number } | null;
  readonly layers: readonly LayerFacts[];
  /** Operators that cannot be differentiated, and what they cut off from the input. */
  readonly missingRules: readonly MissingRule[];
  /** What is not there because the import of the model left it out. */
  readonly cuts: readonly CutPlace[];
}

interface TypedName {
  readonly name: string;
  /** Null where the value is folded into a constant or is no tensor. */
  readonly dtype: DType | null;
  readonly shape: Shape | null;
}

/** A layer of a model, and whether it can be a target. */
export interface LayerFacts extends TypedName {
  readonly node: string;
  readonly opType: string;
  /** How many units (channels) it has, along which axis, and what tells; null for what has none. */
  readonly units: { readonly count: number; readonly axis: number; readonly why: string } | null;
  /** What every axis holds; null for what is no tensor of floats. */
  readonly axes: readonly AxisFacts[] | null;
  readonly differentiable: boolean;
  /** Why it is not differentiable. */
  readonly reason: string | null;
}

/** An axis of a layer: its size, and what lies along it. */
export interface AxisFacts {
  readonly size: number;
  /** The pictures of the batch (with other things besides, where it is longer than the batch), the units, or places. */
  readonly holds: "batch" | "units" | "places";
}

/** An operator that stops gradients, and what lies behind it. */
export interface MissingRule {
  readonly opType: string;
  /** Why there is no gradient. */
  readonly problem: string;
  readonly nodes: readonly string[];
  readonly layers: readonly string[];
}

/**
 * Lists inputs, layers and what can be differentiated, found once for all layers. Of a model with operators that ONNX
 * Runtime does not have, it lists these as missing, and no shapes. Throws `bad-argument` when an input's
 * size is needed, and `unsupported-model` when ONNX Runtime cannot run the model.
 *
 * @example
 * const { layers, missingRules } = await inspect(model);
 * for (const { name, shape, differentiable } of layers) console.log(name, shape, differentiable);
 */
export async function inspect(model: LoadedModel, options: InspectOptions = {}): Promise<Inspection> {
  checkModel(model);
  check(typeof options === "object" && options !== null, "options", "an object", options);
  const { source } = model;
  if (foreignNodes(source.graph).length > 0) return inspectUnrunnable(model, options);
  const { shapes, assumed } = await chosenShapes(model, options);
  const normalized = await model.at(shapes, givenTensors(source.inputs, options.inputs ?? {}, shapes));
  const graph = new Graph("inspect");
  const op = createOps(graph, model.runtime.lowering);
  const bindings = new Map(normalized.graph.inputs.map((input) => [input, graph.input(input.name, input.type)]));
  const map = inline(graph, normalized.graph, bindings, [...normalized.graph.values()]);
  const rules = await rulesFor(graph, changedRules([], options.rules, model.source.functions));
  const reach = findReach(op, graph.inputs.filter(isFloat), rules);

  const found = (name: string) => {
    const value = normalized.values.get(name);
    return value && (map.get(value) ?? value);
  };
  const typed = (name: string): TypedName => {
    const type = found(name)?.type;
    return { name, dtype: type?.dtype ?? null, shape: type?.shape ?? null };
  };
  const layouts = followAxes(normalized, pictureOf(source, options.picture)?.name ?? "");
  const axes = (name: string) => {
    const value = normalized.values.get(name);
    return value && layouts.has(value) && isFloat(value) ? axesOf(normalized, value, layouts) : undefined;
  };
  const layers = source.graph.nodes.flatMap((node) =>
    node.outputs.flatMap((output) => {
      if (!output) return [];
      const value = found(output.name);
      const reason = whyNot(value, value && reach.get(value));
      const facts = typed(output.name);
      return {
        ...facts,
        node: node.name,
        opType: node.qualifiedType,
        ...axisFacts(facts, axes(output.name), node),
        differentiable: reason === null,
        reason,
      } satisfies LayerFacts;
    }),
  );

  const output = scoreOutput(normalized, options.logits);
  const scores = beforeSoftmax(output);
  const count = classCount(output);
  const nameOf = new Map([...normalized.values].map(([name, value]) => [value, name]));
  return {
    ...declarations(model, options),
    assumed: [...assumed, ...sayFrames([...normalized.values.values()])],
    outputs: source.graph.outputs.map(({ name }) => typed(name)),
    classes: count === undefined ? null : { layer: nameOf.get(scores) ?? scores.name, count },
    layers,
    missingRules: missingRules(layers, (name) => reach.get(found(name)!)),
  };
}

/** What the file says of itself. */
function declarations(
  model: LoadedModel,
  { contract: given = {}, contractFrom: from, picture: name, inputs = {} }: InspectOptions,
): Pick<Inspection, "file" | "inputs" | "picture" | "kind" | "contract" | "cuts"> {
  const { source } = model;
  const picture = pictureOf(source, name);
  const kind = picture ? inputKind(source, picture, { given, inputs }) : null;
  const hasContract = picture && (kind?.kind === "picture" || Object.keys(given).length > 0);
  return {
    file: {
      bytes: [...model.files.values()].reduce((total, { byteLength }) => total + byteLength, 0),
      producer: source.producer,
      irVersion: source.irVersion,
      opsets: Object.fromEntries([...source.opsets].map(([domain, version]) => [domain || "ai.onnx", version])),
      parameters: countParameters(source),
    },
    inputs: source.inputs.map(({ tokens, ...input }) => ({
      ...input,
      dims: input.dims.map((dim) => dim ?? null),
      ...(tokens && { tokens: tokens.count }),
    })),
    picture: picture?.name ?? null,
    cuts: cutsOf(source),
    kind,
    contract: hasContract
      ? { input: picture.name, ...guessContract(source, { given, picture, ...(from !== undefined && { from }) }) }
      : null,
  };
}

const pictureOf = ({ inputs }: Model, name?: string) =>
  inputs.find((input) => floatTypes.has(input.dtype) && (name === undefined || input.name === name));

async function chosenShapes(
  model: LoadedModel,
  { batch = 1, shapes = new Map(), inputs = {}, contract, picture: name }: InspectOptions,
): Promise<ChosenShapes> {
  const picture = pictureOf(model.source, name);
  if (!picture)
    return { shapes: inputShapes(model.source.inputs, batch, withGivenShapes(shapesOf(shapes), inputs)), assumed: [] };
  const holds = inputKind(model.source, picture, { given: contract, inputs });
  return chooseShapes(model, { batch, picture, layout: contract?.layout, shapes, inputs, holds });
}

/** A model that cannot be run: which operators are to blame, and which layers they cut off. */
function inspectUnrunnable(model: LoadedModel, options: InspectOptions): Inspection {
  const { graph } = model.source;
  const foreign = foreignNodes(graph);
  const untyped = (name: string): TypedName => ({ name, dtype: null, shape: null });
  const blame = (node: Node) => foreign.filter((one) => one === node || valuesRead(node).some((x) => x.node === one));
  const behind = new Map<Value, ReadonlySet<Node>>();
  for (const node of graph.nodes) {
    const causes = new Set([...blame(node), ...valuesRead(node).flatMap((value) => [...(behind.get(value) ?? [])])]);
    for (const output of node.outputs) if (output) behind.set(output, causes);
  }
  const layers = [...behind].map(([value, causes]): LayerFacts => {
    const [cause] = causes;
    const reason = cause ? `${labelOf(cause)}: ${foreignProblem}` : "the model cannot be run, see its missing rules";
    const { node } = value;
    return {
      ...untyped(value.name),
      node: node!.name,
      opType: node!.qualifiedType,
      units: null,
      axes: null,
      differentiable: false,
      reason,
    };
  });
  const types = [...new Set(foreign.map((node) => node.qualifiedType))];
  return {
    ...declarations(model, options),
    assumed: [],
    outputs: graph.outputs.map(({ name }) => untyped(name)),
    classes: null,
    layers,
    missingRules: types.map((opType) => {
      const nodes = foreign.filter((node) => node.qualifiedType === opType);
      const cut = [...behind].filter(([, causes]) => nodes.some((node) => causes.has(node)));
      return {
        opType,
        problem: foreignProblem,
        nodes: nodes.map((node) => node.label),
        layers: cut.map(([{ name }]) => name),
      };
    }),
  };
}

const foreignProblem = "ONNX Runtime has no such operator, and the model does not define it as a function";

const recurrentTypes: ReadonlySet<string> = new Set(["LSTM", "GRU", "RNN"]);

function axisFacts(
  { shape }: TypedName,
  found: LayerAxes | undefined,
  { opType }: Node,
): Pick<LayerFacts, "units" | "axes"> {
  if (!shape || !found) return { units: null, axes: null };
  const { units, batch } = found;
  // a recurrent layer is written as products and sums
  const why = recurrentTypes.has(opType) ? `made by ${opType}` : units?.why;
  return {
    units: units ? { count: shape[units.axis]!, axis: units.axis, why: why! } : null,
    axes: shape.map((size, axis) => ({
      size,
      holds: axis === batch?.axis ? "batch" : axis === units?.axis ? "units" : "places",
    })),
  };
}

function whyNot(value: Value | undefined, reach: Reach | undefined): string | null {
  if (!value || value.constant) return "it does not depend on the input";
  if (!value.type && !reach) return "it is no tensor of a shape and type that xstar knows";
  if (value.type && size(value.shape) === 0) return "it is empty";
  const { dtype } = value.type ?? value.loose ?? {};
  if (dtype && !floatTypes.has(dtype)) return `it holds ${dtype}, which has no gradient`;
  if (!reach) return "it does not depend on the input";
  const [first, ...others] = reach.missing;
  if (first) return `${labelOf(first[0])}: ${first[1]}${others.length > 0 ? ` (and ${others.length} more)` : ""}`;
  return reach.zeroBehind ? `the gradient is zero behind ${labelOf(reach.zeroBehind)}` : null;
}

const labelOf = (node: Node) => `node "${node.label}" (${node.qualifiedType})`;

function missingRules(layers: readonly LayerFacts[], reachOf: (name: string) => Reach | undefined): MissingRule[] {
  const groups = new Map<string, { opType: string; problem: string; nodes: Set<string>; layers: Set<string> }>();
  for (const { name } of layers) {
    for (const [node, problem] of reachOf(name)?.missing ?? []) {
      const key = JSON.stringify([node.qualifiedType, problem]);
      const group = groups.get(key) ?? { opType: node.qualifiedType, problem, nodes: new Set(), layers: new Set() };
      groups.set(key, group);
      group.nodes.add(node.label);
      group.layers.add(name);
    }
  }
  return [...groups.values()].map((group) => ({ ...group, nodes: [...group.nodes], layers: [...group.layers] }));
}

function countParameters({ graph }: Model): number {
  const constants = new Set(graph.nodes.flatMap(valuesRead).flatMap(({ constant }) => constant ?? []));
  const isWeight = ({ dtype }: { dtype: DType }) => floatTypes.has(dtype) || dtype === "int8" || dtype === "uint8";
  return [...constants].filter(isWeight).reduce((total, { shape }) => total + size(shape), 0);
}
