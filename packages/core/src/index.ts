export { errorCodes, nearest, oneOf, XstarError, type ErrorCode } from "./errors.js";
export { createRng, type Rng } from "./rng.js";
export {
  dtypeNumbers,
  fromHalf,
  numbers,
  sameShape,
  size,
  tensor,
  type DType,
  type Shape,
  type Tensor,
  type TensorData,
} from "./tensor.js";
export { inputShapes, openModel, type LoadedModel, type LoadOptions } from "./model/load.js";
export { vjp, type VjpFunction, type VjpOptions } from "./model/vjp.js";
export { fromOrt, type Ort, type Runtime, type RuntimeOptions, type Session } from "./runtime.js";
export { keepSessions, type KeepingRuntime } from "./keep-sessions.js";
export { readModel } from "./onnx/read.js";
export { writeModel } from "./onnx/write.js";
export { print } from "./ir/print.js";
export { compileAscent, type CompiledAscent } from "./ascend/compile-ascent.js";
export { exportAscent } from "./ascend/export-ascent.js";
export { maximize } from "./ascend/maximize.js";
export { usualSteps } from "./ascend/parse-options.js";
export { checkSameRun } from "./ascend/same-run.js";
export type {
  AscentRecord,
  AscentResult,
  Checkpoint,
  MaximizeOptions,
  ModelRecord,
  Run,
  RunIdentity,
  Step,
  Target,
} from "./ascend/options.js";
export type { FurtherModel, PrepareOptions } from "./compile/prepare.js";
export { resizeImage } from "./model/resize-image.js";
export type { Spec } from "./define/fields.js";
export { prepareBatch, type Batched, type BatchOptions } from "./compile/forward.js";
export type { GivenInputs } from "./compile/given-inputs.js";
export { pictureShape } from "./compile/contract.js";
export {
  contractOfRange,
  guessContract,
  labelsInMetadata,
  layouts,
  orders,
  rangeOf,
  type ChannelOrder,
  type Contract,
  type ContractGuess,
  pictureChannels,
  type ContractReason,
  type ContractSources,
  type Layout,
  type PartialContract,
} from "./model/contract.js";
export { chooseShapes, type ChosenShapes, type ShapeOptions } from "./model/shapes.js";
export { objectives, penalties } from "./objectives/table.js";
export {
  channel,
  crossEntropy,
  layerObjective as layer,
  logit,
  neuron,
  probability,
  spatial,
} from "./objectives/activation.js";
export { alignment, diversity, interpolation } from "./objectives/batch.js";
export { abs, add, div, mul, neg, pow, sub } from "./objectives/combine.js";
export { cosineDirection, cosineSimilarity, direction, tensorDirection } from "./objectives/direction.js";
export { accentuation, caricature, inversion, style } from "./objectives/likeness.js";
export {
  blurPenalty,
  boundaryPenalty,
  inputDifference,
  l1,
  l2,
  linf,
  lp,
  opacity,
  totalVariation,
} from "./objectives/penalty.js";
export { head, token } from "./objectives/tokens.js";
export { parameterizations } from "./parameterizations/table.js";
export { pixel } from "./parameterizations/pixel.js";
export { fourier } from "./parameterizations/fourier.js";
export { colorCorrelation } from "./parameterizations/color.js";
export { alpha } from "./parameterizations/alpha.js";
export { cppn } from "./parameterizations/cppn.js";
export { generator } from "./parameterizations/generator.js";
export { masked } from "./parameterizations/masked.js";
export { pyramid } from "./parameterizations/pyramid.js";
export { shared } from "./parameterizations/shared.js";
export { maco } from "./parameterizations/maco.js";
export { magnitudeSpectrum } from "./parameterizations/natural-spectrum.js";
export { array, asStart, constant, natural, normal, starts, uniform } from "./parameterizations/starts.js";
export { transforms } from "./transforms/table.js";
export { crops, flip, jitter, pad, rotate, scale } from "./transforms/affine.js";
export { background, blur, lighting, noise } from "./transforms/pixelwise.js";
export {
  constant as constantRate,
  cosine as cosineDecay,
  exponential as exponentialDecay,
  linear as linearDecay,
  schedules,
  staircase,
  warmup,
} from "./optimizers/schedules.js";
export { adagrad, adam, adamw, nadam, rmsprop } from "./optimizers/adaptive.js";
export { gradient, momentum, normalized, signed } from "./optimizers/gradient.js";
export { lbfgs } from "./optimizers/lbfgs.js";
export { optimizers } from "./optimizers/table.js";
export { gradients } from "./autodiff/gradients.js";
export type { VjpContext, VjpRule, VjpRules } from "./autodiff/vjp.js";
export { overrides, type Override } from "./autodiff/overrides.js";
export { rules } from "./autodiff/rules/table.js";
export { constantNumbers, constantTensor, constantValue, Graph, Node, Value, valueOf } from "./ir/graph.js";
export { createOps, type Ops } from "./ir/ops/index.js";
export { lookUp } from "./define/define.js";
export { canonicalOpset } from "./model/normalize.js";
export * as fields from "./define/fields.js";
export { parseTarget, type TargetNames } from "./objectives/target.js";
export { inspect, type Inspection, type InspectOptions, type LayerFacts, type MissingRule } from "./model/inspect.js";
export { pictureInput, targetNames, unitCounts } from "./model/layers.js";
export { expandTargets } from "./objectives/expand-targets.js";
export { classify } from "./compile/classify.js";
export { readTarget, type TargetLabels } from "./compile/read-target.js";
export { activationBytes } from "./compile/memory.js";
export { observe, type Look, type ObserveOptions, type Observer } from "./compile/observe.js";
export {
  fieldBox,
  isLocal,
  receptiveField,
  type Box,
  type FieldAxis,
  type FieldOptions,
  type ReceptiveField,
} from "./model/receptive-field.js";
export { externalConstants, type ExternalConstant } from "./onnx/external.js";
export type { DeclaredInput, Model } from "./onnx/model.js";
export type { Definition } from "./define/define.js";
export { prune } from "./ir/inline.js";
export { recipes } from "./recipes/table.js";
export { useRecipe, type RecipeContext, type RecipeDefinition, type RecipeOptions } from "./recipes/define-recipe.js";
