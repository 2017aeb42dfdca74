import { basename, dirname, extname, join } from "node:path";
import { externalConstants } from "@xstar/core";
import { filesIn, isFolder, isThere } from "../files/folder.js";
import { loadModel } from "../load.js";

/**
 * The files that belong to a model, by their paths from its folder, the model first: its weights, labels, contract. Throws as
 * `loadModel` does.
 */
export async function filesOfModel(path: string): Promise<Map<string, string>> {
  if (await isFolder(path)) return new Map((await filesIn(path)).map((name) => [name, join(path, name)]));
  const model = await loadModel(path);
  const folder = dirname(path);
  const name = basename(path);
  const labels = model.contractFile?.labels;
  const beside = [
    ...externalConstants(model.source).keys(),
    ...model.parts,
    `${name.slice(0, -extname(name).length)}.contract.json`,
    "model.contract.json",
    typeof labels === "string" ? labels : "labels.txt",
  ];
  const files = new Map([[name, path]]);
  for (const one of beside) if (await isThere(join(folder, one))) files.set(one, join(folder, one));
  return files;
}
