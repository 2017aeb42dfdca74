import { join } from "node:path";
import { parseContract, parseLabels, type ContractFile } from "@xstar/runs";
import { readFileOrExplain, readTextIfThere } from "../files/read.js";

/**
 * The input contract beside a model: `<name>.contract.json`, or `model.contract.json` for all models of the folder. Throws as
 * `parseContract` does.
 */
export async function readContract(folder: string, name: string): Promise<ContractFile | undefined> {
  for (const path of [join(folder, `${name}.contract.json`), join(folder, "model.contract.json")]) {
    const text = await readTextIfThere(path);
    if (text !== undefined) return parseContract(text, path);
  }
  return undefined;
}

/** The class names of the contract file, or of `labels.txt`, that lie beside a model. */
export async function readLabels(
  folder: string,
  contractFile: ContractFile | undefined,
): Promise<readonly string[] | undefined> {
  const labels = contractFile?.labels;
  if (labels !== undefined && typeof labels !== "string") return labels;
  const text =
    labels === undefined
      ? await readTextIfThere(join(folder, "labels.txt"))
      : new TextDecoder().decode(await readFileOrExplain(join(folder, labels)));
  return text === undefined ? undefined : parseLabels(text);
}
