import { join } from "node:path";
import { parseLabels, type ContractFile } from "@xstar/runs";
import { readFileOrExplain, readTextIfThere } from "../files/read.js";

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
