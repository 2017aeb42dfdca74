import { XstarError } from "@xstar/core";

/** What can be opened. */
export const readable =
  "xstar reads ONNX, Keras (.keras, .h5), TensorFlow.js (model.json), TensorFlow (SavedModel, frozen graph) and TensorFlow Lite";

/** What people give in the place of a model: what it is, and what to do. */
export const strayRows = {
  onnx: { is: "ONNX already", hint: "Every command takes it as it is" },
  "git lfs": { is: "a pointer of Git LFS: the model itself is not in it", hint: "Get the model with git lfs pull" },
  "web page": { is: "a web page, such as a failed download leaves", hint: "Download the model itself" },
  archive: { is: "an archive", hint: "Unpack it, and give the model that is inside" },
  shard: {
    is: "a part of the weights of a TensorFlow.js model",
    hint: "Give the model.json that it came with, with all parts beside it",
  },
  numpy: { is: "an array of NumPy and no network", hint: readable },
  gguf: { is: "a language model for llama.cpp (GGUF), which xstar does not read", hint: readable },
  mxnet: { is: "a model of MXNet, which xstar does not read", hint: readable },
  xgboost: { is: "a model of XGBoost: trees have no gradient that leads to a maximum", hint: readable },
} as const satisfies Readonly<Record<string, { readonly is: string; readonly hint: string }>>;

export type StrayFormat = keyof typeof strayRows;

/** What is said of such a file; of an archive with the name of the model inside, where it is known. */
export function strayFile(name: string, format: StrayFormat, inside?: string): XstarError {
  const { is, hint } = strayRows[format];
  return new XstarError("unsupported-model", `"${name}" is ${is}`, {
    hint: inside === undefined ? hint : `Unpack it, and give "${inside}"`,
    details: { format },
  });
}

/** Names of files that are models, where one has to be found among others. */
export const modelNames: RegExp = /(^|\/)(saved_model\.pb|model\.json|[^/]+\.(keras|h5|hdf5|tflite|onnx))$/;
