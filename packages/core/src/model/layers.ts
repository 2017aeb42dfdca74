import { didYouMean, nearest, XstarError } from "../errors.js";
import { ancestorsOf } from "../ir/ancestors.js";
import { isFramed, type Value } from "../ir/graph.js";
import { isFloat } from "../ir/ops/index.js";
import type { DeclaredInput, Model } from "../onnx/model.js";
import { floatTypes } from "../tensor.js";
import type { Normalized } from "../normalize/normalize.js";
import { axesOf, followAxes } from "./axes.js";

/** Names of the values that hold activations, in order. */
export function layerNames({ graph, values }: Normalized): string[] {
  const inputs = new Set(graph.inputs);
  return [...values]
    .filter(([, value]) => isFloat(value) && !value.constant && !inputs.has(value))
    .map(([name]) => name);
}

/** Why a value of the model holds no activations. */
export function whyNoLayer({ graph }: Normalized, value: Value): string {
  if (value.constant) return "it does not depend on the input";
  if (graph.inputs.includes(value)) return "it is an input of the model";
  const { dtype } = value.type ?? value.loose ?? {};
  if (!dtype) return "it is no tensor of a type that xstar handles";
  const kind = dtype === "bool" ? "yes or no" : `whole numbers (${dtype})`;
  return `it holds ${dtype === "string" ? "texts" : kind}, so it has no gradient`;
}

/**
 * What a target may name: layers, and nodes whose first output is one; and of other names why they cannot be meant.
 *
 * @example
 * const { normalized } = await prepareModel(model, 1);
 * const { layers } = targetNames(model.source, normalized);
 */
export function targetNames(
  { graph }: Model,
  normalized: Normalized,
): { layers: string[]; nodes: string[]; others: Map<string, string> } {
  const layers = layerNames(normalized);
  const known = new Set(layers);
  const named = graph.nodes.filter(({ name, outputs: [first] }) => name !== "" && first);
  const nodes = named.filter(({ outputs: [first] }) => known.has(first!.name)).map(({ name }) => name);
  const all = [...normalized.values.keys(), ...named.map(({ name }) => name)];
  const firstOutputs = new Map(named.map(({ name, outputs: [first] }) => [name, first!.name]));
  const others = all.flatMap((name) => {
    const value = normalized.values.get(name) ?? normalized.values.get(firstOutputs.get(name) ?? "");
    return !value || known.has(name) || nodes.includes(name) ? [] : [[name, whyNoLayer(normalized, value)] as const];
  });
  return { layers, nodes, others: new Map(others) };
}

/**
 * How many units each target name has: channels of a layer (by its value or its node, with or without an axis of its own
 * as in `LAYER[axis=2]`), and classes of the objectives that read the scores of one. Names without units are left out.
 *
 * @example
 * const { normalized } = await prepareModel(model, 1);
 * unitCounts(model.source, normalized).get("conv2"); // 64
 */
export function unitCounts(
  model: Model,
  normalized: Normalized,
  scores?: string,
  picture: string = pictureInput(model).name,
): Map<string, number> {
  const layouts = followAxes(normalized, picture);
  const { layers, nodes } = targetNames(model, normalized);
  const firstOutputs = new Map(model.graph.nodes.map((node) => [node.name, node.outputs[0]?.name]));
  const counted = [
    ...layers.map((name) => [name, name] as const),
    ...nodes.map((name) => [name, firstOutputs.get(name)] as const),
  ];
  const classes = classCount(beforeSoftmax(scoreOutput(normalized, scores)));
  return new Map([
    ...(classes === undefined ? [] : ["logit", "probability", "crossEntropy"].map((word) => [word, classes] as const)),
    ...counted.flatMap(([name, value]) => {
      const found = normalized.values.get(value!)!;
      const { units } = axesOf(normalized, found, layouts);
      const own = found.shape.map((count, axis) => [`${name}[axis=${axis}]`, count] as const);
      return units ? [[name, found.shape[units.axis]!] as const, ...own] : [];
    }),
  ]);
}

/** The value of class scores: the output (or layer) of that name, else what the outputs tell. Throws `unknown-layer`. */
export function scoreOutput({ graph, values }: Normalized, name?: string): Value {
  if (name === undefined) return scoresAmong(graph.outputs);
  const named = values.get(name);
  if (named?.type) return named;
  const near = nearest(name, values.keys());
  throw new XstarError("unknown-layer", `The model has no output "${name}" to read class scores from`, {
    hint: didYouMean(near).trimEnd(),
    details: { layer: name, nearest: near },
  });
}

/** The first output of class scores; where layers inside are outputs, too, what is squashed in the end. */
function scoresAmong(outputs: readonly Value[]): Value {
  const lists = outputs.filter((output) => classCount(output) !== undefined);
  const [first] = lists;
  if (!first) return outputs[0]!;
  const end = lists.findLast((output) => {
    const scores = beforeSoftmax(output);
    return scores !== output && scores !== first && ancestorsOf(output).has(first);
  });
  return end ?? first;
}

/** What a final Softmax, LogSoftmax or Sigmoid is computed from; the output when there is none. */
export function beforeSoftmax(output: Value): Value {
  const passing = new Set(["Identity", "Flatten", "Reshape", "Squeeze", "Dropout", "Cast"]);
  const squashing = new Set(["Softmax", "LogSoftmax", "Sigmoid"]);
  for (let value = output; value.node && value.node.domain === ""; value = value.node.inputs[0]!) {
    if (squashing.has(value.node.opType)) return value.node.inputs[0]!;
    if (!passing.has(value.node.opType)) break;
  }
  return output;
}

/** How many classes an output scores, [N, classes] (or [N, classes, 1, 1]); undefined when it is of another form, as boxes are. */
export function classCount(output: Value): number | undefined {
  const [, classes, ...rest] = output.type?.shape ?? [];
  const isList = classes !== undefined && classes > 1 && rest.every((dim) => dim === 1);
  return isList && !isFramed(output) && !(rest.length === 1 && isOfPlaces(output)) ? classes : undefined;
}

/** [N, places, 1] is one score a place, as of anchors: joined along the places, or with the channel moved behind them. */
function isOfPlaces({ node }: Value): boolean {
  const joins = node?.opType === "Concat" && node.inputs.every((input) => !input?.constant);
  const moves = node?.opType === "Reshape" && node.inputs[0]?.node?.opType === "Transpose";
  return joins || moves;
}

/**
 * The input that is ascended: the first of floating-point numbers that is not among the names of those that the caller
 * gives. Throws `unsupported-model` when there is none, `bad-argument` when all are given.
 *
 * @example
 * pictureInput(model.source).name; // "x"
 */
export function pictureInput({ inputs }: Model, given: readonly string[] = []): DeclaredInput {
  const picture = inputs.find(({ dtype, name }) => floatTypes.has(dtype) && !given.includes(name));
  if (picture) return picture;
  if (inputs.some(({ dtype }) => floatTypes.has(dtype)))
    throw new XstarError("bad-argument", "Every floating-point input is given, so none is left to ascend", {
      hint: "Leave one of them out of the inputs",
    });
  throw new XstarError("unsupported-model", "The model has no floating-point input to ascend", {
    hint: "Export it from where its numbers are floating-point ones, such as behind the table of its tokens' vectors",
  });
}
