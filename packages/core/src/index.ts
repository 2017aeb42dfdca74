export { errorCodes, nearest, oneOf, XstarError, type ErrorCode } from "./errors.js";
export { createRng, type Rng } from "./rng.js";
export { numbers, sameShape, size, tensor, type DType, type Shape, type Tensor } from "./tensor.js";
export { inputShapes, openModel, type LoadedModel, type LoadOptions } from "./model/load.js";
export { vjp, type VjpFunction, type VjpOptions } from "./model/vjp.js";
export { fromOrt, type Ort, type Runtime, type RuntimeOptions, type Session } from "./runtime.js";
export { readModel } from "./onnx/read.js";
export { writeModel } from "./onnx/write.js";
export { print } from "./ir/print.js";
export { compileAscent, type CompiledAscent } from "./ascend/compile-ascent.js";
export { maximize } from "./ascend/maximize.js";
export type { AscentRecord, AscentResult, Checkpoint, MaximizeOptions, Run, Step, Target } from "./ascend/options.js";
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
export { objectives } from "./objectives/table.js";
export { channel, crossEntropy, layerObjective as layer, logit, neuron, probability } from "./objectives/activation.js";
export { add, mul, sub } from "./objectives/combine.js";
export { l1, l2, lp, totalVariation } from "./objectives/penalty.js";
export { parameterizations } from "./parameterizations/table.js";
export { pixel } from "./parameterizations/pixel.js";
export { array, asStart, constant, normal, starts, uniform } from "./parameterizations/starts.js";
export { transforms } from "./transforms/table.js";
export { crops, flip, jitter, pad, rotate, scale } from "./transforms/affine.js";
export { background, noise } from "./transforms/pixelwise.js";
export { schedules } from "./optimizers/schedules.js";
export { adam, gradient, momentum, normalized, optimizers } from "./optimizers/table.js";
export { gradients } from "./autodiff/gradients.js";
export type { VjpContext, VjpRule, VjpRules } from "./autodiff/vjp.js";
export { overrides, type Override } from "./autodiff/overrides.js";
export { rules } from "./autodiff/rules/table.js";
export { constantNumbers, constantValue, Graph, Node, Value, valueOf } from "./ir/graph.js";
export { createOps, type Ops } from "./ir/ops/index.js";
export { lookUp } from "./define/define.js";
export { canonicalOpset } from "./model/normalize.js";
export { adagrad } from "./optimizers/table.js";
export * as fields from "./define/fields.js";
export { parseTarget, type TargetNames } from "./objectives/target.js";
export { inspect, type Inspection, type InspectOptions, type LayerFacts, type MissingRule } from "./model/inspect.js";
export { pictureInput, targetNames } from "./model/layers.js";
export { classify } from "./compile/classify.js";
export { externalConstants, type ExternalConstant } from "./onnx/external.js";
export type { DeclaredInput, Model } from "./onnx/model.js";
export type { Definition } from "./define/define.js";
export { prune } from "./ir/inline.js";
