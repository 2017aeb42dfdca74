export { nearest, oneOf, XstarError, type ErrorCode } from "./errors.js";
export { createRng, type Rng } from "./rng.js";
export { numbers, sameShape, size, tensor, type DType, type Shape, type Tensor } from "./tensor.js";
