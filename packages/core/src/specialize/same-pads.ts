import type { Graph, Node } from "../ir/graph.js";
import { appendChanged, rewriteGraph } from "../ir/inline.js";
import { windowOf } from "../ir/window.js";

const windowed: ReadonlySet<string> = new Set(["Conv", "MaxPool", "AveragePool", "LpPool"]);

/** The graph with `auto_pad` of dilated windows written out, which ONNX Runtime types but does not run; else undefined. */
export function writeSamePads(source: Graph): Graph | undefined {
  if (!source.nodes.some(isDilatedSame)) return undefined;
  return rewriteGraph(source, (graph) => (node, inputs) => {
    if (!isDilatedSame(node)) return undefined;
    const kernel = node.ints("kernel_shape") ?? node.inputs[1]!.shape.slice(2);
    const { before, after } = windowOf(node, kernel, node.inputs[0]!.shape.slice(2), node.outputs[0]!.shape.slice(2));
    return appendChanged(graph, node, inputs, {
      auto_pad: { kind: "string", value: "NOTSET" },
      pads: { kind: "ints", value: [...before, ...after] },
    });
  });
}

const isDilatedSame = (node: Node) =>
  windowed.has(node.qualifiedType) &&
  node.string("auto_pad", "NOTSET").startsWith("SAME") &&
  (node.ints("dilations") ?? []).some((by) => by > 1) &&
  [...node.inputs, node.outputs[0]].every((value) => !value || value.type !== undefined);
