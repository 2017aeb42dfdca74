import { constantNumbers, constantValue, type Graph, Value } from "../ir/graph.js";
import { rewriteGraph, valuesRead } from "../ir/inline.js";
import { positiveAxis } from "../ir/ops/index.js";
import { tensor } from "../tensor.js";
import { append, appendWithNumbers, type Replaced } from "./append-node.js";

/**
 * The graph with sequences of tensors replaced by the tensors that they hold, as exporters write lists of known length;
 * undefined where there are none, or where a length or a place depends on the input.
 */
export function followSequences(source: Graph, opset: number): Graph | undefined {
  if (!source.nodes.some((node) => makers.has(node.qualifiedType))) return undefined;
  const held = new Map<Value, readonly Value[]>();
  let isFollowed = true;
  const followed = rewriteGraph(source, (graph) => (node, inputs) => {
    const sequence = node.inputs[0] && held.get(node.inputs[0]);
    if (!sequence && !makers.has(node.qualifiedType)) {
      if (valuesRead(node).some((value) => held.has(value))) isFollowed = false;
      return undefined;
    }
    const made = follow({ graph, opset, node, inputs, sequence: sequence ?? [] });
    if (!made) isFollowed = false;
    if (!made || made instanceof Value) return made && [made];
    held.set(node.outputs[0]!, made);
    return [];
  });
  return isFollowed && !source.outputs.some((output) => held.has(output)) ? followed : undefined;
}

const makers: ReadonlySet<string> = new Set(["SequenceEmpty", "SequenceConstruct", "SplitToSequence"]);

interface Step extends Replaced {
  /** As they are in the new graph. */
  readonly inputs: readonly (Value | undefined)[];
  /** What the first input holds, where it is a sequence. */
  readonly sequence: readonly Value[];
}

/** What a node gives: the tensors of a sequence, or one tensor; undefined where it is not known before the model runs. */
function follow(step: Step): readonly Value[] | Value | undefined {
  const { graph, node, inputs, sequence } = step;
  const place = (input: number, last: number) => {
    if (!node.inputs[input]) return last;
    const [at] = constantNumbers(inputs[input]) ?? [];
    return at === undefined ? undefined : at < 0 ? at + sequence.length : at;
  };
  switch (node.opType) {
    case "SequenceEmpty":
      return [];
    case "SequenceConstruct":
      return inputs as readonly Value[];
    case "Identity":
      return sequence;
    case "SplitToSequence":
      return split(step);
    case "SequenceInsert": {
      const at = place(2, sequence.length);
      return at === undefined ? undefined : sequence.toSpliced(at, 0, inputs[1]!);
    }
    case "SequenceErase": {
      const at = place(1, sequence.length - 1);
      return at === undefined ? undefined : sequence.toSpliced(at, 1);
    }
    case "SequenceAt": {
      const at = place(1, 0);
      return at === undefined ? undefined : sequence[at];
    }
    case "SequenceLength":
      return constantValue(graph.uniqueName(node.outputs[0]!.name), tensor("int64", [sequence.length], []));
    case "ConcatFromSequence":
      return concat(step);
    default:
      return undefined;
  }
}

function split(step: Step): Value[] | undefined {
  const { node, inputs } = step;
  const x = node.inputs[0]!;
  if (!x.type) return undefined;
  const axis = positiveAxis(node.int("axis", 0), x.rank);
  const n = x.shape[axis]!;
  const given = node.inputs[1] ? constantNumbers(inputs[1]) : [1];
  if (!given) return undefined;
  const isWhole = node.inputs[1] !== undefined && node.inputs[1].rank === 1;
  const length = given[0]!;
  const sizes = isWhole
    ? given
    : Array.from({ length: Math.ceil(n / length) }, (_, i) => Math.min(length, n - i * length));
  const attributes = { axis: { kind: "int", value: axis } } as const;
  const parts = appendWithNumbers(step, "Split", inputs[0]!, ["split", sizes], attributes, sizes.length);
  if (node.inputs[1] || node.int("keepdims", 1) === 1) return parts;
  return parts.map((part) => appendWithNumbers(step, "Squeeze", part, ["axes", [axis]])[0]!);
}

function concat(step: Step): Value | undefined {
  const { node, sequence } = step;
  const axis = node.int("axis", 0);
  if (sequence.length === 0) return undefined;
  // the node's own name is the result's
  const apart = { ...step, base: `${node.outputs[0]!.name}/part` };
  const parts =
    node.int("new_axis", 0) === 1
      ? sequence.map((part) => appendWithNumbers(apart, "Unsqueeze", part, ["axes", [axis]])[0]!)
      : sequence;
  return append(step, "Concat", parts, { axis: { kind: "int", value: axis } })[0];
}
