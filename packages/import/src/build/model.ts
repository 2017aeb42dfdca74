import { canonicalOpset, cutMetadata, prune, writeModel, type CutPlace } from "@xstar/core";
import type { Builder } from "./builder.js";
import type { Symbolic } from "./symbolic.js";

/** What an import gives. */
export interface ImportedModel {
  /** The network as the bytes of an ONNX file. */
  readonly onnx: Uint8Array;
  /** What it came from: "Keras 2.4.0". */
  readonly producer: string;
  /** Names of the classes, where the file has them. */
  readonly labels?: readonly string[];
  /** Parts that are left out because xstar does not support them. */
  readonly cuts: readonly CutPlace[];
  /** Sentences about what is not quite as in the original. */
  readonly notes: readonly string[];
}

/** What the file tells besides the network. */
export interface Facts {
  readonly producer: string;
  readonly labels?: readonly string[] | undefined;
  /** Entries of the ONNX file's metadata. */
  readonly metadata?: Readonly<Record<string, string>> | undefined;
  readonly cuts: readonly CutPlace[];
  readonly notes: readonly string[];
}

/** Makes the outputs of the network outputs of the graph, under their own names or those given. */
export function publish(b: Builder, outputs: readonly Symbolic[], names: readonly (string | undefined)[] = []): void {
  outputs.forEach(({ value }, i) => {
    const name = names[i];
    const isOwn =
      value.node !== undefined && !b.graph.outputs.includes(value) && (name === undefined || name === value.name);
    if (isOwn) b.graph.output(value);
    else b.graph.publish(value, name ?? value.name);
  });
}

/** The finished network as ONNX: what its outputs are computed from. */
export function written(b: Builder, { producer, labels, metadata = {}, cuts, notes }: Facts): ImportedModel {
  prune(b.graph);
  if (cuts.length > 0) dropUnreadInputs(b);
  const entries = new Map([...Object.entries(metadata), ...cutMetadata(cuts)]);
  if (labels) entries.set("names", JSON.stringify(labels));
  const onnx = writeModel(b.graph, { opsets: new Map([["", canonicalOpset]]), producer, metadata: entries });
  return { onnx, producer, ...(labels && { labels }), cuts, notes };
}

/** What only the parts that are left out needed. */
function dropUnreadInputs({ graph: { inputs, nodes, outputs } }: Builder): void {
  const read = new Set([...nodes.flatMap((node) => node.inputs), ...outputs]);
  const kept = inputs.filter((input) => read.has(input));
  inputs.splice(0, inputs.length, ...kept);
}
