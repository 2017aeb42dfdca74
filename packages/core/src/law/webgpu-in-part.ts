/** The cases of which ONNX Runtime's WebGPU leaves a part to the processor. Written by `npm run webgpu-cases`: do not edit. */
export const webgpuInPart: Readonly<Record<string, readonly number[]>> = {};
