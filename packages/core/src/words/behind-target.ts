import type { Spec } from "../define/spec.js";
import type { Vocabulary } from "../define/vocabulary.js";
import { specsIn } from "../define/walk.js";
import type { Node } from "../ir/graph.js";
import { valuesFromOutside } from "../ir/inline.js";
import { passing, type ModelOf } from "./softmax-warning.js";

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
