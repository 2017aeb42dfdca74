import { XstarError } from "../errors.js";
import { constantValue, Node, Value, type Attribute } from "../ir/graph.js";
import { axesOf, followAxes } from "../model/axes.js";
import type { InputKind } from "../model/input-kind.js";
import { openModel, type LoadedModel } from "../model/load.js";
import type { Normalized } from "../normalize/normalize.js";
import { readModel } from "../onnx/read.js";
import { tensor, type Shape, type Tensor } from "../tensor.js";

/** From this version on Squeeze takes its axes as an input. */
const axesAreInputs = 13;

const known = new WeakMap<LoadedModel, Map<string, LoadedModel>>();

/**
 * The same model with an axis for the pictures in front of an input that has none: of one list of numbers [12], one picture
 * [3, 64, 64], times in front [50, 1, 80]. It takes one picture at a time.
 */
export function withBatchAxis(model: LoadedModel, name: string): LoadedModel {
  const own = known.get(model) ?? new Map<string, LoadedModel>();
  known.set(model, own);
  const made = own.get(name) ?? addBatchAxis(model, name);
  own.set(name, made);
  return made;
}

function addBatchAxis({ source: { bytes }, ...model }: LoadedModel, name: string): LoadedModel {
  const source = readModel(bytes);
  const { graph, inputs, opsets } = source;
  const at = inputs.findIndex((input) => input.name === name);
  const [alone, whole] = [graph.inputs[at]!, new Value(name)];
  graph.inputs[at] = whole;
  alone.name = graph.uniqueName(`${name}/alone`);
  const isOld = (opsets.get("") ?? axesAreInputs) < axesAreInputs;
  const axes = constantValue(graph.uniqueName(`${name}/axes`), tensor("int64", [0], [1]));
  const attributes: Record<string, Attribute> = isOld ? { axes: { kind: "ints", value: [0] } } : {};
  graph.nodes.unshift(
    new Node("Squeeze", isOld ? [whole] : [whole, axes], [alone], new Map(Object.entries(attributes))),
  );
  const dims = [1, ...inputs[at]!.dims];
  return openModel({ ...source, inputs: inputs.with(at, { ...inputs[at]!, dims }) }, { ...model, contract: null });
}

/** Whether every output has an axis for the pictures of a batch: a model made for one picture has none, or fails. */
export function holdsPictures(normalized: Normalized, picture: string): boolean {
  const layouts = followAxes(normalized, picture);
  return normalized.graph.outputs.every((output) => output.type && axesOf(normalized, output, layouts).batch);
}

interface FirstAxis {
  /** Of the input. */
  readonly name: string;
  readonly holds: InputKind;
  readonly shapes: ReadonlyMap<string, Shape>;
  readonly given: ReadonlyMap<string, Tensor>;
}

/**
 * Whether the first axis of an input holds pictures: not of numbers in a row, nor where it has another size than 1 and the outputs do not
 * tell pictures apart, or the model does not run with one.
 */
export async function leadsWithPictures(
  model: LoadedModel,
  { name, holds, shapes, given }: FirstAxis,
): Promise<boolean> {
  const shape = shapes.get(name)!;
  if (shape.length < 2) return false;
  if (shape[0] === 1 || holds.kind === "picture" || holds.kind === "video") return true;
  const at = (own: Shape) => unlessUnsupported(model.at(new Map(shapes).set(name, own), given));
  const whole = await at(shape);
  if (whole && !holdsPictures(whole, name)) return false;
  return (await at(shape.with(0, 1))) !== undefined || !whole;
}

/** Undefined where the model cannot be run so. */
export function unlessUnsupported(graph: Promise<Normalized>): Promise<Normalized | undefined> {
  return graph.catch((error: unknown) => {
    if (XstarError.is(error) && error.code === "unsupported-model") return undefined;
    throw error;
  });
}
