import { check, XstarError } from "../errors.js";
import type { DeclaredInput, Model } from "../onnx/model.js";
import { readModel } from "../onnx/read.js";
import type { Runtime } from "../runtime/runtime.js";
import { floatTypes, type Shape, sameTensor, type Tensor } from "../tensor.js";
import { guessContract, type Contract, type PartialContract } from "./contract.js";
import { labelsInMetadata } from "./metadata.js";
import { inputKind } from "./input-kind.js";
import { pictureInput } from "./layers.js";
import { canonicalOpset, normalize, type Normalized } from "../normalize/normalize.js";
import { specialize } from "../specialize/specialize.js";
import { ownFile, type WeightFiles } from "../onnx/weights.js";

/** How a model is opened: what runs it, and what lies beside its file. */
export interface LoadOptions {
  readonly runtime: Runtime;
  /** Bytes of the files that hold the model's external data, by the location that the model names. */
  readonly files?: ReadonlyMap<string, Uint8Array> | undefined;
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
  /** Of weights and activations, where it is not that of the file: `inFloat16`. */
  readonly precision?: "float16";
  /**
   * The graph at these input shapes (kept, so that asking again costs nothing). Inputs that are `given` become constants:
   * they decide shapes, and which branch of an `If` is taken.
   */
  at(shapes: ReadonlyMap<string, Shape>, given?: ReadonlyMap<string, Tensor>): Promise<Normalized>;
}

/** Throws `bad-argument` for what is no opened model, such as a path. */
export function checkModel(model: LoadedModel, name = "model"): void {
  const isModel = typeof model === "object" && model !== null && typeof model.at === "function";
  check(isModel, name, "what loadModel or openModel returns", model);
}

/**
 * A model from the bytes of an ONNX file, or from what `readModel` made of them. Throws as `readModel` does.
 *
 * @example
 * const model = openModel(bytes, { runtime: fromOrt(ort) });
 */
export function openModel(file: Uint8Array | Model, options: LoadOptions): LoadedModel {
  check(
    typeof options?.runtime?.open === "function",
    "runtime",
    "what nodeRuntime or fromOrt returns",
    options?.runtime,
  );
  const { runtime, files = new Map(), contract, labels } = options;
  const read = file instanceof Uint8Array ? readModel(file) : file;
  if (read.opsets.size === 0) {
    throw new XstarError("bad-model", "The model does not say which version of the ONNX operator set it uses", {
      hint: "Add an opset_import of the domain ai.onnx",
    });
  }
  // a model of other domains alone has no operator that a version would change
  const source = read.opsets.has("") ? read : { ...read, opsets: new Map([...read.opsets, ["", canonicalOpset]]) };
  const opset = source.opsets.get("")!;
  if (source.graph.outputs.length === 0) throw new XstarError("bad-model", "The model has no output");
  const weights = new Map([...files, [ownFile, source.bytes]]);
  const kept: Kept[] = [];
  return {
    source,
    runtime,
    files: weights,
    contract: contractOf(source, contract),
    labels: labels ?? labelsInMetadata(source),
    at(shapes, given = new Map()) {
      const key = JSON.stringify([...shapes]);
      const known = kept.find((one) => one.key === key && areSame(one.given, given));
      if (known) return known.graph;
      const graph = specialize(source, shapes, runtime.host ?? runtime, weights, given)
        .then((typed) => normalize(typed, opset))
        .then((normalized) => namingOutputs(normalized, source));
      kept.push({ key, given, graph });
      return graph;
    },
  };
}

/** What is known, and guesses for the rest; nothing for a model without an input that could be a picture. */
function contractOf(source: Model, given: PartialContract | null | undefined): Contract | undefined {
  if (given === null || !source.inputs.some(({ dtype }) => floatTypes.has(dtype))) return undefined;
  // the numbers of what is no picture go in as they are
  if (!given && inputKind(source, pictureInput(source)).kind !== "picture") return undefined;
  return guessContract(source, given ? { given } : {}).contract;
}

/** With the names of the model's outputs, which those that are folded or come out of a sequence have lost. */
function namingOutputs(normalized: Normalized, { graph }: Model): Normalized {
  const values = new Map(normalized.values);
  graph.outputs.forEach(({ name }, i) => values.set(name, values.get(name) ?? normalized.graph.outputs[i]!));
  return { ...normalized, values };
}

interface Kept {
  readonly key: string;
  readonly given: ReadonlyMap<string, Tensor>;
  readonly graph: Promise<Normalized>;
}

const areSame = (a: ReadonlyMap<string, Tensor>, b: ReadonlyMap<string, Tensor>) =>
  a.size === b.size && [...a].every(([name, t]) => b.has(name) && sameTensor(t, b.get(name)!));

/**
 * The shape of every input with its free dimensions filled: the first one of an input by `batch`, others by `free`, which
 * has the shapes of whole inputs, and by what has the same name there. Throws `bad-argument` when a dimension is left.
 *
 * @example
 * inputShapes(model.source.inputs, 4).get("x"); // [4, 3, 224, 224]
 */
export function inputShapes(
  inputs: readonly DeclaredInput[],
  batch = 1,
  free: ReadonlyMap<string, Shape> = new Map(),
): Map<string, Shape> {
  const named = sizesByName(inputs, batch, free);
  return new Map(
    inputs.map(({ name, dims, tokens }) => {
      const given = free.get(name);
      // of tokens the shape of their numbers serves as well
      if (given) return [name, tokens && given.length === dims.length - 1 ? [...given, tokens.size] : given];
      const shape = dims.map((dim, i) => (typeof dim === "number" ? dim : i === 0 ? batch : named.get(dim)));
      const open = shape.indexOf(undefined);
      if (open < 0) return [name, shape as number[]];
      const usual = dims.length < 4 ? 16 : 224;
      const example = dims.map((dim, i) =>
        typeof dim === "number" ? dim : i === 0 ? batch : (named.get(dim) ?? usual),
      );
      throw new XstarError("bad-argument", `Dimension ${open} of input "${name}" is free and needs a size`, {
        hint: `Give the input's shape, for example shapes: new Map([["${name}", [${example.join(", ")}]]]), on the command line --shape ${name}=${example.join(",")}`,
        details: { input: name },
      });
    }),
  );
}

/** The sizes of the free dimensions that have a name. */
function sizesByName(
  inputs: readonly DeclaredInput[],
  batch: number,
  free: ReadonlyMap<string, Shape>,
): Map<string | undefined, number> {
  const sizes = new Map<string | undefined, number>();
  for (const { dims } of inputs) if (typeof dims[0] === "string") sizes.set(dims[0], batch);
  for (const { name, dims } of inputs) {
    free.get(name)?.forEach((size, i) => typeof dims[i] === "string" && sizes.set(dims[i], size));
  }
  return sizes;
}
