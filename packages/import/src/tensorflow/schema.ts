import type { Schema } from "../formats/protobuf.js";

/** The parts of TensorFlow's messages that a network consists of. */
const dim: Schema = { 1: ["size", "int"] };
const shape: Schema = { 2: ["dim", () => dim, "many"], 3: ["unknownRank", "bool"] };
const tensor: Schema = {
  1: ["dtype", "int"],
  2: ["tensorShape", () => shape],
  4: ["tensorContent", "bytes"],
  5: ["floatVal", "float", "many"],
  6: ["doubleVal", "double", "many"],
  7: ["intVal", "int", "many"],
  8: ["stringVal", "bytes", "many"],
  10: ["int64Val", "int", "many"],
  11: ["boolVal", "bool", "many"],
  13: ["halfVal", "int", "many"],
};
const list: Schema = {
  2: ["s", "bytes", "many"],
  3: ["i", "int", "many"],
  4: ["f", "float", "many"],
  7: ["shape", () => shape, "many"],
};
const func: Schema = { 1: ["name", "string"] };
const attribute: Schema = {
  1: ["list", () => list],
  2: ["s", "bytes"],
  3: ["i", "int"],
  4: ["f", "float"],
  5: ["b", "bool"],
  6: ["type", "int"],
  7: ["shape", () => shape],
  8: ["tensor", () => tensor],
  10: ["func", () => func],
};
const node: Schema = {
  1: ["name", "string"],
  2: ["op", "string"],
  3: ["input", "string", "many"],
  5: ["attr", () => attribute, "map"],
};
const argument: Schema = { 1: ["name", "string"] };
const signature: Schema = {
  1: ["name", "string"],
  2: ["inputArg", () => argument, "many"],
  3: ["outputArg", () => argument, "many"],
};
const functionDef: Schema = {
  1: ["signature", () => signature],
  3: ["nodeDef", () => node, "many"],
  4: ["ret", "string", "map"],
};
const library: Schema = { 1: ["function", () => functionDef, "many"] };
export const graphSchema: Schema = { 1: ["node", () => node, "many"], 2: ["library", () => library] };
const tensorInfo: Schema = { 1: ["name", "string"], 2: ["dtype", "int"], 3: ["tensorShape", () => shape] };
const signatureDef: Schema = { 1: ["inputs", () => tensorInfo, "map"], 2: ["outputs", () => tensorInfo, "map"] };
const info: Schema = { 4: ["tags", "string", "many"], 5: ["tensorflowVersion", "string"] };
const saver: Schema = { 3: ["restoreOpName", "string"] };
const metaGraph: Schema = {
  1: ["metaInfoDef", () => info],
  2: ["graphDef", () => graphSchema],
  3: ["saverDef", () => saver],
  5: ["signatureDef", () => signatureDef, "map"],
};
export const savedModelSchema: Schema = { 2: ["metaGraphs", () => metaGraph, "many"] };
export const bundleEntrySchema: Schema = {
  1: ["dtype", "int"],
  2: ["shape", () => shape],
  3: ["shardId", "int"],
  4: ["offset", "int"],
  5: ["size", "int"],
};
