import { externalConstants, XstarError, type Model } from "@xstar/core";
import { parseContract, parseLabels, type ContractFile } from "@xstar/runs";
import type { ModelStore } from "./load.js";

/** Constants up to this size (shapes, axes, scalars) are taken into the graph itself, where rules can read them. */
const smallBytes = 2 ** 14;

export async function externalData(files: ModelStore, path: string, source: Model): Promise<Map<string, Uint8Array>> {
  const wanted = [...externalConstants(source)];
  const missing: string[] = [];
  const data = new Map<string, Uint8Array>();
  for (const [location, constants] of wanted) {
    const bytes = await files.read(files.beside(path, location)).catch(() => undefined);
    if (!bytes) {
      missing.push(location);
      continue;
    }
    const needed = Math.max(...constants.map(({ offset, length }) => offset + length));
    if (bytes.length < needed)
      throw new XstarError(
        "bad-model",
        `The model's weight file "${location}" is cut off: it has ${bytes.length} bytes, but the model reads ${needed}`,
        { hint: "Copy the file again" },
      );
    data.set(location, bytes);
    for (const { value, offset, length } of constants) {
      if (length > smallBytes || !value.constant) continue;
      const { dtype, shape } = value.constant;
      value.constant = { dtype, shape, source: { bytes: bytes.slice(offset, offset + length) } };
    }
  }
  if (missing.length === 0) return data;
  throw new XstarError(
    "file-not-readable",
    `The model keeps its weights in ${missing.map((name) => `"${name}"`).join(" and ")}, which ${missing.length === 1 ? "was" : "were"} not dropped with it`,
    { hint: "Drop the model and its weight files together, or their folder", details: { missing } },
  );
}

export async function contractBeside(files: ModelStore, path: string, name: string): Promise<ContractFile | undefined> {
  for (const beside of [`${name}.contract.json`, "model.contract.json"]) {
    const place = files.beside(path, beside);
    const bytes = await files.read(place).catch(() => undefined);
    if (bytes) return parseContract(new TextDecoder().decode(bytes), place);
  }
  return undefined;
}

export async function labelsBeside(files: ModelStore, path: string, contract: ContractFile | undefined) {
  const labels = contract?.labels;
  if (labels !== undefined && typeof labels !== "string") return labels;
  const bytes = await files.read(files.beside(path, labels ?? "labels.txt")).catch(() => undefined);
  return bytes && parseLabels(new TextDecoder().decode(bytes));
}
