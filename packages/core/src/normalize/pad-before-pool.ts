import { constantNumbers, type Graph, type Node, type Value } from "../ir/graph.js";
import { appendChanged } from "../ir/inline.js";

/**
 * A pool behind a Pad, written so that ONNX Runtime keeps the two apart; undefined for others. Its optimizer makes the zeros
 * of a Pad the padding of the pool, but not where `auto_pad` says that there is none. For a MaxPool padding counts as less
 * than any number, and of none may there be as much as the kernel is wide.
 */
export function keepPadApart(
  graph: Graph,
  node: Node,
  inputs: readonly (Value | undefined)[],
): readonly (Value | undefined)[] | undefined {
  const pad = inputs[0]?.node;
  if (pad?.qualifiedType !== "Pad" || !hasNoPads(node)) return undefined;
  const isChanged = node.qualifiedType === "MaxPool" || (node.qualifiedType === "AveragePool" && isWide(pad, node));
  if (!isChanged) return undefined;
  const outputs = appendChanged(graph, node, inputs, { auto_pad: { kind: "string", value: "VALID" } });
  outputs.forEach((output, i) => output && (output.type = node.outputs[i]!.type));
  return outputs;
}

/** Whether it pads by as much as the kernel of a pool, or more. */
function isWide(pad: Node, pool: Node): boolean {
  const amounts = constantNumbers(pad.inputs[1]) ?? [];
  const kernel = pool.ints("kernel_shape", []);
  const rank = amounts.length / 2;
  return kernel.some((length, i) => Math.max(amounts[2 + i]!, amounts[rank + 2 + i]!) >= length);
}

const hasNoPads = (node: Node) =>
  node.string("auto_pad", "NOTSET") === "NOTSET" &&
  node.int("ceil_mode", 0) === 0 &&
  (node.ints("pads") ?? []).every((pad) => pad === 0);
