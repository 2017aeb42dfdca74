import type { Graph, Node, Value } from "../ir/graph.js";
import { appendChanged } from "../ir/inline.js";

/**
 * A ConvTranspose whose `auto_pad` is written out; undefined for others. ONNX Runtime infers its shape as if the padding did
 * not make up for `output_padding`, and it does when it runs.
 */
export function writeTransposedPads(
  graph: Graph,
  node: Node,
  inputs: readonly (Value | undefined)[],
): (Value | undefined)[] | undefined {
  const auto = node.string("auto_pad", "NOTSET");
  if (node.qualifiedType !== "ConvTranspose" || !auto.startsWith("SAME")) return undefined;
  const [short, long] = [node.inputs[0]!.shape.slice(2), node.outputs[0]!.shape.slice(2)];
  const kernel = node.ints("kernel_shape") ?? node.inputs[1]!.shape.slice(2);
  const totals = kernel.map((k, i) => {
    const reach = (k - 1) * (node.ints("dilations")?.[i] ?? 1) + 1 + (node.ints("output_padding")?.[i] ?? 0);
    return Math.max(0, (short[i]! - 1) * (node.ints("strides")?.[i] ?? 1) + reach - long[i]!);
  });
  const small = totals.map((total) => Math.floor(total / 2));
  const large = totals.map((total, i) => total - small[i]!);
  return appendChanged(graph, node, inputs, {
    auto_pad: { kind: "string", value: "NOTSET" },
    pads: { kind: "ints", value: auto === "SAME_UPPER" ? [...small, ...large] : [...large, ...small] },
  });
}
