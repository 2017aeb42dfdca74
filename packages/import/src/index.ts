export { importModel, type ImportOptions } from "./import-model.js";
export { isOtherThanOnnx, recognize, type Format } from "./recognize.js";
export type { ModelFiles } from "./files.js";
export type { ImportedModel } from "./build/model.js";
export type { CutPlace } from "@xstar/core";
export type { Builder } from "./build/builder.js";
export type { Symbolic } from "./build/symbolic.js";
export type { EmitLayer, Layer, LayerCall } from "./keras/layer.js";
