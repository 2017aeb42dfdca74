import type { LoadedModel, MaximizeOptions } from "@xstar/core";
import type { RunFiles } from "@xstar/results";
import type { ModelFile } from "@xstar/runs";
import { createSourceFiles } from "./file-reference.js";
import { referencesOf, referToBytes } from "./references.js";

/** The files of a run that was begun in a program: models by their paths, where they have one, and the modules of its own definitions. */
export async function referencesOnDisk(
  model: LoadedModel,
  options: MaximizeOptions,
  use: readonly string[] = [],
): Promise<RunFiles> {
  const files = createSourceFiles();
  const references = await referencesOf(model, options, (name, one) =>
    hasPath(one) ? files.referenceModel(one.path, one) : referToBytes(name, one),
  );
  if (use.length === 0) return references;
  return { ...references, use: await Promise.all(use.map((module) => files.reference(module))) };
}

const hasPath = (model: LoadedModel): model is ModelFile & { readonly path: string } =>
  "path" in model && typeof model.path === "string";
