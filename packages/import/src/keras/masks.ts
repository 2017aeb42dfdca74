import { XstarError } from "@xstar/core";
import type { Builder } from "../build/builder.js";
import { positive, rankOf, type Symbolic } from "../build/symbolic.js";
import { joined } from "../ops/elementwise.js";
import { concat } from "../ops/shapes.js";
import type { Config, Layer, LayerCall } from "./layer.js";

type MaskRule = (b: Builder, inputs: readonly Symbolic[], layer: Layer, made: Symbolic) => Symbolic | undefined;

/** Keras 3 lets a step count where it does in any input, Keras 2 where it does in all. */
const merged: MaskRule = (b, inputs, { context }) => {
  const masks = inputs.flatMap(({ mask }) => mask ?? []);
  return masks.length < inputs.length ? undefined : joined(b, context.keras < 3 ? "And" : "Or", masks);
};

const concatenated: MaskRule = (b, inputs, layer, made) => {
  if (positive(layer.number("axis", -1), rankOf(inputs[0]!)) !== 1) return merged(b, inputs, layer, made);
  const masks = inputs.flatMap(({ mask }) => mask ?? []);
  if (masks.length > 0 && masks.length < inputs.length) throw unsupportedMask(layer);
  return masks.length > 0 ? concat(b, masks, 1) : undefined;
};

const own: MaskRule = (_, __, ___, { mask }) => mask;
const first: MaskRule = (_, [x]) => x!.mask;
const ofSequences: MaskRule = (_, [x], { config }) => {
  const inner = (config["layer"] as { config?: Config } | undefined)?.config ?? config;
  return inner["return_sequences"] === true ? x!.mask : undefined;
};

const rulesOf = (names: string, rule: MaskRule) => Object.fromEntries(names.split(" ").map((name) => [name, rule]));

/** Which steps count behind a layer; behind others all do. */
const rules: Readonly<Record<string, MaskRule>> = {
  ...rulesOf("Masking Embedding", own),
  ...rulesOf("LSTM GRU SimpleRNN RNN Bidirectional", ofSequences),
  ...rulesOf("Add Subtract Multiply Average Maximum Minimum", merged),
  Concatenate: concatenated,
  ...rulesOf("Activation ReLU LeakyReLU PReLU ELU ThresholdedReLU Dense TimeDistributed Identity", first),
  ...rulesOf("Dropout SpatialDropout1D AlphaDropout GaussianDropout GaussianNoise ActivityRegularization", first),
  ...rulesOf("BatchNormalization LayerNormalization GroupNormalization UnitNormalization", first),
  ...rulesOf("MultiHeadAttention Attention AdditiveAttention", first),
};

/** Layers that compute something else where steps do not count, which is not built. */
const unsupported = /^(ConvLSTM\dD|Softmax|Maximum|Minimum|Dot)$/;

/** The inputs of a layer; a mask that it was called with belongs to the first. */
export function withGivenMask(inputs: readonly Symbolic[], { kwargs }: LayerCall): readonly Symbolic[] {
  const mask = inputs.find((one) => one === kwargs["mask"]);
  const [x, ...rest] = inputs.filter((one) => one !== mask);
  return mask && x ? [{ ...x, mask }, ...rest] : inputs;
}

/** Throws `unsupported-model` for a layer that cannot leave steps out. */
export function checkMasks(layer: Layer, inputs: readonly Symbolic[]): void {
  if (unsupported.test(layer.className) && inputs.some(({ mask }) => mask)) throw unsupportedMask(layer);
}

export function outputMask(
  b: Builder,
  inputs: readonly Symbolic[],
  layer: Layer,
  made: Symbolic,
): Symbolic | undefined {
  return inputs.length === 0 ? undefined : rules[layer.className]?.(b, inputs, layer, made);
}

export function unsupportedMask({ name, className }: Layer): XstarError {
  return new XstarError(
    "unsupported-model",
    `Layer "${name}" (${className}) is given a mask of the steps that count, which is not supported`,
    { hint: "Leave out Masking and mask_zero, and save the model again" },
  );
}
