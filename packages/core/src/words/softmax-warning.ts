import type { Spec } from "../define/spec.js";
import type { Vocabulary } from "../define/vocabulary.js";
import { specsIn, type SpecNode } from "../define/walk.js";
import type { Value } from "../ir/graph.js";
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
export const passing = new Set(["Identity", "Flatten", "Reshape", "Squeeze", "Dropout", "Cast"]);

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
