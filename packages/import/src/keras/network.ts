import { XstarError } from "@xstar/core";
import type { Builder } from "../build/builder.js";
import { Cut, type Cuts } from "../build/cut.js";
import { rankOf, toFirst, toLast, type Dim, type Symbolic } from "../build/symbolic.js";
import { cast } from "../ops/elementwise.js";
import { transpose } from "../ops/shapes.js";
import { readPlan, Ref, refsIn, type Call, type Plan } from "./config.js";
import { checkMasks, outputMask, withGivenMask } from "./masks.js";
import { Layer, modelClasses, type Config, type LayerCall, type LayerContext } from "./layer.js";
import type { LayerWeight } from "../formats/layer-weight.js";

type Given = Symbolic | Cut;

/** What building a network shares among its models. */
export interface Building {
  readonly b: Builder;
  readonly cuts: Cuts;
  readonly context: LayerContext;
  /** Whether the pictures of the network have their channels on axis 1 already. */
  readonly isChannelsFirst: boolean;
}

/** One model: the network or a model inside it, whose layers are named `prefix/layer`. */
export interface ModelPart {
  readonly className: string;
  readonly config: Config;
  readonly held: readonly LayerWeight[];
  readonly prefix: string;
}

/** Builds a model on given inputs; without them it makes the inputs of the graph. */
export function buildModel(building: Building, part: ModelPart, given?: readonly Given[]): Given[] {
  const plan = readPlan(part.className, part.config);
  const results = new Map<string, readonly Given[]>();
  const keyOf = (layer: string, node: number) => `${layer} ${node}`;
  plan.inputs.forEach(({ layer, node }, i) => given?.[i] && results.set(keyOf(layer, node), [given[i]]));
  const pending = new Map(plan.calls.map((call) => [keyOf(call.entry.name, call.node), call]));
  const valueOf = ({ layer, node, tensor }: Ref): Given => {
    const key = keyOf(layer, node);
    if (!results.has(key)) run(key);
    const value = results.get(key)?.[tensor];
    if (value) return value;
    throw new XstarError(
      "bad-model",
      `Output ${tensor} of call ${node} of layer "${layer}" is used, but the layer has none`,
    );
  };
  const run = (key: string) => {
    const call = pending.get(key);
    if (!call)
      throw new XstarError(
        "bad-model",
        `The model uses call ${key.replace(/.* /, "")} of layer "${key.replace(/ \d+$/, "")}", which it does not list`,
      );
    pending.delete(key);
    results.set(key, buildCall(building, part, call, valueOf));
  };
  const inputs = plan.inputs.map(({ layer, node }) => keyOf(layer, node));
  for (const key of [...inputs, ...neededCalls(plan, keyOf)]) if (!results.has(key)) run(key);
  return plan.outputs.map(valueOf);
}

/** The calls that the outputs depend on, in the order of the file. */
function neededCalls(plan: Plan, keyOf: (layer: string, node: number) => string): string[] {
  const byKey = new Map(plan.calls.map((call) => [keyOf(call.entry.name, call.node), call]));
  const needed = new Set<string>();
  const stack = [...plan.outputs, ...plan.inputs];
  for (let ref = stack.pop(); ref; ref = stack.pop()) {
    const key = keyOf(ref.layer, ref.node);
    if (needed.has(key)) continue;
    needed.add(key);
    const call = byKey.get(key);
    if (call) stack.push(...refsIn([call.args, call.kwargs]));
  }
  return [...byKey.keys()].filter((key) => needed.has(key));
}

