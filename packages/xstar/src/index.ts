export * from "@xstar/core";
export { decodeNpy, encodeNpy } from "./files/npy.js";
export { loadModel, type LoadModelOptions, type ModelFile } from "./load.js";
export { nodeRuntime } from "./runtime.js";
