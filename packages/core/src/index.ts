export {
  check,
  checkNames,
  errorCodes,
  nearest,
  oneOf,
  suggest,
  XstarError,
  type ErrorCode,
  type ErrorJson,
} from "./errors.js";
export { createRng, type Rng } from "./rng.js";
export {
  dtypeNumbers,
  fromHalf,
  numbers,
  sameShape,
  shapesOf,
  size,
  tensor,
  type DataOf,
  type DType,
  type Shape,
  type ShapesByName,
  type Tensor,
  type TensorData,
} from "./tensor.js";
export { inputShapes, openModel, type LoadedModel, type LoadOptions } from "./model/load.js";
export { inFloat16 } from "./model/float16.js";
export { vjp, type VjpFunction, type VjpOptions } from "./model/vjp.js";
export type { Ort } from "./runtime/ort.js";
export type { KeptGraph, KeptGraphs } from "./runtime/kept-graphs.js";
export { fromOrt, type Provider, type RuntimeOptions } from "./runtime/from-ort.js";
export type { Runtime, Session } from "./runtime/runtime.js";
export { startWebRuntime, type WebRuntime, type WebRuntimeOptions } from "./runtime/start-web.js";
export { connectRuntime, serveRuntime, type MessageEnd } from "./runtime/remote.js";
export { keepSessions, type KeepingRuntime } from "./runtime/keep-sessions.js";
export { readModel } from "./onnx/read.js";
export { writeModel } from "./onnx/write.js";
export { print } from "./ir/print.js";
export {
  ascentVocabulary,
  compileAscent,
  differentiate,
  exportAscent,
  exportGradient,
  maximize,
  predictSeconds,
  probe,
  readTarget,
} from "./ascents.js";
export { explain, exportExplanation, openExplainer, standard } from "./standard.js";
export type {
  ExplainedPicture,
  Explainer,
  ExplainOptions,
  ExplainRun,
  Explanation,
  SeenPicture,
} from "./explain/options.js";
export {
  defineExplanation,
  looksOften,
  type AttentionLayers,
  type ExplanationContext,
  type ExplanationDefinition,
  type FinishContext,
  type PlacedLayer,
  type VariantContext,
} from "./define/explanation.js";
export { explanations } from "./explanations/table.js";
export {
  eigenCam,
  finerCam,
  gradCam,
  gradCamPlusPlus,
  guidedGradCam,
  hiResCam,
  layerCam,
  xGradCam,
} from "./explanations/activation-maps.js";
export { attentionRollout, gradientRollout } from "./explanations/attention-maps.js";
export { occlusion, rise } from "./explanations/covered.js";
export { gradientInput } from "./explanations/gradient-maps.js";
export { expectedGradients, integratedGradients, smoothGrad, varGrad } from "./explanations/many-gradients.js";
export type { AscentOptions, CompiledAscent } from "./ascend/compile-ascent.js";
export { ascend, runAscent } from "./ascend/maximize.js";
export { exportCompiled } from "./ascend/export-ascent.js";
export { canonical, checkSameRun, differingField } from "./ascend/same-run.js";
export type { AscentSettings, Sampling } from "./compile/step.js";
export type { MaximizeOptions } from "./ascend/options.js";
export type {
  AscentRecord,
  AscentResult,
  Asked,
  Checkpoint,
  ModelRecord,
  Run,
  RunIdentity,
  Steering,
  Step,
  Target,
} from "./ascend/result.js";
export type { FurtherModel, PrepareOptions } from "./forward/prepare.js";
export { resizeImage } from "./math/resize-image.js";
export { isSpec, specKinds, type Spec, type SpecKind } from "./define/spec.js";
export { kindIn, mapSpecs, specsIn, type SpecNode } from "./define/walk.js";
export {
  isDefinition,
  vocabularyOf,
  withDefinitions,
  type AnyDefinition,
  type DefinitionKind,
  type SpecDefinition,
  type Vocabulary,
  type VocabularyOptions,
} from "./define/vocabulary.js";
export { lookUp, parseSpec, type Definition, type Table, type Tensors, type Values } from "./define/definition.js";
export { defineObjective, type ObjectiveContext, type ObjectiveDefinition } from "./define/objective.js";
export {
  defineParameterization,
  type ParameterizationContext,
  type ParameterizationDefinition,
} from "./define/parameterization.js";
export type { Assets, Generator } from "./define/parameterization.js";
export {
  defineAffine,
  defineTransform,
  type Affine,
  type AffineDefinition,
  type PixelwiseDefinition,
  type Size,
  type TransformDefinition,
} from "./define/transform.js";
export { defineOptimizer, type OptimizerContext, type OptimizerDefinition } from "./define/optimizer.js";
export { defineSchedule, type ScheduleContext, type ScheduleDefinition } from "./define/schedule.js";
export { defineStart, type StartDefinition } from "./define/start.js";
export {
  defineRecipe,
  type RecipeContext,
  type RecipeDefinition,
  type RecipeOptions,
  type StartGiven,
} from "./define/recipe.js";
export { defineOverride, defineRule, type OverrideDefinition, type RuleDefinition } from "./autodiff/define-rule.js";
export { prepareModel, type PreparedModel, type BatchOptions } from "./forward/prepare-model.js";
export { checkGiven } from "./forward/given-inputs.js";
export { floatTypes } from "./tensor.js";
export { isTensor, type DrawnInput, type GivenInputs, type HeldInput, type MaximizedInput } from "./model/given.js";
export { nearestTokens, type NearToken } from "./model/tokens.js";
export type { TokenTable } from "./onnx/model.js";
export { pictureShape } from "./forward/apply-contract.js";
export {
  contractOfRange,
  guessContract,
  nounOf,
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
export { labelsInMetadata } from "./model/metadata.js";
export {
  inputKind,
  kinds,
  recordedKind,
  type GivenKind,
  type InputKind,
  type InputKindGuess,
  type Kind,
} from "./model/input-kind.js";
export { planesOf as planesOfInput, type Planes as InputPlanes } from "./forward/planes.js";
export { chooseShapes, type ChosenShapes, type ShapeOptions } from "./model/shapes.js";
export {
  collectSettings,
  emptySlots,
  prepareOptimizer,
  type OptimizerOptions,
  type Settings,
} from "./compile/apply-optimizer.js";
export { stopGradient } from "./autodiff/stop-gradient.js";
export { objectives } from "./objectives/table.js";
export { channel, crossEntropy, layer, logit, neuron, probability, spatial } from "./objectives/activation.js";
export { alignment, diversity, interpolation } from "./objectives/batch.js";
export { abs, add, div, mul, neg, pow, sub } from "./objectives/combine.js";
export { cosine, cosineDirection, direction, tensorDirection } from "./objectives/direction.js";
export { accentuation, caricature, inversion, style } from "./objectives/image.js";
export { boundary, highFrequency, inputDifference, l1, l2, linf, lp, opacity, tv } from "./objectives/penalty.js";
export { head, token } from "./objectives/tokens.js";
export { parameterizations } from "./parameterizations/table.js";
export { pixel } from "./parameterizations/pixel.js";
export { fourierTransform, type Line } from "./math/fourier-transform.js";
export { halfWidth, spectrumOf } from "./math/dft.js";
export { fourier } from "./parameterizations/fourier.js";
export { colorCorrelation } from "./parameterizations/color-axes.js";
export { alpha } from "./parameterizations/alpha.js";
export { cppn } from "./parameterizations/cppn.js";
export { generator } from "./parameterizations/generator.js";
export { masked } from "./parameterizations/masked.js";
export { pyramid } from "./parameterizations/pyramid.js";
export { shared } from "./parameterizations/shared.js";
export { maco } from "./parameterizations/maco.js";
export { magnitudeSpectrum } from "./parameterizations/natural-spectrum.js";
export { asStart } from "./starts/as-start.js";
export { starts } from "./starts/starts.js";
export { transforms } from "./transforms/table.js";
export { crops, flip, jitter, pad, rotate, scale } from "./transforms/affine.js";
export { background, blur, lighting, noise } from "./transforms/pixelwise.js";
export { lowPass } from "./transforms/low-pass.js";
/** Every schedule by its type: how the learning rate changes from step to step. */
export * as schedules from "./optimizers/schedules.js";
export { adagrad, adam, adamw, hypergradient, nadam, rmsprop } from "./optimizers/adaptive.js";
export { gradient, momentum, normalized, signed } from "./optimizers/gradient.js";
export { lbfgs } from "./optimizers/lbfgs.js";
export { optimizers } from "./optimizers/table.js";
export { gradients } from "./autodiff/gradients.js";
export type { VjpContext, VjpRule, VjpRules } from "./autodiff/vjp.js";
export { overrides } from "./autodiff/overrides.js";
export { allRules } from "./autodiff/rules/table.js";
export { constantNumbers, constantTensor, constantValue, Graph, Node, Value, valueOf } from "./ir/graph.js";
export { createOps, type Ops } from "./ir/ops/index.js";
export { canonicalOpset } from "./normalize/normalize.js";
/** What parameters of definitions can be: their types, checks, flags and docs. */
export * as fields from "./define/fields.js";
export { parseTarget } from "./words/target.js";
export type { TargetNames } from "./words/scope.js";
export {
  inspect,
  type AxisFacts,
  type Inspection,
  type InspectOptions,
  type LayerFacts,
  type MissingRule,
} from "./model/inspect.js";
export { cutMetadata, cutsOf, type CutPlace } from "./model/left-out.js";
export { pictureInput, targetNames, unitCounts } from "./model/layers.js";
export { parseAssignment, parseWords, withParameters } from "./words/spec-words.js";
export { printTarget, printWords } from "./words/print-target.js";
export { expandTargets, standsForMany } from "./words/expand-targets.js";
export { classify } from "./probe/classify.js";
export type { TargetOptions } from "./words/read-target.js";
export { activationBytes } from "./forward/memory.js";
export type { DifferentiateOptions, GradientProbe, PictureGradient } from "./probe/differentiate.js";
export type { ProbeContext, ProbeOptions, Probe } from "./probe/probe.js";
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
export { inline, prune, type InlineOptions } from "./ir/inline.js";
export { recipes } from "./recipes/table.js";
export { aimAtClasses, useRecipe, type UsedRecipe, type UsedRecipeOptions } from "./recipes/use-recipe.js";
