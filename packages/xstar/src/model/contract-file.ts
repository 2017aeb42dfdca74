import { join } from "node:path";
import { parseContract, type ContractFile } from "@xstar/runs";
import { readTextIfThere } from "../files/read.js";

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
