/**
 * ONNX Runtime 1.30 keeps a device identifier and a queue of events below the user's cache folder unless told not to. This
 * module must be imported before `onnxruntime-node`; a user who wants it sets ORT_DISABLE_TELEMETRY=0.
 */
process.env.ORT_DISABLE_TELEMETRY ??= "1";

export {};
