import { XstarError } from "@xstar/core";
import type { ModelFiles } from "../files.js";
import { decode, type Message } from "../formats/protobuf.js";
import { readTfjsWeights, type TfjsModel } from "../formats/tfjs.js";
import { readBundle } from "./bundle.js";
import { readGraph, readSignature, type Signature } from "./graph.js";
import type { TfModel } from "./import.js";
import { graphSchema, savedModelSchema } from "./schema.js";
import { readVariables } from "./variables.js";

/** A graph model of TensorFlow.js. */
export async function readTfjsGraph(model: TfjsModel, files: ModelFiles): Promise<TfModel> {
  const signature = model.signature ?? model.userDefinedMetadata?.["signature"];
  return {
    graph: readGraph(model.modelTopology),
    signature: signature === undefined ? undefined : readSignature(signature),
    // "TensorFlow.js Converter v3.13.0"
    producer: `TensorFlow.js ${String(model.convertedBy ?? "").replace(/^TensorFlow\.js /, "")}`.trim(),
    weights: await readTfjsWeights(model, files, files.name),
  };
}

/** A frozen graph: its weights are constants. */
export function readFrozenGraph(bytes: Uint8Array): TfModel {
  return { graph: readGraph(decode(graphSchema, bytes) as Message), producer: "TensorFlow" };
}

/** A folder with saved_model.pb, and variables/ beside it. */
export async function readSavedModel(bytes: Uint8Array, files: ModelFiles): Promise<TfModel> {
  const { metaGraphs = [] } = decode(savedModelSchema, bytes) as { metaGraphs?: readonly Message[] };
  const [meta] = metaGraphs.toSorted((p, q) => Number(isForServing(q)) - Number(isForServing(p)));
  if (!meta?.["graphDef"]) throw new XstarError("bad-model", "The SavedModel holds no graph");
  const graph = readGraph(meta["graphDef"] as Message);
  const index = (await files.list()).find((name) => /(^|\/)variables\/variables\.index$/.test(name));
  const read = index === undefined ? () => undefined : await readBundle(files, index);
  const { restoreOpName } = (meta["saverDef"] ?? {}) as { restoreOpName?: string };
  return {
    graph,
    signature: signatureOf((meta["signatureDef"] ?? new Map()) as ReadonlyMap<string, Message>),
    producer: `TensorFlow ${((meta["metaInfoDef"] ?? {}) as Message)["tensorflowVersion"] ?? ""}`.trim(),
    variables: readVariables(graph, restoreOpName, read),
  };
}

const isForServing = (meta: Message) =>
  ((meta["metaInfoDef"] as Message | undefined)?.["tags"] as readonly string[] | undefined)?.includes("serve") ?? false;

/** What serving calls, or the first that gives something. */
function signatureOf(signatures: ReadonlyMap<string, Message>): Signature | undefined {
  const read = [...signatures]
    .filter(([name]) => name !== "__saved_model_init_op")
    .map(([name, one]) => ({ name, ...readSignature(one) }));
  const useful = read.filter(({ outputs }) => outputs.length > 0);
  const chosen = useful.find(({ name }) => name === "serving_default" || name === "serve") ?? useful[0];
  return chosen && { inputs: sorted(chosen.inputs), outputs: sorted(chosen.outputs) };
}

/** By name, for the file's own order is that of a hash. */
const sorted = (ports: Signature["inputs"]) => ports.toSorted((p, q) => (p.name < q.name ? -1 : 1));
