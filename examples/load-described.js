import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { guessContract, loadModel, nodeRuntime } from "xstar";

/**
 * A network on one thread, with how pictures become its input: what its contract file says of that, or else the `meta.json`
 * beside it (`{"input": {"mean": [...], "std": [...]}}`), and guesses for the rest.
 *
 * @param {string} path
 */
export async function loadDescribed(path) {
  const model = await loadModel(path, { runtime: nodeRuntime({ threads: 1 }) });
  const given = model.contractFile?.contract ?? readMeta(join(dirname(path), "meta.json"));
  return { ...model, contract: guessContract(model.source, { given }).contract };
}

function readMeta(path) {
  const { mean, std } = existsSync(path) ? JSON.parse(readFileSync(path, "utf8")).input : {};
  return mean && std ? { mean, std } : {};
}
