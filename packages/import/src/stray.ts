import { XstarError } from "@xstar/core";

/** What people give in the place of a model: what it is, and what to do. */
export const strayRows = {
  onnx: { is: "ONNX already", hint: "Every command takes it as it is" },
  "git lfs": { is: "a pointer of Git LFS: the model itself is not in it", hint: "Get the model with git lfs pull" },
  "web page": { is: "a web page, such as a failed download leaves", hint: "Download the model itself" },
  archive: { is: "an archive", hint: "Unpack it, and give the model that is inside" },
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
