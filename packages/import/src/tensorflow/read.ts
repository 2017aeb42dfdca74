import type { ModelFiles } from "../files.js";
import { decode, type Message } from "../formats/protobuf.js";
import { readTfjsWeights, type TfjsModel } from "../formats/tfjs.js";
import { readGraph, readSignature } from "./graph.js";
import type { TfModel } from "./import.js";
import { graphSchema } from "./schema.js";

/** A graph model of TensorFlow.js. */
export async function readTfjsGraph(model: TfjsModel, files: ModelFiles): Promise<TfModel> {
  const signature = model.signature ?? model.userDefinedMetadata?.["signature"];
  return {
    graph: readGraph(model.modelTopology),
    signature: signature === undefined ? undefined : readSignature(signature),
    producer: `TensorFlow.js ${model.convertedBy ?? ""}`.trim(),
    weights: await readTfjsWeights(model, files, files.name),
  };
}

/** A frozen graph: its weights are constants. */
export function readFrozenGraph(bytes: Uint8Array): TfModel {
  return { graph: readGraph(decode(graphSchema, bytes) as Message), producer: "TensorFlow" };
}
