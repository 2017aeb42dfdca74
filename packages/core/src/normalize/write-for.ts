import type { Graph } from "../ir/graph.js";
import type { Lowering } from "../ir/ops/index.js";
import { writeModel, type WriteOptions } from "../onnx/write.js";

/**
 * The graph as an ONNX file for what runs it. On a device nothing is left to what ONNX Runtime's WebGPU provider computes wrongly, and
 * as little as can be to the processor beside it.
 */
export async function writeFor(lowering: Lowering, graph: Graph, options: WriteOptions): Promise<Uint8Array> {
  if (lowering === "cpu") return writeModel(graph, options);
  // a page without WebGPU does not load it
  const { writeForWebGpu } = await import("./for-webgpu.js");
  return writeForWebGpu(graph, options);
}
