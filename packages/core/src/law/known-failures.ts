const threeD = "ONNX Runtime's WebGPU has no ConvTranspose of three dimensions, and says so when it runs";
const indices = "ONNX Runtime's WebGPU has no indices of MaxPool, and says so when it runs";
const antialias = "ONNX Runtime's WebGPU resizes without antialias only, and says so when it runs";
const volume = "ONNX Runtime's WebGPU samples pictures only, and says so when it runs";

/**
 * The cases that WebGPU does not run, by operator and number, with the reason. A run on a device goes to the processor for them. One that
 * begins to pass fails the test, and leaves this table.
 */
export const knownFailures: Readonly<Record<string, Readonly<Record<number, string>>>> = {
  TopK: { 2: "the order of values that are not to be sorted is free, and another one" },
  Conv: { 20: threeD, 21: threeD },
  ConvTranspose: { 15: threeD },
  MaxPool: { 23: indices, 24: indices, 30: indices, 31: indices },
  AveragePool: { 15: threeD, 38: threeD },
  Resize: {
    62: antialias,
    63: antialias,
    64: antialias,
    65: antialias,
    66: antialias,
    67: antialias,
    81: "ONNX Runtime's WebGPU resizes no vector, and says so when it runs",
  },
  GridSample: { 20: volume, 21: volume, 22: volume },
};
