import type { Lowering } from "../ir/ops/index.js";
import { writeModel } from "../onnx/write.js";

/**
 * Writes graphs as ONNX files for what runs them. On a device nothing is left to what ONNX Runtime's WebGPU provider computes wrongly,
 * and as little as can be to the processor beside it.
 */
export const writerFor = async (lowering: Lowering): Promise<typeof writeModel> =>
  lowering === "cpu" ? writeModel : (await import("./for-webgpu.js")).writeForWebGpu;
