export { nearest, oneOf, XstarError, type ErrorCode } from "./errors.js";
export { createRng, type Rng } from "./rng.js";
export { numbers, sameShape, size, tensor, type DType, type Shape, type Tensor } from "./tensor.js";
export { inputShapes, openModel, type LoadedModel, type LoadOptions } from "./model/load.js";
export { vjp, type VjpFunction, type VjpOptions } from "./model/vjp.js";
export { fromOrt, type Ort, type Runtime, type RuntimeOptions, type Session } from "./runtime.js";
export { readModel } from "./onnx/read.js";
export { writeModel } from "./onnx/write.js";
export { print } from "./ir/print.js";
