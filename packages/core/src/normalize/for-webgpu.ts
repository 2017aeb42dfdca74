import { Graph, type Value } from "../ir/graph.js";
import { inline } from "../ir/inline.js";
import { createOps } from "../ir/ops/index.js";
import { writeModel, type WriteOptions } from "../onnx/write.js";
import { hasSubgraphs, isWide, narrowed } from "./narrow-integers.js";
import type { Rewrite } from "./rewrite.js";
import { always, older } from "./webgpu-forms.js";

/** The newest version of the standard operator set of which WebGPU has GridSample. */
const gridSampleOpset = 19;

/** Operators that came, or mean something else, in a later one. */
const later = new Set(
  `AffineGrid Attention BitCast CumProd DFT DequantizeLinear GroupNormalization ImageDecoder QuantizeLinear RMSNormalization
  RegexFullMatch RotaryEmbedding StringConcat StringSplit Swish TensorScatter`.split(/\s+/),
);

/** The graph as an ONNX file for a device. */
export function writeForWebGpu(graph: Graph, options: WriteOptions): Uint8Array {
  const newest = options.opsets.get("") ?? gridSampleOpset;
  const isOlder =
    newest > gridSampleOpset && graph.nodes.every(({ domain, opType }) => domain !== "" || !later.has(opType));
  const opsets = new Map([...options.opsets, ["", isOlder ? gridSampleOpset : newest] as const]);
  return writeModel(forWebGpu(graph, isOlder ? { ...always, ...older } : always), { ...options, opsets });
}

/** A copy of which the inputs of 64-bit whole numbers are of 32 bits; its outputs are what they were. */
function forWebGpu(source: Graph, forms: Readonly<Record<string, Rewrite>>): Graph {
  const graph = new Graph(source.name);
  const op = createOps(graph, "webgpu", "webgpu");
  const narrows = !hasSubgraphs(source);
  const bindings = new Map(
    source.inputs.map((input) => {
      const type = narrows && isWide(input) ? { dtype: "int32" as const, shape: input.shape } : input.type;
      return [input, graph.input(input.name, type)];
    }),
  );
  const map = inline(graph, source, bindings, source.outputs, {
    rewrite(node, inputs) {
      const isTyped = [...node.inputs, ...node.outputs].every((value) => !value || value.type);
      const form = isTyped ? forms[node.qualifiedType]?.(node, inputs as readonly Value[], op) : undefined;
      return form ?? (narrows ? narrowed(node, inputs, op) : undefined);
    },
  });
  for (const output of source.outputs) {
    const made = map.get(output) ?? output;
    const wide = isWide(output) ? op.cast(made, "int64") : made;
    const isOwn = !wide.constant && !graph.outputs.includes(wide);
    if (isOwn && wide.name === output.name) graph.output(wide);
    else graph.publish(wide, output.name);
  }
  return graph;
}
