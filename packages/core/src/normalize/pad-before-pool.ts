import type { Graph, Node, Value } from "../ir/graph.js";
import { appendChanged } from "../ir/inline.js";

/**
 * A MaxPool behind a Pad, written so that ONNX Runtime keeps the two apart; undefined for others. Its optimizer makes the zeros
 * of a Pad the padding of the pool, which counts as less than any number, but not where `auto_pad` says that there is none.
 */
export function keepPadApart(
  graph: Graph,
  node: Node,
  inputs: readonly (Value | undefined)[],
): readonly (Value | undefined)[] | undefined {
  const isBehindPad = node.qualifiedType === "MaxPool" && inputs[0]?.node?.qualifiedType === "Pad";
  if (!isBehindPad || !hasNoPads(node)) return undefined;
  const outputs = appendChanged(graph, node, inputs, { auto_pad: { kind: "string", value: "VALID" } });
  outputs.forEach((output, i) => output && (output.type = node.outputs[i]!.type));
  return outputs;
}

const hasNoPads = (node: Node) =>
  node.string("auto_pad", "NOTSET") === "NOTSET" &&
  node.int("ceil_mode", 0) === 0 &&
  (node.ints("pads") ?? []).every((pad) => pad === 0);
