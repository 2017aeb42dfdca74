import { check, XstarError } from "../errors.js";
import type { DeclaredInput, Model } from "../onnx/model.js";
import { readModel } from "../onnx/read.js";
import type { Runtime } from "../runtime/runtime.js";
import { floatTypes, type Shape } from "../tensor.js";
import { guessContract, labelsInMetadata, type Contract, type PartialContract } from "./contract.js";
import { normalize, type Normalized } from "../normalize/normalize.js";
import { specialize } from "../specialize/specialize.js";
import { ownFile, type WeightFiles } from "../onnx/weights.js";

export interface LoadOptions {
  readonly runtime: Runtime;
  /** Bytes of the files that hold the model's external data, by the location that the model names. */
  readonly files?: ReadonlyMap<string, Uint8Array>;
  /** What is known of how a picture becomes the model's input; the rest is guessed. Null: a picture is the input. */
  readonly contract?: PartialContract | null | undefined;
  /** Names of the classes. @default those in the model's metadata */
  readonly labels?: readonly string[] | undefined;
}

/** A model that can be asked for its normalized graph at any input shapes. */
export interface LoadedModel {
  readonly source: Model;
  readonly runtime: Runtime;
  /** What sessions of graphs built on this model need: its own bytes and its external data. */
  readonly files: WeightFiles;
  /** How a picture becomes the model's input; undefined where it is the input itself. */
  readonly contract: Contract | undefined;
  /** Names of the classes; undefined where they are not known. */
  readonly labels: readonly string[] | undefined;
  /** The graph at these input shapes (kept, so that asking again costs nothing). */
  at(shapes: ReadonlyMap<string, Shape>): Promise<Normalized>;
}

/** Throws `bad-argument` for what is no opened model, such as a path. */
export function checkModel(model: LoadedModel, name = "model"): void {
  const isModel = typeof model === "object" && model !== null && typeof model.at === "function";
  check(isModel, name, "what loadModel or openModel returns", model);
}

/** A model from the bytes of an ONNX file, or from what `readModel` made of them. Throws as `readModel` does. */
export function openModel(file: Uint8Array | Model, options: LoadOptions): LoadedModel {
  check(
    typeof options?.runtime?.open === "function",
    "runtime",
    "what nodeRuntime or fromOrt returns",
    options?.runtime,
  );
  const { runtime, files = new Map(), contract, labels } = options;
  const source = file instanceof Uint8Array ? readModel(file) : file;
  const opset = source.opsets.get("");
  if (opset === undefined) {
    throw new XstarError("bad-model", "The model does not say which version of the ONNX operator set it uses");
  }
  if (source.graph.outputs.length === 0) throw new XstarError("bad-model", "The model has no output");
  const weights = new Map([...files, [ownFile, source.bytes]]);
  const known = new Map<string, Promise<Normalized>>();
  return {
    source,
    runtime,
    files: weights,
    contract: contractOf(source, contract),
    labels: labels ?? labelsInMetadata(source),
    at(shapes) {
      const key = JSON.stringify([...shapes]);
      const graph =
        known.get(key) ?? specialize(source, shapes, runtime, weights).then((typed) => normalize(typed, opset));
      known.set(key, graph);
      return graph;
    },
  };
}

/** What is known, and guesses for the rest; nothing for a model without an input that could be a picture. */
function contractOf(source: Model, given: PartialContract | null | undefined): Contract | undefined {
  if (given === null || !source.inputs.some(({ dtype }) => floatTypes.has(dtype))) return undefined;
  return guessContract(source, given ? { given } : {}).contract;
}

/**
 * The shape of every input with its free dimensions filled: the first one of an input by `batch`, the others by `free`.
 * Throws `bad-argument` when a free dimension is left.
 */
export function inputShapes(
  inputs: readonly DeclaredInput[],
  batch = 1,
  free: ReadonlyMap<string, Shape> = new Map(),
): Map<string, Shape> {
  return new Map(
    inputs.map(({ name, dims }) => {
      const given = free.get(name);
      if (given) return [name, given];
      const shape = dims.map((dim, i) => (typeof dim === "number" ? dim : i === 0 ? batch : undefined));
      const open = shape.indexOf(undefined);
      if (open < 0) return [name, shape as number[]];
      throw new XstarError("bad-argument", `Dimension ${open} of input "${name}" is free and needs a size`, {
        hint: `Give the input's shape, for example ${name}=${dims.map((dim) => (typeof dim === "number" ? dim : 224)).join(",")}`,
      });
    }),
  );
}
