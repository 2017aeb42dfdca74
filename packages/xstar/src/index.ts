export * from "@xstar/core";
export { decodeNpy, encodeNpy } from "./files/npy.js";
export { nodeRuntime } from "./runtime.js";
