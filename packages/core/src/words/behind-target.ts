import type { Spec } from "../define/spec.js";
import type { Vocabulary } from "../define/vocabulary.js";
import { specsIn, type SpecNode } from "../define/walk.js";
import type { Node, Value } from "../ir/graph.js";
import { valuesFromOutside } from "../ir/inline.js";
import type { Model } from "../onnx/model.js";

/** The models that targets read: the first one when none is named; undefined where there is no such one. */
export type ModelOf = (model?: string) => Model | undefined;

/**
 * Says of a target that climbs a probability that it saturates, and which score to climb in its place: of `probability`,
 * and of units of a layer that is a final softmax; inside other objectives too. Undefined when it does not.
 */
export function softmaxWarning(vocabulary: Vocabulary, spec: Spec, modelOf: ModelOf): string | undefined {
  return [...specsIn(vocabulary, "objective", spec)]
    .map((node) => warningOf(node, modelOf))
    .find((warning) => warning !== undefined);
}

function warningOf({ spec, definition }: SpecNode, modelOf: ModelOf): string | undefined {
  const model = spec["model"] as string | undefined;
  const scope = model === undefined ? "" : `${model}::`;
  if ("saturates" in definition && definition.saturates)
    return `The target "${spec.type}" is a softmax, ${whySo} "${scope}logit:${spec["class"]}" is the score before it`;
  const layer = spec["layer"];
  const source = typeof layer === "string" ? modelOf(model) : undefined;
  const before = source && finalSoftmaxValues(source).get(layer as string);
  if (!before) return undefined;
  // a logit is the mean over all places
  const isPlaced = ["at", "y", "x"].some((name) => spec[name] !== undefined);
  const score = isPlaced ? `${scope}${before}` : `${scope}logit:${spec["channel"] ?? "CLASS"}`;
  return `The layer "${layer}" is the result of a softmax, ${whySo} "${score}" is the score before it`;
}

const whySo = "which hardly changes where the network is sure, and rises as well when other classes fall:";

/** Names of the model's outputs that are a softmax, and of the values and nodes from there to the softmax, with what is before it. */
function finalSoftmaxValues({ graph }: Model): Map<string, string> {
  return new Map(graph.outputs.flatMap((output) => chainToSoftmax(output)));
}

/** What leaves the numbers of a layer as they are. */
const passing = new Set(["Identity", "Flatten", "Reshape", "Squeeze", "Dropout", "Cast"]);

function chainToSoftmax(output: Value): (readonly [string, string])[] {
  const names: string[] = [];
  for (let value: Value | undefined = output; value?.node && value.node.domain === ""; value = value.node.inputs[0]) {
    names.push(value.name, ...(value.node.name === "" ? [] : [value.node.name]));
    const before = value.node.inputs[0]?.name ?? "";
    if (value.node.opType === "Softmax") return names.map((name) => [name, before] as const);
    if (!passing.has(value.node.opType)) break;
  }
  return [];
}

/** The layer from which a layer that a target reads is made by an operator. */
export interface Behind {
  readonly layer: string;
  readonly opType: string;
}

const squashing = new Set(["Sigmoid", "HardSigmoid", "Tanh", "Softmax"]);

/** What a layer that a target reads is squashed from: it changes where the layer is at its end. */
export function squashedFrom(vocabulary: Vocabulary, spec: Spec, modelOf: ModelOf): Behind | undefined {
  for (const node of nodesRead(vocabulary, spec, modelOf)) {
    for (let at: Node | undefined = node; at?.domain === ""; at = at.inputs[0]?.node) {
      const [from] = at.inputs;
      if (squashing.has(at.opType) && from?.node) return { layer: from.name, opType: at.opType };
      if (!passing.has(at.opType)) break;
    }
  }
  return undefined;
}

const choosing = new Set(["NonMaxSuppression", "NonZero"]);
const scoring = new Set(["Sigmoid", "Softmax"]);

/** The scores by which it is chosen what a layer that a target reads holds, and by which operator: it may be nothing. */
export function chosenFrom(vocabulary: Vocabulary, spec: Spec, modelOf: ModelOf): Behind | undefined {
  for (const node of nodesRead(vocabulary, spec, modelOf)) {
    const choice = nearest(node, choosing);
    const scores = choice && nearest(choice, scoring)?.outputs[0];
    if (scores) return { layer: scores.name, opType: choice.opType };
  }
  return undefined;
}

/** The nodes whose results the targets in a spec read. */
function nodesRead(vocabulary: Vocabulary, spec: Spec, modelOf: ModelOf): Node[] {
  return [...specsIn(vocabulary, "objective", spec)].flatMap(({ spec: { layer, model } }) => {
    const source = typeof layer === "string" ? modelOf(model as string | undefined) : undefined;
    const isRead = (one: Node) => one.name === layer || one.outputs.some((output) => output?.name === layer);
    return source?.graph.nodes.find(isRead) ?? [];
  });
}

/** The nearest node of such an operator that a node reads, over any number of others. */
function nearest(from: Node, opTypes: ReadonlySet<string>): Node | undefined {
  const seen = new Set([from]);
  for (const node of seen) {
    if (node !== from && node.domain === "" && opTypes.has(node.opType)) return node;
    for (const { node: before } of valuesFromOutside(node)) if (before) seen.add(before);
  }
  return undefined;
}