function buildCall(
  building: Building,
  part: ModelPart,
  { entry, args, kwargs }: Call,
  valueOf: (ref: Ref) => Given,
): readonly Given[] {
  const { b, cuts, context } = building;
  const name = part.prefix + entry.name;
  if (entry.className === "InputLayer") return [inputOf(b, entry.config, entry.name)];
  const held = context.weightsOf(part.held, entry);
  const refs = refsIn([args, kwargs]);
  const values = new Map(refs.map((ref) => [ref, valueOf(ref)]));
  const inputs = [...values.values()];
  if (modelClasses.has(entry.className) && !context.rows.has(entry.className))
    return buildModel(building, { className: entry.className, config: entry.config, held, prefix: `${name}/` }, inputs);
  const layer = new Layer(entry.className, { ...entry.config, name }, held, context);
  const outputs = cuts.guard(name, inputs, () => {
    const call = resolve({ args, kwargs }, (ref) => values.get(ref) as Symbolic) as LayerCall;
    return buildLayer(building, layer, withGivenMask(inputs as Symbolic[], call), call);
  });
  return outputs instanceof Cut ? Array.from({ length: 8 }, () => outputs) : outputs;
}

/** Builds a model that a layer wraps, whose values are named `layer/...`. */
export function wrappedModel(building: Building, layer: Layer, inputs: readonly Symbolic[]): readonly Symbolic[] {
  const { className, config, held, name } = layer;
  const made = buildModel(building, { className, config, held, prefix: `${name}/` }, inputs);
  return made.map((one) => {
    if (one instanceof Cut) throw one.cause;
    return one;
  });
}

/** Values in the places of refs. */
function resolve(given: unknown, valueOf: (ref: Ref) => Symbolic): unknown {
  if (given instanceof Ref) return valueOf(given);
  if (Array.isArray(given)) return given.map((one) => resolve(one, valueOf));
  if (typeof given !== "object" || given === null) return given;
  return Object.fromEntries(Object.entries(given).map(([key, one]) => [key, resolve(one, valueOf)]));
}

function buildLayer(
  { b, isChannelsFirst }: Building,
  layer: Layer,
  inputs: readonly Symbolic[],
  call: LayerCall,
): Symbolic[] {
  b.enter(layer.name);
  const isFirst = layer.config["data_format"] === "channels_first";
  checkMasks(layer, inputs);
  const given = isFirst ? inputs.map((x) => (rankOf(x) < 3 ? x : transpose(b, x, toLast(rankOf(x))))) : inputs;
  const made = layer.emit(b, given, call);
  const outputs = isFirst ? made.map((x) => (rankOf(x) < 3 ? x : transpose(b, x, toFirst(rankOf(x))))) : made;
  return outputs.map((x, i) => {
    const mask = i === 0 ? outputMask(b, inputs, layer, x) : undefined;
    return { ...b.name(isChannelsFirst ? x : settled(b, x), i === 0 ? layer.name : `${layer.name}/${i}`), mask };
  });
}

/** Named values have their units where xstar looks for them: on axis 1 of pictures, on the last one of sequences. */
export function settled(b: Builder, x: Symbolic): Symbolic {
  if (rankOf(x) === 3) return b.last(x);
  return rankOf(x) > 3 && x.value.node ? b.first(x) : x;
}

function inputOf(b: Builder, config: Config, name: string): Symbolic {
  const shape = (config["batch_shape"] ?? config["batch_input_shape"]) as readonly (number | null)[] | undefined;
  if (!Array.isArray(shape)) {
    throw new XstarError("bad-model", `The file does not say the shape of input "${name}"`, {
      hint: "Build the model before it is saved: give its first layer an input_shape",
    });
  }
  const dims: Dim[] = shape.map((dim: number | null) => dim ?? undefined);
  const dtype = JSON.stringify(config["dtype"] ?? "float32");
  // pictures of bytes, which a Rescaling makes fractions of
  if (/uint8/.test(dtype)) return cast(b, b.input(name, dims, "uint8"), "float32");
  return b.input(name, dims, /int/.test(dtype) ? "int64" : "float32");
}

/** Whether any layer of a configuration takes its pictures with their channels first. */
export function hasChannelsFirst(config: unknown): boolean {
  return /"data_format":\s*"channels_first"/.test(JSON.stringify(config));
}
