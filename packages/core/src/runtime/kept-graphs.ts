import type { WeightFiles } from "../onnx/weights.js";

/** Graphs as ONNX Runtime has optimized them for this machine, kept from one process to the next. */
export interface KeptGraphs {
  /** What is known of a graph for a runtime of this name; undefined where it is not to be kept. */
  entry(runtime: string, model: Uint8Array, files: WeightFiles): KeptGraph | undefined;
}

/** The place of one graph among those that are kept. */
export interface KeptGraph {
  /** The optimized graph with its weights; undefined where it is not there, or damaged. */
  read(): Promise<Uint8Array | undefined>;
  /** Where ONNX Runtime is to write it; undefined where nothing can be written. */
  place(): Promise<string | undefined>;
  /** It has been written to its place. Never fails. */
  written(): Promise<void>;
  /** It could not be opened, or not be written. Never fails. */
  drop(): Promise<void>;
}
